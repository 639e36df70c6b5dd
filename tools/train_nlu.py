"""Trains Rasa's model when, and only when, something that it is made from has changed.

python -m tools.train_nlu --python .venv-nlu/bin/python --out .tools/models
"""

import argparse
import contextlib
import fcntl
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.start.machine import leashed

ROOT = Path(__file__).resolve().parent.parent

# All that a model is made from. Documentation and the catalogue are not: check_nlu holds those.
_FILES = (
    "nlu/config.yml",
    "nlu/requirements.lock",
    "kit/text.py",
    "kit/encoder.py",
)
_FOLDERS = {
    "nlu/domain": "*.yml",
    "nlu/data": "*.yml",
    "nlu/components": "*.py",
    "nlu/dictionary": "*",
}
# A model belongs to this copy of the code, so all data folders, tests and figures share it.
MODELS = ROOT / ".tools" / "models"
_KEPT_MODELS = 3
_LINES_OF_TROUBLE = 25
_SECONDS_BETWEEN_LINES = 5


class TrainingFailed(Exception):
    """Rasa ended without a model; the text says what it said last."""


def inputs(root: Path = ROOT) -> list[Path]:
    """Every file that training reads, in a fixed order."""
    found = [root / name for name in _FILES]
    for folder, pattern in _FOLDERS.items():
        found += (path for path in (root / folder).rglob(pattern) if path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def fingerprint(root: Path = ROOT) -> str:
    """What the inputs amount to: any change of a name or a byte gives another one."""
    whole = hashlib.sha256()
    for path in inputs(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return whole.hexdigest()[:16]


def model_path(out: Path, root: Path = ROOT) -> Path:
    """Where the model of the present inputs is, or will be."""
    return out / f"model-{fingerprint(root)}.tar.gz"


def rasa_command(python: Path, *arguments: str, **environment: str) -> list[str]:
    """A command line that runs Rasa quietly, at home in no telemetry, with our modules in reach.

    `env` carries the settings, so that the caller's environment is neither read nor changed.
    Bytecode is written although the caller may forbid it: without it Rasa starts in 24 s, not 7.
    """
    settings = {
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # Rasa's own pin
        **environment,
    }
    pairs = [f"{name}={value}" for name, value in settings.items()]
    return ["env", "-u", "PYTHONDONTWRITEBYTECODE", *pairs, str(python), *arguments]


def train(python: Path, out: Path) -> tuple[Path, bool]:
    """The model of the present inputs, and whether it had to be trained.

    Safe against a kill at any moment, since the model gets its name only when it is whole, and
    against a second run, which waits for the first and then finds its model.
    """
    out.mkdir(parents=True, exist_ok=True)
    model = model_path(out)
    if model.exists():
        return model, False
    with _alone(out):
        model = model_path(out)
        if model.exists():
            return model, False
        with tempfile.TemporaryDirectory(prefix=".training-", dir=out) as scratch:
            made = _run_training(python, Path(scratch))
            if model_path(out) != model:
                raise TrainingFailed("The training files were changed meanwhile. Train again.")
            # The same file system, so this is one step: there or not there.
            made.replace(model)
        _drop_old_models(out, model)
    return model, True


def validate(python: Path) -> int:
    """Rasa's own check of the data, warnings included; its exit code."""
    command = rasa_command(
        python, "-m", "nlu.run_rasa", "data", "validate", "--fail-on-warnings", *_sources()
    )
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _sources() -> list[str]:
    return ["--config", "nlu/config.yml", "--domain", "nlu/domain", "--data", "nlu/data"]


def _run_training(python: Path, scratch: Path) -> Path:
    command = rasa_command(
        python, "-m", "nlu.run_rasa", "train", *_sources(),
        "--out", str(scratch.resolve()), "--fixed-model-name", "model",
        TMPDIR=str(scratch.resolve()),
    )  # fmt: skip
    started = time.monotonic()
    with (scratch / "log").open("w+") as log:
        # On a leash: a killed starter leaves no training behind.
        running = subprocess.Popen(
            leashed(command), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while _still_running(running):
                _show(round(time.monotonic() - started))
        finally:
            running.kill()
            running.wait()
        log.seek(0)
        said = log.read().splitlines()
    model = scratch / "model.tar.gz"
    if running.returncode or not model.exists():
        raise TrainingFailed("\n".join(said[-_LINES_OF_TROUBLE:]))
    return model


def _still_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return True
    return False


def _show(seconds: int) -> None:
    """One line: written over on a terminal, and now and then again where somebody else reads."""
    line = f"training the language model … {seconds} s"
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line}", end="", flush=True)
    elif seconds % _SECONDS_BETWEEN_LINES == 0:
        print(line, flush=True)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    # The kernel lets go of the lock when its holder dies, so no stale lock can be left behind.
    with (out / ".training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in out.glob(".training-*"):
            _remove(left)
        yield


def _remove(folder: Path) -> None:
    """Clear what a killed run left behind."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def _drop_old_models(out: Path, newest: Path) -> None:
    models = sorted(out.glob("model-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in models[:-_KEPT_MODELS]:
        if old != newest:
            old.unlink()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--python", type=Path, default=ROOT / ".venv-nlu/bin/python",
                        help="the Python of Rasa's environment")  # fmt: skip
    parser.add_argument("--out", type=Path, default=MODELS, help="folder of models")
    parser.add_argument("--validate", action="store_true", help="check the data, train nothing")
    return parser.parse_args()


def main() -> int:
    options = _arguments()
    # Made absolute without following links: an environment is known by the link in its own bin/.
    python = options.python.absolute()
    if not python.exists():
        print(f"No Python at {options.python}. Build Rasa's environment first: make run")
        return 1
    if options.validate:
        return validate(python)
    started = time.monotonic()
    try:
        model, trained = train(python, options.out.absolute())
    except TrainingFailed as failure:
        print(f"\n{failure}\nTraining failed; Rasa's last lines stand above.")
        return 1
    except OSError as failure:
        print(f"Training failed: {failure}")
        return 1
    took = time.monotonic() - started
    # The last line is for who started us: where the model is.
    print(f"\nlanguage model trained in {took:.0f} s" if trained else "language model unchanged")
    print(model)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
