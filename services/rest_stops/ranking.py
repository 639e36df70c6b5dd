"""In which order stops are offered: open now and enterable before near.

One key decides. Its parts, the weightier first:

1. whether it is in doubt or still being built: a stop reported locked today never stands above
   one that is known to be open, whatever else speaks for it;
2. needs: what he asks for is published there, before it is unknown, before it is known to lack;
3. use: open now, then unknown, then closed;
4. whether its distance is known at all;
5. metres, with a detour added for each doubt (`doubt_m`): a door that may not open is as bad as a
   longer way. The figures are judgements, not measurements: a locked door costs a rider about the
   way to the next stop, and in a city that is some hundred metres.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from kit.clock import in_shanghai
from services.hours import Hours
from services.rest_stops.standing import Standing

Use = Literal["open", "unknown", "closed", "doubted", "building"]
BUILDING = "under_construction"
LAST = frozenset({"doubted", "building"})
USES: tuple[Use, ...] = ("open", "unknown", "closed", "doubted", "building")

ENTRY_M = {
    "open_door": 0,
    "scan_qr": 100,
    "remote_button": 150,
    "face": 200,
    "id_card": 200,
    "unknown": 250,
    "phone_first": 400,
    "app": 600,
}
# By the age of what is known, in years: the first whose age it does not pass.
AGE_M = ((1.0, 0), (2.0, 100), (4.0, 250), (float("inf"), 400))
UNDATED_M = 400
CONFIDENCE_M = {"high": 0, "medium": 50, "low": 150}
REPORTED_M = 300
DAYS_A_YEAR = 365.25


class Rankable(Protocol):
    """What the order depends on, of a row or a part of one."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def entry(self) -> str: ...
    @property
    def facilities(self) -> tuple[str, ...]: ...
    @property
    def lacks(self) -> tuple[str, ...]: ...
    @property
    def published_on(self) -> str | None: ...
    @property
    def checked_on(self) -> date | None: ...
    @property
    def confidence(self) -> str: ...


@dataclass(frozen=True)
class Judged:
    """A stop with what is known of it at this moment; `metres` only where they mean something."""

    stop: Rankable
    hours: Hours
    standing: Standing
    metres: float | None

    @cached_property
    def use(self) -> Use:
        """Of what use it is now."""
        if self.stop.status == BUILDING:
            return "building"
        hidden = self.standing.hidden
        if self.standing.shut or "place" in hidden or "entry" in hidden:
            return "doubted"
        return "unknown" if "hours" in hidden else self.hours.state


def rank(
    judged: Judged, needs: Collection[str], now: datetime
) -> tuple[bool, int, int, bool, float, str]:
    """The key to sort by, the best first; see the module's docstring."""
    metres = (judged.metres or 0.0) + doubt_m(judged, now)
    return (
        judged.use in LAST,
        missing(judged, needs),
        USES.index(judged.use),
        judged.metres is None,
        metres,
        judged.stop.id,
    )


def missing(judged: Judged, needs: Collection[str]) -> int:
    """As `needs_missing`; while supplies are in dispute nothing needed is known to be there."""
    disputed = bool(needs) and "supplies" in judged.standing.hidden
    return max(needs_missing(judged.stop, needs), int(disputed))


def needs_missing(stop: Rankable, needs: Collection[str]) -> int:
    """0 when all that is needed is published, 1 when some is unknown, 2 when some is lacking."""
    if not needs:
        return 0
    has, lacks = stop.facilities, stop.lacks
    if any(need in lacks for need in needs):
        return 2
    return int(any(need not in has for need in needs))


def doubt_m(judged: Judged, now: datetime) -> int:
    """The detour in metres that the doubts about a stop are worth."""
    metres = door_m(judged.stop.entry, judged.stop.confidence)
    if judged.standing.confirmed_at is None:
        metres += _age_m(known_on(judged.stop.checked_on, judged.stop.published_on), now)
    newest = judged.standing.newest
    return metres + (REPORTED_M if newest and newest.kind != "open" else 0)


def door_m(entry: str, confidence: str) -> int:
    """The part of the detour that does not change with time."""
    metres = ENTRY_M.get(entry, ENTRY_M["unknown"])
    return metres + CONFIDENCE_M.get(confidence, CONFIDENCE_M["low"])


def known_on(checked_on: date | None, published_on: str | None) -> date | None:
    """The day that what is published of a stop is known to be true of."""
    return checked_on or published_date(published_on)


def _age_m(known: date | None, now: datetime) -> int:
    if known is None:
        return UNDATED_M
    years = (in_shanghai(now).date() - known).days / DAYS_A_YEAR
    return next(metres for most, metres in AGE_M if years <= most)


@lru_cache(maxsize=4096)
def published_date(text: str | None) -> date | None:
    """The day that a published date means at the earliest: `2023-11` is the first of November.

    Anything but a year, month or day in front is no date.
    """
    digits = [part for part in (text or "")[:10].split("-") if part.isascii() and part.isdigit()]
    year = (text or "")[:4]
    if not (year.isascii() and year.isdigit()):
        return None
    numbers = [int(year), *(int(part) for part in digits[1:3])]
    try:
        return date(*[*numbers, 1, 1][:3])
    except ValueError:
        return None
