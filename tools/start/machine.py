"""The machine under us: its environment, its disk, and the commands we run on it.

Standard library only: `tools.bootstrap` imports it before anything is installed.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEASH = Path(__file__).with_name("leash.py")
GIGABYTE = 10**9

# Variables of the caller that would point our Pythons at foreign packages, or make Rasa compile
# TensorFlow anew at each start (PYTHONDONTWRITEBYTECODE: 28 s instead of 9 s).
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX")


class Stopped(Exception):
    """Set-up or start cannot go on; `key` names the line in messages.toml that says what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every process we start: the caller's, less what would harm them."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | dict(extra or {})


def setting(name: str) -> str | None:
    """A setting that is needed before `kit.settings` can be imported."""
    return os.environ.get(f"YIZHAN_{name}") or None


def pyenv_versions() -> Path:
    """Where pyenv, if there is one, keeps the Pythons it built."""
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"


def path_without_shims() -> dict[str, str]:
    """A PATH without pyenv's shims: they exit 127 for a Python that is not selected."""
    parts = os.environ.get("PATH", "").split(os.pathsep)
    kept = [part for part in parts if Path(part).name != "shims"]
    return {"PATH": os.pathsep.join(kept)}


def leashed(command: Sequence[str | Path]) -> list[str]:
    """The command, wrapped so that it ends when the process that starts it ends."""
    return [sys.executable, "-I", "-S", str(LEASH), "-", *map(str, command)]


def answer(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> str | None:
    """What a short command prints, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    extra: Mapping[str, str] | None = None,
    heard: Callable[[str], None] = lambda _: None,
) -> tuple[int, list[str]]:
    """Run a command with its output kept in `log`; give its exit code and the lines it wrote."""
    lines = []
    with (
        log.open("w", encoding="utf-8") as record,
        subprocess.Popen(
            leashed(command),
            cwd=ROOT,
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # so that what it starts in turn can be ended with it
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                record.write(line)
                record.flush()
                lines.append(line.rstrip())
                heard(line.rstrip())
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, lines


def need_space(where: Path, gigabytes: float) -> None:
    """Stop unless that much is free on the disk that holds `where`."""
    folder = where.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / GIGABYTE
    if free < gigabytes:
        raise Stopped("no_space", where=where, free=f"{free:.1f}", needed=f"{gigabytes:.1f}")


def need_writable(folder: Path, key: str) -> None:
    """Make the folder and prove that a file can be written in it."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as trouble:
        raise Stopped(key, where=folder) from trouble
