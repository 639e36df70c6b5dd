"""`make run` says in one line what keeps it from starting, and starts nothing then."""

import fcntl
import socket
import subprocess
import sys

import pytest

from kit.settings import Settings
from tests.stack import free_ports
from tools.run import data_folder
from tools.start.machine import ROOT, environment
from tools.start.programs import programs, surroundings
from tools.start.progress import words


@pytest.fixture
def run(tmp_path):
    """Run `make run`'s second half with these settings; give its exit code and what it said."""

    def start(**settings: object) -> tuple[int, str]:
        names = ("bot_port", "console_port", "actions_port", "rasa_port")
        chosen = dict(zip(names, free_ports(4), strict=True)) | {"data_dir": tmp_path} | settings
        extra = {f"YIZHAN_{name.upper()}": str(value) for name, value in chosen.items()}
        done = subprocess.run(
            [sys.executable, "-m", "tools.run"],
            env=environment(extra),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.rstrip("\n")

    return start


def test_a_taken_port_is_named_with_the_setting_that_moves_it(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = run(console_port=port)
    expected = words(
        "stopped",
        "port_taken",
        port=port,
        setting="YIZHAN_CONSOLE_PORT",
        other=(port + 100) % 65535,
    )
    assert said == (1, expected)


def test_one_port_for_two_is_named(run):
    port = free_ports(1)[0]
    expected = words(
        "stopped",
        "same_port",
        first="YIZHAN_BOT_PORT",
        second="YIZHAN_RASA_PORT",
        port=port,
        other=(port + 100) % 65535,
    )
    assert run(bot_port=port, rasa_port=port) == (1, expected)


def test_an_address_of_another_machine_is_refused(run):
    expected = words("stopped", "bad_host", host="192.0.2.1", setting="YIZHAN_HOST")
    assert run(host="192.0.2.1") == (1, expected)


@pytest.mark.parametrize("value", ["abc", "0", "70000"])
def test_a_wrong_setting_is_named(run, value):
    code, said = run(bot_port=value)
    assert code == 1
    assert "YIZHAN_BOT_PORT" in said
    assert "\n" not in said


def test_a_data_folder_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    where = tmp_path / "file" / "data"
    assert run(data_dir=where) == (1, words("stopped", "not_writable", where=where))


def test_a_second_run_on_the_same_data_folder_leaves_the_first_alone(run, tmp_path):
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run() == (1, words("stopped", "already_running", where=tmp_path))


def test_the_lock_is_free_again_afterwards(tmp_path):
    with data_folder(tmp_path):
        pass
    with data_folder(tmp_path) as lock:
        assert lock


def test_broken_content_stops_it_with_the_reason(run, tmp_path):
    (tmp_path / "content").mkdir()
    code, said = run(content_dir=tmp_path / "content", data_dir=tmp_path / "data")
    assert code == 1
    assert said.splitlines()[-1].startswith(words("steps", "database"))
    assert "content/" in said


def test_the_programs_read_the_settings_they_were_started_with(tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path, bot_port=9, database_url="postgresql://u:p@h/d")
    for name, value in surroundings(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings.model_copy(
        update={name: getattr(settings, name) for name in ("actions_host", "actions_port")}
    )


def test_rasa_listens_on_this_machine_only(tmp_path):
    everywhere = ".".join("0000")
    rasa = programs(Settings(host=everywhere), tmp_path)[-1]
    assert rasa.command[rasa.command.index("-i") + 1] == "127.0.0.1"
