"""All four processes as `make run` starts them, on free ports, in a data folder of one's own."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.settings import Settings
from tools.run import check_ports, data_folder, prepare
from tools.start.programs import programs
from tools.start.progress import Progress
from tools.start.stack import Stack

SECONDS_TO_READY = 240


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, all different, and for a minute nobody else's.

    A connection that is closed from our side leaves its port waiting: the kernel gives it to
    nobody who asks for any port, and servers, which allow for that, can still have it by number.
    """
    return [_reserved_port() for _ in range(count)]


def _reserved_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as caller:
            server.accept()[0].close()
            caller.recv(1)
    return port


def settings_for(data: Path, turns_per_minute: int, **more: object) -> Settings:
    """Settings on free ports, with SQLite in the data folder; `more` goes before our own."""
    bot, console, actions, rasa = free_ports(4)
    ours: dict[str, object] = {
        "data_dir": data,
        "database_url": None,
        "bot_port": bot,
        "console_port": console,
        "actions_port": actions,
        "rasa_port": rasa,
        "turns_per_minute": turns_per_minute,
        # Empty rather than None: nobody's own bot of the environment may answer in a trial.
        "telegram_token": "",
    }
    return Settings.model_validate(ours | more)


@contextmanager
def running(
    data: Path, turns_per_minute: int = 6000, **more: object
) -> Iterator[tuple[Stack, Settings]]:
    """The whole of Yizhan, ready; stopped, with no process left, when the block ends."""
    settings = settings_for(data, turns_per_minute, **more)
    with data_folder(data) as lock:
        check_ports(programs(settings, Path()))
        model = prepare(settings, Progress(3, sys.stderr))
        with Stack.of(settings, model, lock=lock) as stack:
            stack.wait_ready(SECONDS_TO_READY)
            yield stack, settings
