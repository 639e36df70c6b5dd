"""What the people at the door make of a stop: which claims still stand, and what is said of it.

Only what was said since staff last looked counts, each worker's newest word alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ReportKind = Literal["open", "locked", "moved", "dry", "refused"]
Claim = Literal["hours", "place", "supplies", "entry"]

# Which published claim a report speaks against. "Still open" speaks against all reports.
AGAINST: dict[ReportKind, Claim] = {
    "locked": "hours",
    "moved": "place",
    "dry": "supplies",
    "refused": "entry",
}
# Reports after which a rider stands before a door that does not let him in.
SHUT: frozenset[ReportKind] = frozenset({"locked", "moved", "refused"})
AGREEING = 2
TODAY = timedelta(hours=24)
# So long a single word is repeated to others; what staff have not settled by then is old news.
TOLD_FOR = timedelta(days=14)
FRESH = timedelta(days=7)


@dataclass(frozen=True)
class Voice:
    """One worker's newest word on a stop. It counts when he was near, or is known for a week."""

    kind: ReportKind
    at: datetime
    counts: bool


@dataclass(frozen=True)
class Standing:
    """What the voices on one stop come to.

    `hidden` are claims that two agreeing voices took down until staff look; `newest` is what is
    told of it, with how many agree; `shut` when the newest word of the last day is that one cannot
    get in; `confirmed_at` when somebody found it open within a week and nobody since found it
    otherwise.
    """

    hidden: frozenset[Claim] = frozenset()
    newest: Voice | None = None
    agree: int = 0
    shut: bool = False
    confirmed_at: datetime | None = None


NOTHING_SAID = Standing()


def standing(voices: Iterable[Voice], now: datetime) -> Standing:
    """The standing of a stop by the newest voice of each worker since staff last looked."""
    told = sorted(voices, key=lambda voice: voice.at)
    if not told:
        return NOTHING_SAID
    recent = [voice for voice in told if now - voice.at <= TOLD_FOR]
    newest = recent[-1] if recent else None
    good = [voice for voice in told if voice.kind == "open"]
    confirmed = newest is not None and newest.kind == "open" and now - newest.at <= FRESH
    return Standing(
        hidden=frozenset(claim for kind, claim in AGAINST.items() if _is_hidden(told, kind)),
        newest=newest,
        agree=sum(1 for voice in recent if newest and voice.kind == newest.kind),
        shut=any(_is_unanswered(voice, good) for voice in told if _says_shut_today(voice, now)),
        confirmed_at=newest.at if newest and confirmed else None,
    )


def open_again(voices: Iterable[Voice]) -> datetime | None:
    """Since when a stop that some found shut is open again: its newest "open" that counts, where
    nobody said behind it that one cannot get in, and no claim against getting in is hidden.
    """
    told = sorted(voices, key=lambda voice: voice.at)
    good = [voice.at for voice in told if voice.kind == "open" and voice.counts]
    shut = [voice.at for voice in told if voice.kind in SHUT]
    if not good or (shut and shut[-1] >= good[-1]):
        return None
    return None if any(_is_hidden(told, kind) for kind in SHUT) else good[-1]


def _is_hidden(told: Sequence[Voice], kind: ReportKind) -> bool:
    """Two that count agree, and since the last of them not two that count found it well."""
    against = [voice.at for voice in told if voice.counts and voice.kind == kind]
    if len(against) < AGREEING:
        return False
    since = [v for v in told if v.counts and v.kind == "open" and v.at > against[-1]]
    return len(since) < AGREEING


def _says_shut_today(voice: Voice, now: datetime) -> bool:
    return voice.kind in SHUT and now - voice.at <= TODAY


def _is_unanswered(voice: Voice, good: Sequence[Voice]) -> bool:
    """Nobody as trustworthy found it open later."""
    return not any(other.at > voice.at and other.counts >= voice.counts for other in good)
