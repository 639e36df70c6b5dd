"""The state of a stop at a moment, and the next moment at which that changes for certain."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, cast

from opening_hours import OpeningHours, State

from kit.clock import SHANGHAI, in_shanghai
from services.hours.rules import written_out
from services.turns import OpenState

WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)
ALWAYS = "24/7"

UnknownBecause = Literal["no_rule", "holiday", "made_up_day", "calendar_unpublished"]


@dataclass(frozen=True)
class Hours:
    """What the published hours say of a moment.

    `until`: when an open stop closes; None where that is not known or not within a week.
    `opens_at`: when a closed one opens, if that is certain and within a week. A week ends with
    the same weekday. Both are in Asia/Shanghai. `reason`: why the state is unknown.
    `always`: open round the clock.
    """

    state: OpenState
    until: datetime | None = None
    opens_at: datetime | None = None
    reason: UnknownBecause | None = None
    always: bool = False


_NO_RULE = Hours("unknown", reason="no_rule")
_NEVER_CLOSES = Hours("open", always=True)
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def status(rule: str | None, moment: datetime) -> Hours:
    """What a published rule says of an aware moment, read on the clock of Asia/Shanghai.

    The night after a day belongs to that day. Without a rule all is unknown. A public holiday, a
    weekend day that is worked and a year without a published calendar are unknown too, unless
    the rule speaks of holidays (docs/adr/0008-unknown-is-an-answer.md); a weekend day that is
    worked is known as well where all seven days are alike.
    """
    return spell(rule, moment).hours


@dataclass(frozen=True)
class Spell:
    """What holds of a rule from `since` on and, at least, up to `until`."""

    hours: Hours
    since: datetime
    until: datetime


def spell(rule: str | None, moment: datetime) -> Spell:
    """As `status`, with the time in which the answer would be the same."""
    if rule is None:
        return Spell(_NO_RULE, _EVER[0], _EVER[1])
    if rule == ALWAYS:
        return Spell(_NEVER_CLOSES, _EVER[0], _EVER[1])
    local = in_shanghai(moment)
    midnight = datetime.combine(local.date() + A_DAY, time(), SHANGHAI)
    changes = _changes(rule, local.date())
    ends = (*(begin for begin, _ in changes[1:]), midnight)
    return next(
        Spell(hours, begin, end)
        for (begin, hours), end in zip(changes, ends, strict=True)
        if local < end
    )


def open_state(rule: str | None, moment: datetime) -> OpenState:
    """The state alone, for lists that only sort by it."""
    return status(rule, moment).state


# One stretch of the same state, as opening-hours-py gives it: begin, end, state, comment.
_Stretch = tuple[datetime, datetime, State, str]


@lru_cache(maxsize=4096)
def _changes(rule: str, day: date) -> tuple[tuple[datetime, Hours], ...]:
    """From when on what holds on one day, in order, from its midnight.

    Built once a day for a rule, since hundreds of stops share one.
    """
    begin = datetime.combine(day, time(), SHANGHAI)
    end = begin + WEEK + A_DAY
    text = written_out(rule, day, day + WEEK)
    stretches: list[_Stretch] = list(OpeningHours(text).intervals(begin, end))
    # After the week nobody looks.
    beyond: _Stretch = (end, end, State.UNKNOWN, "")
    return tuple(
        (this[0], _read(this, following))
        for this, following in pairwise([*stretches, beyond])
        if this[0] < begin + A_DAY
    )


def _read(this: _Stretch, following: _Stretch) -> Hours:
    _begin, end, state, why = this
    change, then = following[0], following[2]
    if state == State.UNKNOWN:
        return Hours("unknown", reason=cast(UnknownBecause, why))
    if state == State.CLOSED:
        return Hours("closed", opens_at=change if then == State.OPEN else None)
    # Hours that run into the midnight at which an unknown day begins may go on in it.
    doubtful = then == State.UNKNOWN and end.time() == time()
    return Hours("open", until=None if doubtful else end)
