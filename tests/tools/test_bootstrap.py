"""Set-up: builds what is missing, rebuilds what is broken, and says in one line what stops it.

A small shell script stands in for uv, so nothing is fetched and each trouble can be had at will.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tools.stand_ins import is_alive
from tools.start.machine import ROOT, Stopped, need_space, need_writable
from tools.start.progress import fit, words

UV = """#!/bin/sh
echo "$@" >> "{calls}"
case "$1 $2" in
  "--version ") echo uv 1 ;;
  "python find") test -n "$FAKE_310" && echo "$FAKE_310" || exit 127 ;;
  "python install") exit 1 ;;
  "pip sync")
    if test -n "$FAKE_SLEEP"; then echo $$ > "{calls}.pid"; exec sleep 60; fi
    if test -n "$FAKE_TROUBLE"; then echo "error: $FAKE_TROUBLE" >&2; exit 2; fi ;;
  "venv "*)
    for folder; do :; done
    mkdir -p "$folder/bin" "$folder/lib/python3.11/site-packages"
    ln -s "{python}" "$folder/bin/python" ;;
esac
"""
PYTHON_310 = "#!/bin/sh\necho 3.10\n"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


class Clone:
    """A copy of the project's set-up in a folder of its own, with a uv that fetches nothing."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.calls_file = folder / "calls"
        shutil.copytree(
            ROOT / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name in ("requirements/app.lock", "requirements/dev.lock", "nlu/requirements.lock"):
            (self.root / name).parent.mkdir(exist_ok=True)
            (self.root / name).write_text(f"# {name}\n")
        self.bin = folder / "bin"
        uv = UV.format(calls=self.calls_file, python=sys.executable)
        self.uv = script(self.bin / "uv", uv)
        self.python310 = script(folder / "python3.10", PYTHON_310)
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(folder),
            "FAKE_310": str(self.python310),
        }

    def start(self, *names: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "tools.bootstrap", *names],
            cwd=self.root,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *names: str, **environment: str) -> tuple[int, list[str]]:
        with self.start(*names, **environment) as process:
            said, _ = process.communicate(timeout=60)
        return process.returncode, said.splitlines()

    def calls(self) -> list[str]:
        """What uv was asked since the last look."""
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return [" ".join(line.split()[:2]) for line in lines]


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_builds_both_then_has_nothing_to_do(clone):
    assert clone.run("app", "nlu")[0] == 0
    assert clone.calls().count("pip sync") == 2
    assert clone.run("app", "nlu") == (0, [])
    assert clone.calls() == []


def test_says_which_step_of_how_many(clone):
    _, said = clone.run("app", "nlu")
    numbers = [line.split("]")[0] for line in said if "好了" in line]
    assert numbers == ["[1/4", "[2/4", "[3/4", "[4/4"]


def test_a_changed_lock_is_installed_into_the_old_environment(clone):
    clone.run("app", "nlu")
    clone.calls()
    (clone.root / "nlu/requirements.lock").write_text("# newer\n")
    assert clone.run("app", "nlu")[0] == 0
    assert clone.calls() == ["--version", "pip sync"]


def test_the_environment_of_the_checks_serves_the_application_too(clone):
    clone.run("dev")
    clone.calls()
    assert clone.run("app") == (0, [])
    assert clone.calls() == []


def test_a_package_removed_by_hand_is_noticed(clone):
    packages = clone.root / ".venv/lib/python3.11/site-packages"
    clone.run("app")
    (packages / "gone-1.dist-info").mkdir()
    clone.calls()
    clone.run("app")
    assert clone.calls() == ["--version", "pip sync"]


def test_an_environment_without_a_stamp_is_built_anew(clone):
    rubbish = clone.root / ".venv" / "bin" / "rubbish"
    rubbish.parent.mkdir(parents=True)
    rubbish.touch()
    assert clone.run("app")[0] == 0
    assert not rubbish.exists()


def test_a_moved_clone_is_built_anew(clone, tmp_path):
    clone.run("app")
    clone.calls()
    clone.root = clone.root.rename(tmp_path / "moved")
    assert clone.run("app")[0] == 0
    assert "pip sync" in clone.calls()


@pytest.mark.skipif(sys.platform != "linux", reason="the leash is a Linux promise")
def test_kill_dash_nine_in_the_middle_leaves_nothing_running_and_the_next_run_starts_over(clone):
    pid_file = Path(f"{clone.calls_file}.pid")
    with clone.start("app", FAKE_SLEEP="1") as process:
        while not pid_file.exists() or not pid_file.read_text().strip():
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    installing = int(pid_file.read_text())
    while is_alive(installing):
        time.sleep(0.02)
    clone.calls()
    assert clone.run("app")[0] == 0
    assert [call.split()[0] for call in clone.calls()] == ["--version", "venv", "pip"]


def test_a_second_set_up_in_the_same_clone_waits_for_the_first(clone):
    pid_file = Path(f"{clone.calls_file}.pid")
    with clone.start("app", FAKE_SLEEP="1") as first:
        while not pid_file.exists():
            time.sleep(0.02)
        with clone.start("app") as second:
            assert second.stdout.readline().strip() == words("steps", "env_wait")
            first.kill()
            assert second.wait(60) == 0


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        ("failed to write: No space left on device (os error 28)", "disk_full"),
        ("error sending request for url", "no_network"),
        ("error sending request: invalid peer certificate: UnknownIssuer", "bad_certificate"),
        ("Network connectivity is disabled, but the package was not cached", "no_network"),
        ("Hash mismatch for alpha==1", "bad_hash"),
        ("failed to create directory: Permission denied (os error 13)", "root_not_writable"),
        ("No solution found", "env_failed"),
    ],
)
def test_what_goes_wrong_while_installing_is_one_clear_line(clone, trouble, key):
    code, said = clone.run("app", FAKE_TROUBLE=trouble)
    log = clone.root / ".tools" / "app.log"
    folder = clone.root / ".venv"
    reason = f"error: {trouble}"
    assert code == 1
    assert said[-1] == words("stopped", key, where=folder, log=log, env=".venv", reason=reason)
    assert trouble in log.read_text()


def test_without_python310_one_line_says_what_to_do(clone):
    code, said = clone.run("nlu", FAKE_310="")
    log = clone.root / ".tools" / "python310.log"
    assert (code, said[-1]) == (1, words("stopped", "no_python310", log=log))


def test_python310_is_found_at_pyenv_when_its_shims_break_uv(clone, tmp_path):
    script(tmp_path / ".pyenv/versions/3.10.13/bin/python", PYTHON_310)
    assert clone.run("nlu", FAKE_310="")[0] == 0


def test_the_setting_names_python310(clone, tmp_path):
    named = script(tmp_path / "mine/python3.10", PYTHON_310)
    assert clone.run("nlu", FAKE_310="", YIZHAN_NLU_PYTHON=str(named))[0] == 0


@pytest.mark.parametrize("path", ["/nowhere/python3.10", sys.executable])
def test_a_wrong_setting_is_not_passed_over(clone, path):
    code, said = clone.run("nlu", YIZHAN_NLU_PYTHON=path)
    assert (code, said[-1]) == (1, words("stopped", "bad_python310", path=path))


def test_without_uv_it_is_fetched_with_pip(clone, tmp_path):
    uv = clone.uv.rename(tmp_path / "uv")
    fetch = (
        f'test "$1" = --version && echo pip 1 || {{ mkdir -p "$5/bin" && cp {uv} "$5/bin/uv"; }}\n'
    )
    script(clone.bin / "pip3", f"#!/bin/sh\n{fetch}")
    clone.environment["PATH"] = f"{clone.bin}:{bare_path(tmp_path)}"
    assert clone.run("app")[0] == 0
    assert (clone.root / ".tools/uv/bin/uv").exists()
    clone.calls()
    (clone.root / "requirements/app.lock").write_text("# newer\n")
    assert clone.run("app")[0] == 0
    assert clone.calls() == ["--version", "pip sync"]


def test_when_pip_cannot_fetch_uv_one_line_says_so(clone, tmp_path):
    clone.uv.unlink()
    script(clone.bin / "pip3", '#!/bin/sh\ntest "$1" = --version && echo pip 1\n')
    clone.environment["PATH"] = f"{clone.bin}:{bare_path(tmp_path)}"
    code, said = clone.run("app")
    assert code == 1
    assert said[-1] == words("stopped", "no_uv", log=clone.root / ".tools" / "uv.log")


def bare_path(folder: Path) -> Path:
    """A folder of commands without uv, pip or Python."""
    bare = folder / "bare"
    bare.mkdir()
    for name in ("sh", "cp", "mkdir", "ln", "test"):
        (bare / name).symlink_to(shutil.which(name) or "")
    return bare


def test_make_says_what_to_do_without_a_new_enough_python():
    done = subprocess.run(
        ["make", "run", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11" in done.stdout


def test_too_little_space_is_said_before_anything_is_built(tmp_path):
    with pytest.raises(Stopped) as stopped:
        need_space(tmp_path / "not" / "there", 10**6)
    assert stopped.value.key == "no_space"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Stopped) as stopped:
        need_writable(tmp_path / "file" / "data", "not_writable")
    assert words("stopped", stopped.value.key, **stopped.value.values).count("\n") == 0


def test_a_line_is_cut_to_the_columns_of_the_terminal():
    assert fit("训练ab", 5) == "训练a"
    assert fit("训练ab", 6) == "训练ab"
