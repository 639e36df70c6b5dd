"""Kills the bot in the middle of notices: nobody may get one twice, nobody be missed unlisted.

python -m tools.soak.notices [--seeds 20] [--first 1] [--people 500] [--per-second 200]
    [--database sqlite|postgresql]                  writes docs/figures/notices-soak.md

A seed draws after how many messages of its notice the bot's real process is ended with kill -9;
the supervisor starts it again. What arrived is read from the Bot API, what is known from the
database.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from kit import ids
from services.notices import batch_for
from tools import figures
from tools.notices.office import FIRST_CHAT, TITLE, Office, content_for_now, opened
from tools.notices.running import Bot, running
from tools.notices.watching import Watch
from tools.stops.databases import databases, what_is_missing

PAGE = "notices-soak.md"
LONGEST_MS = 40
LOOK_OFTEN, LOOK_EVERY, PATIENCE = 0.01, 0.3, 120.0
HEAD = (
    *("database", "seeds", "messages", "unknown", "most in a notice", "of these arrived"),
    *("twice", "missing unlisted", "429", "result"),
)
ABOUT = """\
For each seed a notice to {people} workers at Telegram goes out at {per_second} messages a second
at most, and the bot's process is ended with kill -9 after a drawn number of messages and up to
{longest} ms; the supervisor starts it again. Unknown: the bot ended between noting that a message
leaves and noting that it was sent; staff see how many there are, and nobody is sent them again.
Promised: nobody twice, nobody missing who is not listed as unknown, at most one batch
({batch} rows) unknown.
"""


@dataclass(frozen=True)
class Ended:
    """A notice that was interrupted: how often it arrived in each chat, and whose is unknown."""

    arrived: Mapping[int, int]
    unknown: Collection[int]
    planned: int
    sent: int
    too_fast: int = 0

    def faults(self, everybody: Collection[int], batch: int) -> list[str]:
        """What was promised and does not hold."""
        found = [
            f"chat {chat}: {times} times" for chat, times in self.arrived.items() if times > 1
        ]
        unlisted = [c for c in everybody if c not in self.arrived and c not in self.unknown]
        found += [f"chat {chat}: neither arrived nor unknown" for chat in unlisted]
        if len(self.unknown) > batch:
            found.append(f"{len(self.unknown)} unknown, more than a batch")
        if (self.planned, self.sent + len(self.unknown)) != (len(everybody), len(everybody)):
            found.append(f"{self.planned} planned, {self.sent} sent, {len(self.unknown)} unknown")
        return found


@dataclass
class Total:
    """All seeds on one database."""

    kind: str
    ended: list[Ended] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def row(self) -> tuple[object, ...]:
        """Its line in the table."""
        unknown = [len(each.unknown) for each in self.ended]
        of_these = sum(chat in each.arrived for each in self.ended for chat in each.unknown)
        arrived = [times for each in self.ended for times in each.arrived.values()]
        return (
            *(self.kind, len(self.ended), sum(arrived), sum(unknown), max(unknown), of_these),
            sum(times > 1 for times in arrived),
            sum("neither" in fault for fault in self.faults),
            sum(each.too_fast for each in self.ended),
            "FAULT" if self.faults else "nobody twice, nobody missing",
        )


def moment(seed: int, people: int) -> tuple[int, float]:
    """After how many messages to kill, and how many seconds later."""
    after, late = (int(ids.digest(f"notice {seed} {what}"), 16) for what in ("after", "late"))
    return 1 + after % (people - 1), late % LONGEST_MS / 1000


def interrupted(bot: Bot, office: Office, seed: int) -> Ended:
    """Send a notice, kill the bot in the middle, and wait until the next one is done with it."""
    after, late = moment(seed, office.workers)
    watch = Watch(bot.api, TITLE)
    watch.skip()
    number = asyncio.run(office.sends())
    _until(lambda: len(watch.seen()) >= after, LOOK_OFTEN)
    time.sleep(late)
    bot.stack.kill("bot")
    _until(lambda: asyncio.run(office.is_done(number)), LOOK_EVERY)
    report = asyncio.run(office.report(number))
    return Ended(
        arrived=watch.seen(),
        unknown=asyncio.run(office.unknown(number)),
        planned=report.planned,
        sent=report.sent,
        too_fast=watch.too_fast,
    )


def main() -> int:
    """Interrupt, judge, write the page; 1 when a promise does not hold."""
    asked = _arguments()
    chosen = {k: v for k, v in databases().items() if asked.database in {None, k.lower()}}
    totals, batch = [], 0
    with tempfile.TemporaryDirectory(prefix="yizhan-soak-") as name, ExitStack() as stack:
        folder = Path(name)
        content = content_for_now(folder)
        for kind, fresh in chosen.items():
            office = opened(stack.enter_context(fresh(folder)), content, asked.people)
            batch = batch_for(office.library, asked.per_second)
            everybody = range(FIRST_CHAT, FIRST_CHAT + asked.people)
            totals.append(Total(kind))
            with running(folder / kind, office.url, content, asked.per_second) as bot:
                for seed in range(asked.first, asked.first + asked.seeds):
                    ended = interrupted(bot, office, seed)
                    faults = ended.faults(everybody, batch)
                    totals[-1].ended.append(ended)
                    totals[-1].faults += [f"{kind}, seed {seed}: {fault}" for fault in faults]
                    told = f"{len(ended.unknown)} unknown, {len(faults)} faults"
                    print(f"{kind}, seed {seed}: {told}", file=sys.stderr, flush=True)
    figures.write(PAGE, _page(asked, totals, batch))
    return int(any(each.faults for each in totals))


def _page(asked: argparse.Namespace, totals: Sequence[Total], batch: int) -> list[str]:
    command = f"--seeds {asked.seeds} --first {asked.first} --people {asked.people}"
    command += f" --per-second {asked.per_second}"
    where = figures.machine().removesuffix(", SQLite")
    return [
        "# Soak of notices",
        "",
        f"{figures.today()}, {where}, `python -m tools.soak.notices {command}`:",
        ABOUT.format(
            people=asked.people, per_second=asked.per_second, longest=LONGEST_MS, batch=batch
        ),
        *figures.table(HEAD, [each.row for each in totals]),
        "",
        *(f"- {fault}" for each in totals for fault in each.faults),
        *what_is_missing(),
    ]


def _until(holds: Callable[[], bool], every: float) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(every)


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("--seeds", type=int, default=20)
    reader.add_argument("--first", type=int, default=1)
    reader.add_argument("--people", type=int, default=500)
    reader.add_argument("--per-second", type=int, default=200)
    reader.add_argument("--database", choices=("sqlite", "postgresql"))
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
