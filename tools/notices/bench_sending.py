"""Measures a notice to 2,000 workers at Telegram, free and paid, while some of them chat.

python -m tools.notices.bench_sending [--workers 2000] [--database sqlite|postgresql]
    with the defaults on all databases this writes docs/figures/notices-sending.md

It ends with 1 when what is promised at the free limit does not hold, or anybody got a notice twice
or not at all.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from services.notices import Report
from tools import figures
from tools.notices.live import SAYS, Answered, Talkers
from tools.notices.office import TITLE, Office, content_for_now, opened
from tools.notices.processors import NAMES, busy
from tools.notices.running import FREE, PAID, Bot, running
from tools.notices.watching import WINDOW, Pace, Watch, pace_of
from tools.start.machine import ROOT, environment
from tools.stops.databases import databases, what_is_missing
from tools.telegram.bench import telegram_api

PAGE = "notices-sending.md"
WORKERS, TALKERS, TALK_EVERY = 2000, 5, 2.5
LEAST_A_SECOND, LIVE_WITHIN = 27.0, 1.0
QUIET_FIRST, QUIET_LAST, LOOK_EVERY, PATIENCE = 6.0, 2.0, 0.25, 240.0
# Nearly all of one core; the rest is what the machine does besides.
FULL = 0.8
PARTS = (
    "bot, its loop",
    "bot, other threads",
    "bot, kept waiting by others",
    "PostgreSQL",
    "Bot API and bench",
)
ABOUT = """\
One notice to {workers:,} workers at Telegram, composed, approved and scheduled by the services, by
the bot's real process (`python -m bot`, polling, without Rasa) before our Bot API around
lo-bot-api-emulator, all on this machine. The Bot API refuses with 429, to the letter, what is more
than {free} messages within any second, or {paid:,} that are paid for, or one within a second in a
chat. The limit is `YIZHAN_TELEGRAM_PER_SECOND`. Meanwhile {talkers} of the workers ask `{says}`
every {every:g} s, which the bot answers without Rasa; their time is from handing the update to the
Bot API until the answer arrives there. The notice is an ordinary one (quiet hours moved out of the
way), so live replies go before it. Who asks within a second of getting it has to wait until that
is over, since nobody may write to a chat twice within it; that part is taken off in the last but
one column. All figures are what arrived at the Bot API, between the first
and the last notice.

Promised at {free}/s: at least {least:g} messages a second, no 429, live replies within
{within:g} s. Load of the machine at the end {load:.1f}.
"""
BOUND = """\
Shares of one core, of two. What bounds the paid rate: {bounds}. The Bot API alone takes {bare:.0f}
messages a second from a client that does nothing else.
"""


HEAD_OF_PACE = (
    *(
        "database",
        "limit/s",
        "s",
        "notices/s",
        "all messages/s",
        f"slowest {WINDOW:g} s, messages/s",
    ),
    *("429", "twice", "missing", "unknown"),
)
HEAD_OF_LIVE = (
    *("database", "limit/s", "answers", "p50, ms", "p95, ms", "p99, ms", "longest, ms"),
    *("longest without the chat's limit, ms", "held by it"),
)
HEAD_OF_SHARES = ("database", "limit/s", *PARTS)


@dataclass(frozen=True)
class Measured:
    """One notice: how fast it went, how long live replies took, and whose processor time it was.

    `twice` and `missing` are chats that got it more than once, or not although nothing says so.
    """

    kind: str
    a_second: int
    pace: Pace
    answered: Sequence[Answered]
    too_fast: int
    twice: int
    missing: int
    report: Report
    shares: dict[str, float]

    @property
    def waits(self) -> list[float]:
        """How long answers took, in seconds."""
        return [each.seconds for each in self.answered]

    @property
    def ours(self) -> list[float]:
        """The same without what Telegram's limit for a chat made of it."""
        return [each.ours for each in self.answered]

    @property
    def is_kept(self) -> bool:
        """Whether all that is promised holds."""
        once = not (self.twice or self.missing or self.report.unknown or self.report.failed)
        slow = self.a_second == FREE and self.pace.messages < LEAST_A_SECOND
        late = self.a_second == FREE and max(self.ours) > LIVE_WITHIN
        return once and not self.too_fast and not slow and not late

    @property
    def bound(self) -> str:
        """What was full. Python lets one thread of the bot run at a time, so they share one core;
        what others kept from it counts as its need too.
        """
        bot = sum(self.shares[name] for name in ("loop", "threads", "delay"))
        shares = {"the bot's process": bot, **{n: self.shares[n] for n in ("server", "api")}}
        full = [name for name, share in shares.items() if share >= FULL]
        return f"{self.kind}: {' and '.join(full) or 'no processor, but waiting for commits'}"

    def __str__(self) -> str:
        """In one line, while the rest is measured."""
        speed = f"{self.pace.messages:.1f} messages/s, {self.too_fast} times 429"
        return f"{self.kind}, {self.a_second}/s: {speed}, live up to {max(self.waits):.2f} s"


def main() -> int:
    """Measure on each database, write the page; 1 when a promise does not hold."""
    asked = _arguments()
    chosen = {k: v for k, v in databases().items() if asked.database in {None, k.lower()}}
    found: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="yizhan-notices-") as name, ExitStack() as stack:
        folder = Path(name)
        content = content_for_now(folder)
        for kind, fresh in chosen.items():
            office = opened(stack.enter_context(fresh(folder)), content, asked.workers)
            for a_second in (FREE, PAID):
                with running(folder / f"{kind}-{a_second}", office.url, content, a_second) as bot:
                    found.append(_measured(bot, office, kind, a_second))
                print(found[-1], file=sys.stderr, flush=True)
    lines = _page(found, asked.workers, _bare())
    if asked.workers == WORKERS and asked.database is None:
        figures.write(PAGE, lines)
    else:
        print("\n".join(lines))
    return int(not all(each.is_kept for each in found))


def _measured(bot: Bot, office: Office, kind: str, a_second: int) -> Measured:
    talkers = Talkers(bot.api, TALKERS, TALK_EVERY)
    watch = Watch(bot.api, TITLE, talkers)
    _look_on(watch, QUIET_FIRST)
    talkers.answered.clear()
    number, end = asyncio.run(office.sends()), time.monotonic() + PATIENCE
    while not watch.notices and time.monotonic() < end:
        _look_on(watch, LOOK_EVERY)
    before = busy(bot.pid, office.url)
    while len(watch.reached) < office.workers and time.monotonic() < end:
        _look_on(watch, LOOK_EVERY)
    shares, answered = busy(bot.pid, office.url).since(before), list(talkers.answered)
    _look_on(watch, QUIET_LAST)  # what comes twice comes late
    talkers.stop()
    if problems := bot.api.problems():
        raise AssertionError("\n".join(problems[:10]))
    return Measured(
        kind=kind,
        a_second=a_second,
        pace=pace_of([at for at, _ in watch.notices], watch.messages),
        answered=answered,
        too_fast=watch.too_fast,
        twice=sum(times > 1 for times in watch.reached.values()),
        missing=office.workers - len(watch.reached),
        report=asyncio.run(office.report(number)),
        shares=shares,
    )


def _look_on(watch: Watch, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(LOOK_EVERY, seconds))
        watch.look()


def _bare() -> float:
    """What the Bot API takes a second, from another process."""
    with telegram_api() as api:
        command = [sys.executable, "-m", "tools.notices.bare", api.base, api.token, str(WORKERS)]
        told = subprocess.run(
            command, cwd=ROOT, env=environment(), check=True, capture_output=True, text=True
        )
    return float(told.stdout)


def _page(found: Sequence[Measured], workers: int, bare: float) -> list[str]:
    about = ABOUT.format(
        workers=workers,
        free=FREE,
        paid=PAID,
        talkers=TALKERS,
        says=SAYS,
        every=TALK_EVERY,
        least=LEAST_A_SECOND,
        within=LIVE_WITHIN,
        load=os.getloadavg()[0],
    )
    where = figures.machine().removesuffix(", SQLite")
    bounds = "; ".join(each.bound for each in found if each.a_second == PAID)
    return [
        "# Sending a notice",
        "",
        f"Measured {figures.today()} by `python -m tools.notices.bench_sending`: {where}.",
        "",
        about,
        *figures.table(HEAD_OF_PACE, [_pace(each) for each in found]),
        "",
        "Live replies meanwhile:",
        "",
        *figures.table(HEAD_OF_LIVE, [_live(each) for each in found]),
        "",
        BOUND.format(bounds=bounds, bare=bare),
        *figures.table(HEAD_OF_SHARES, [_shares(each) for each in found]),
        *what_is_missing(),
    ]


def _pace(one: Measured) -> tuple[object, ...]:
    speeds = (one.pace.notices, one.pace.messages, one.pace.slowest)
    return (
        *(one.kind, one.a_second, f"{one.pace.seconds:.1f}", *(f"{each:.1f}" for each in speeds)),
        *(one.too_fast, one.twice, one.missing, one.report.unknown),
    )


def _live(one: Measured) -> tuple[object, ...]:
    (p50, p95), (_, p99) = figures.p50_p95(one.waits), figures.p50_p99(one.waits)
    longest = max(one.waits) * 1000
    milliseconds = (p50, min(p95, longest), min(p99, longest), longest)
    forced = sum(each.forced > 0 for each in one.answered)
    shown = (f"{each:.0f}" for each in (*milliseconds, max(one.ours) * 1000))
    return (one.kind, one.a_second, len(one.answered), *shown, forced)


def _shares(one: Measured) -> tuple[object, ...]:
    return (one.kind, one.a_second, *(f"{one.shares[name]:.0%}" for name in NAMES))


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    reader.add_argument("--workers", type=int, default=WORKERS)
    reader.add_argument("--database", choices=("sqlite", "postgresql"))
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
