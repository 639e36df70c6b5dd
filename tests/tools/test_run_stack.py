"""Starting, restarting and stopping under the supervisor, with little programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.stand_ins import FAILING, STUBBORN, is_alive, stand_ins
from tools.start.machine import ROOT, Stopped, environment
from tools.start.stack import Stack, is_well

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the leash is a Linux promise")

RUNNER = """
import sys
from pathlib import Path
from tests.tools.stand_ins import stand_ins
from tools.run import Interrupted, obey_signals
from tools.start.make_parent import follow_make
from tools.start.stack import Stack
obey_signals()
follow_make()
try:
    with Stack(stand_ins(Path(sys.argv[1])), Path(sys.argv[1]), {}) as stack:
        stack.wait_ready(30)
        print("ready", flush=True)
        stack.wait()
except Interrupted:
    print("stopped", flush=True)
"""


def eventually(true: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def pids(data: Path) -> list[int]:
    return [int(file.read_text()) for file in (data / "run").glob("*.pid")]


def test_all_answer_and_none_is_left(tmp_path):
    with Stack(stand_ins(tmp_path), tmp_path, {}) as stack:
        stack.wait_ready(30)
        running = pids(tmp_path)
        assert all(is_well(program) for program in stack.programs)
    assert len(running) == 3  # supervisord too
    assert not any(map(is_alive, running))


def test_a_killed_program_comes_back_and_the_others_are_untouched(tmp_path):
    heard = []
    with Stack(stand_ins(tmp_path), tmp_path, {}) as stack:
        stack.wait_ready(30)
        stack.on_exit = lambda name, why: heard.append((name, why))
        bot, rasa = stack.pid("bot"), stack.pid("rasa")
        stack.kill("rasa")
        assert eventually(lambda: stack.pid("rasa") != rasa)
        stack.wait_ready(30)
        assert stack.pid("bot") == bot
        assert is_alive(bot)
    assert heard == [("rasa", "terminated by SIGKILL")]


def test_what_ignores_the_request_to_stop_is_killed(tmp_path):
    with Stack(stand_ins(tmp_path, console=STUBBORN), tmp_path, {}) as stack:
        stack.wait_ready(30)
        running = pids(tmp_path)
    assert not any(map(is_alive, running))


def test_a_program_that_cannot_start_is_named_with_its_reason(tmp_path):
    with (
        Stack(stand_ins(tmp_path, console=FAILING), tmp_path, {}) as stack,
        pytest.raises(Stopped) as stopped,
    ):
        stack.wait_ready(30)
    assert stopped.value.key == "keeps_failing"
    assert stopped.value.values["name"] == "console"
    assert stopped.value.values["reason"] == "no such database"


def test_a_program_that_never_answers_is_named(tmp_path):
    silent = "import time; time.sleep(60)"
    with (
        Stack(stand_ins(tmp_path, console=silent), tmp_path, {}) as stack,
        pytest.raises(Stopped) as stopped,
    ):
        stack.wait_ready(1)
    assert stopped.value.key == "not_ready"
    assert "console" in stopped.value.values["names"]


def test_a_data_folder_may_have_any_name(tmp_path):
    data = tmp_path / "数据 100% 'ok'"
    with Stack(stand_ins(tmp_path), data, {}) as stack:
        stack.wait_ready(30)
        assert (data / "run" / "bot.pid").is_file()


@pytest.fixture
def runner(tmp_path):
    """A process that runs a stack the way `make run` does."""
    file = tmp_path / "runner.py"
    file.write_text(RUNNER)
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} {file} {tmp_path}\n")
    with subprocess.Popen(
        ["make", "-s", "-C", str(tmp_path), "run"],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as make:
        assert make.stdout.readline() == "ready\n"
        yield make
        make.kill()


def child_of(make: subprocess.Popen) -> int:
    return int(Path(f"/proc/{make.pid}/task/{make.pid}/children").read_text().split()[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("to", ["make", "runner", "both"])
def test_each_way_of_stopping_leaves_nothing_behind(runner, tmp_path, number, to):
    running = [child_of(runner), *pids(tmp_path)]
    if to == "both":
        os.killpg(runner.pid, number)
    else:
        os.kill(runner.pid if to == "make" else running[0], number)
    runner.wait(20)
    assert eventually(lambda: not any(map(is_alive, running)))


@pytest.mark.parametrize("victim", ["make", "runner", "supervisord"])
def test_kill_dash_nine_of_any_parent_leaves_nothing_behind(runner, tmp_path, victim):
    running = [child_of(runner), *pids(tmp_path)]
    pid = {
        "make": runner.pid,
        "runner": running[0],
        "supervisord": int((tmp_path / "run" / "supervisord.pid").read_text()),
    }[victim]
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not any(map(is_alive, running)))
