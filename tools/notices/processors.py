"""Whose processor time it was: the bot's loop, its other threads, the server, the Bot API."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
NAMES = ("loop", "threads", "delay", "server", "api")


@dataclass(frozen=True)
class Busy:
    """Seconds of processor up to `at`: of the bot's main thread, in which its loop runs, and of
    its others (SQLite's driver is one); how long the main thread was ready to run while others had
    the processors; of PostgreSQL's processes for our database; and of this process, in which the
    Bot API runs.
    """

    at: float
    loop: float
    threads: float
    delay: float
    server: float
    api: float

    def since(self, before: "Busy") -> dict[str, float]:
        """The share of one core that each took from then on."""
        seconds = self.at - before.at
        return {name: (getattr(self, name) - getattr(before, name)) / seconds for name in NAMES}


def busy(bot: int, url: str) -> Busy:
    """The seconds used so far by a bot's process, and by all else that works for it."""
    threads = {each.name: _seconds(each) for each in (PROC / str(bot) / "task").iterdir()}
    loop = threads.pop(str(bot))
    server = 0.0 if url.startswith("sqlite") else _of_servers(make_url(url).database or "")
    return Busy(
        at=time.monotonic(),
        loop=loop,
        threads=sum(threads.values()),
        delay=_delay(bot),
        server=server,
        api=time.process_time(),
    )


def _delay(bot: int) -> float:
    told = (PROC / str(bot) / "task" / str(bot) / "schedstat").read_text(encoding="utf-8")
    return int(told.split()[1]) / 1e9


def _of_servers(database: str) -> float:
    found = 0.0
    for each in PROC.iterdir():
        try:
            line = (each / "cmdline").read_bytes().decode() if each.name.isdigit() else ""
            if line.startswith("postgres:") and database in line:
                found += _seconds(each)
        except OSError:
            continue  # it ended meanwhile
    return found


def _seconds(task: Path) -> float:
    fields = (task / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
