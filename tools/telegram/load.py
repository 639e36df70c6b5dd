"""Measures many workers at once on Telegram, beside the same model behind Rasa's own channel.

python -m tools.telegram.load [--chats 200] [--seconds 60] [--pace 10] [--burst 1000]
    [--only polling|webhook|rasa …]                  writes docs/figures/telegram-bench.md

Three loads, one after the other: each chat says something every `pace` seconds; each says
something as soon as it was answered; all hand in `burst` texts in one moment.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from content.library import Library
from content.loader import load
from services.urgency import urgent_kind
from tools import figures
from tools.start.environments import NLU
from tools.start.machine import ROOT
from tools.telegram.bench import TelegramApi
from tools.telegram.crowd import Crowd, Spell
from tools.telegram.database import answered_without_rasa, database, open_chats, worked
from tools.telegram.rasa_alone import rasa_alone
from tools.telegram.whole import DOORS, Door, whole
from tools.train_nlu import MODELS, train

PAGE = "telegram-bench.md"
WORDS = ROOT / "tools" / "bench.words.txt"
RASA = "rasa"
WARM_UP = 5.0
WARM_UP_CHATS = 4
PATIENCE = 180.0
LOOK_EVERY = 0.5
Busy = Callable[[], set[int]]
HEAD = (
    *("bot", "updates by", "each chat writes", "answers/s", "messages/s"),
    *("p50 ms", "p95 ms", "Rasa too late", "handed over again"),
)
ABOUT = """\
{chats} chats write {sentences} different sentences for {seconds:g} s; Yizhan has the shipped
content ({stops} rest stops, {topics} rights). Time: from handing the update to the Bot API (ours,
on this machine and its cores) until the first message of the answer arrives there. Yizhan keeps
Telegram's free limits, 30 messages a second in all and one a second in a chat; a text that Rasa
does not answer within 2.5 s gets the menu ("Rasa too late").
"""
ABOUT_RASA = """\
Rasa: the same model and tracker store behind `rasa.core.channels.telegram` of 3.6.21, by webhook.
Its actions are a stub that answers every one with the same text and touches no database, so this
is an upper bound. It keeps no limit: Telegram would refuse what is beyond 30 messages a second,
and that channel does not send it again. As shipped it answers no update at all ("Event loop is
closed"); `tools/telegram/rasa_channel.py` repairs that.
"""


@dataclass(frozen=True)
class Load:
    """How much."""

    chats: int
    seconds: float
    pace: float
    burst: int
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """One bot under all loads. `taken_in` is updates worked a second in the burst."""

    bot: str
    door: str
    paced: Spell
    full: Spell
    late: tuple[float, float] | None
    again: int
    taken_in: float | None = None

    def rows(self, pace: float) -> Iterator[tuple[object, ...]]:
        """Its lines in the table."""
        loads = ((f"every {pace:g} s", self.paced), ("when answered", self.full))
        for number, (how, spell) in enumerate(loads):
            p50, p95 = times(spell)
            late = f"{self.late[number]:.0%}" if self.late else "-"
            yield (
                *(self.bot, self.door, how, f"{answers_a_second(spell):.1f}"),
                *(f"{spell.messages / spell.seconds:.1f}", f"{p50:.0f}", f"{p95:.0f}", late),
                self.again,
            )


def ours(door: Door, load_: Load) -> Measured:
    """Yizhan under all loads."""
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-load-") as folder,
        whole(Path(folder), door) as it,
        database(it.data) as db,
    ):
        crowd = _warm(it.api, load_, lambda: open_chats(db))
        paced = crowd.chats_for(load_.seconds, load_.pace)
        crowd.settles()
        late_paced = answered_without_rasa(db, paced.first)
        full = crowd.chats_for(load_.seconds, 0)
        crowd.settles()
        late_full = answered_without_rasa(db, full.first)
        first = crowd.bursts(load_.burst)
        end = time.monotonic() + PATIENCE
        while worked(db, first)[0] < load_.burst and time.monotonic() < end:
            time.sleep(LOOK_EVERY)
        count, seconds = worked(db, first)
        late = (late_paced, late_full)
        again = _again(it.api)
        _check(it.api)
        return Measured("Yizhan", door, paced, full, late, again, count / seconds)


def rasas(load_: Load) -> Measured:
    """Rasa's own channel under the first two loads."""
    model, _ = train(NLU.python, MODELS)
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-load-") as folder,
        rasa_alone(Path(folder), model) as api,
    ):
        crowd = _warm(api, load_, set)
        paced = crowd.chats_for(load_.seconds, load_.pace)
        crowd.settles()
        full = crowd.chats_for(load_.seconds, 0)
        crowd.settles()
        return Measured("Rasa", "webhook", paced, full, None, _again(api))


def answers_a_second(spell: Spell) -> float:
    """Texts answered a second."""
    return len(spell.answered) / spell.seconds


def times(spell: Spell) -> tuple[float, float]:
    """How long they waited, in milliseconds."""
    return figures.p50_p95([one.seconds for one in spell.answered])


def beside(one: Measured, rasa: Measured) -> str:
    """How the two compare."""
    own, other = times(one.paced)[1], times(rasa.paced)[1]
    fast, limit = answers_a_second(one.full), answers_a_second(rasa.full)
    line = f"Yizhan by {one.door} beside Rasa's channel: p95 at the pace {own / other:.2f} times,"
    line += f" answers/s when answered {fast / limit:.2f} times"
    return f"{line}, updates worked in a burst {(one.taken_in or 0) / limit:.2f} times."


def _warm(api: TelegramApi, load_: Load, busy: Busy) -> Crowd:
    few = Crowd(api, WARM_UP_CHATS, load_.sentences, busy)
    few.chats_for(WARM_UP, 0)
    few.settles()
    return Crowd(api, load_.chats, load_.sentences, busy)


def _again(api: TelegramApi) -> int:
    handed = api.deliveries()
    return len(handed) - len({one["update_id"] for one in handed})


def _check(api: TelegramApi) -> None:
    """Figures of a bot that made wrong calls are worth nothing."""
    if problems := api.problems():
        raise AssertionError("\n".join(problems[:10]))


def _sentences(library: Library) -> tuple[str, ...]:
    """What is asked: nothing urgent, since that the bot answers without Rasa."""
    words = WORDS.read_text(encoding="utf-8").split()
    return tuple(text for text in words if urgent_kind(library, text) is None)


def _page(load_: Load, library: Library, measured: list[Measured]) -> list[str]:
    about = ABOUT.format(
        chats=load_.chats,
        sentences=len(load_.sentences),
        seconds=load_.seconds,
        stops=len(library.stops),
        topics=len(library.topics),
    )
    command = f"--chats {load_.chats} --seconds {load_.seconds:g} --pace {load_.pace:g}"
    command += f" --burst {load_.burst}"
    rasa = next((one for one in measured if one.bot == "Rasa"), None)
    own = [one for one in measured if one.taken_in]
    rows = [row for one in measured for row in one.rows(load_.pace)]
    lines = [
        "# Telegram: many workers at once",
        "",
        f"{figures.today()}, {figures.machine()}, `python -m tools.telegram.load {command}`:",
        about,
        *figures.table(HEAD, rows),
    ]
    for one in own:
        bursts = f"A burst of {load_.burst} texts by {one.door}: {one.taken_in:.1f} updates worked"
        lines += ["", f"{bursts} a second, while their answers go out within the limits."]
    if rasa:
        lines += ["", ABOUT_RASA, *(f"- {beside(one, rasa)}" for one in own)]
    return lines


def main() -> int:
    """Measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pace", type=float, default=10)
    parser.add_argument("--burst", type=int, default=1000)
    parser.add_argument("--only", nargs="+", choices=(*DOORS, RASA), default=(*DOORS, RASA))
    given = parser.parse_args()
    library = load(ROOT / "content")
    sentences = _sentences(library)
    load_ = Load(given.chats, given.seconds, given.pace, given.burst, sentences)
    measured = [ours(door, load_) for door in DOORS if door in given.only]
    measured += [rasas(load_)] if RASA in given.only else []
    figures.write(PAGE, _page(load_, library, measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
