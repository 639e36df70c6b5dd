"""`make run`: prepare the data folder, start all four programs, say when they are ready, wait."""

import errno
import fcntl
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from kit.settings import Settings
from tools.doctor.processes import telegram_status
from tools.start.environments import NLU
from tools.start.machine import Stopped, answer, need_space, need_writable, run_logged
from tools.start.make_parent import follow_make
from tools.start.programs import Program, programs, surroundings
from tools.start.progress import Progress, explain, words
from tools.start.stack import Stack

HOST_SETTINGS = {
    "bot": "YIZHAN_HOST",
    "console": "YIZHAN_HOST",
    "actions": "YIZHAN_ACTIONS_HOST",
}
GIGABYTES = 0.5  # for database, logs and models
SECONDS_TO_READY = 180
SECONDS_FOR_LOCK = 8.0  # A run that was killed needs so long to let go.
HIGHEST_PORT = 65535
SECONDS_FOR_TELEGRAM = 3.0  # to say how it fares; it goes on trying after that
LOOK_EVERY = 0.2
UPGRADE = ("-m", "tools.cli", "db", "upgrade")
SIGN_IN_LINK = ("-m", "tools.cli", "staff", "link")


class Interrupted(BaseException):
    """Somebody wants us to stop."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Stopping is under way and takes a bounded time.
    raise Interrupted


def obey_signals() -> None:
    """Let Ctrl-C, a service manager and a closed terminal stop us in order."""
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asked to outlive the terminal
        signal.signal(signal.SIGHUP, _interrupt)


def read_settings() -> Settings:
    """The settings, or the name of the one that is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "YIZHAN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Stopped("bad_setting", name=name, reason=first["msg"]) from wrong


@contextmanager
def data_folder(data: Path) -> Iterator[int]:
    """The data folder, ours alone; gives the lock that says so."""
    for folder in (data, data / "logs", data / "run"):
        need_writable(folder, "not_writable")
    need_space(data, GIGABYTES)
    with (data / "run" / "lock").open("w") as lock:
        deadline = time.monotonic() + SECONDS_FOR_LOCK
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as held:
                if time.monotonic() > deadline:
                    raise Stopped("already_running", where=data) from held
                time.sleep(0.2)
        yield lock.fileno()


def check_ports(wanted: tuple[Program, ...]) -> None:
    """Stop while it is cheap when a port cannot be had."""
    seen: dict[int, Program] = {}
    for program in wanted:
        other = (program.port + 100) % HIGHEST_PORT
        values = {"port": program.port, "setting": program.port_setting, "other": other}
        if program.port in seen:
            first = seen[program.port].port_setting
            raise Stopped("same_port", first=first, second=program.port_setting, **values)
        seen[program.port] = program
        _check_port(program, values)


def _check_port(program: Program, values: dict[str, object]) -> None:
    family = socket.AF_INET6 if ":" in program.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((program.host, program.port))
        except PermissionError as refused:
            raise Stopped("port_forbidden", **values) from refused
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                raise Stopped("port_taken", **values) from refused
            name = HOST_SETTINGS[program.name]
            raise Stopped("bad_host", host=program.host, setting=name) from refused


def prepare(settings: Settings, progress: Progress) -> Path:
    """Bring database and content up to date, train if needed; give the model."""
    logs = settings.data_dir.resolve() / "logs"
    _step("database", UPGRADE, logs, settings, progress)
    train = ("-m", "tools.train_nlu", "--python", str(NLU.python))
    return Path(_step("model", train, logs, settings, progress))


def _step(
    key: str, command: tuple[str, ...], logs: Path, settings: Settings, progress: Progress
) -> str:
    log = logs / f"{key}.log"
    with progress.step(key):
        code, lines = run_logged(
            [sys.executable, *command],
            log,
            extra=surroundings(settings),
            heard=progress.detail,
        )
        last = next((line for line in reversed(lines) if line.strip()), "")
        if code:
            raise Stopped("step_failed", step=words("steps", key), reason=last, log=log)
    return last


def serve(settings: Settings, model: Path, lock: int, progress: Progress) -> None:
    """Run the programs until somebody wants us to stop."""
    with Stack.of(settings, model, lock=lock) as stack:
        with progress.step("start"):
            link = answer([sys.executable, *SIGN_IN_LINK], surroundings(settings))
            stack.wait_ready(
                SECONDS_TO_READY,
                lambda ready, waiting: progress.detail(
                    words("progress", "waiting", ready=" ".join(ready), waiting=" ".join(waiting))
                ),
            )
        stack.on_exit = lambda name, why: progress.say(
            words("run", "restarting", name=name, why=why, log=stack.logs / f"{name}.log")
        )
        try:
            announce(settings, stack, link, progress)
            stack.wait()
        except Interrupted:
            progress.say(words("run", "stopping"))
            raise


def announce(
    settings: Settings,
    stack: Stack,
    link: str | None,
    progress: Progress,
    patience: float = SECONDS_FOR_TELEGRAM,
) -> None:
    """Say that all is ready and where to go, then how Telegram fares."""
    bot = stack.programs[0]
    progress.say("ready")
    progress.say(words("ready", "chat", url=f"http://{bot.asked_at}:{bot.port}/"))
    progress.say(words("ready", "console", url=f"{settings.console}/"))
    if link:
        url = link.splitlines()[-1]
        # Without a token behind it there is an admin already, who signs in by his password.
        key = "sign_in" if url.endswith("/sign-in") else "link"
        progress.say(words("ready", key, url=url))
    else:
        progress.say(words("ready", "no_link", command=" ".join(SIGN_IN_LINK)))
    progress.say(words("ready", "logs", logs=stack.logs, seconds=progress.seconds))
    if settings.telegram_token is not None:
        progress.say(telegram_line(lambda seconds: telegram_status(bot, seconds), patience))


def telegram_line(ask: Callable[[float], str | None], seconds: float) -> str:
    """How the bot fares with Telegram; what is not known in a moment is said to be under way."""
    end = time.monotonic() + seconds
    status = None
    while (left := end - time.monotonic()) > 0:
        status = ask(left)
        if status not in {None, "starting"}:
            break
        time.sleep(min(LOOK_EVERY, left))
    return words("telegram", status or "starting")


def main() -> int:
    """Do all of it."""
    obey_signals()
    follow_make()
    progress = Progress(3)
    try:
        settings = read_settings()
        with data_folder(settings.data_dir.resolve()) as lock:
            check_ports(programs(settings, Path()))
            model = prepare(settings, progress)
            serve(settings, model, lock, progress)
    except Stopped as stopped:
        progress.say(explain(stopped))
        return 1
    except Interrupted:
        progress.say(words("run", "stopped"))
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
