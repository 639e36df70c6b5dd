"""What figures count of one case, told from its history, and as a line of fixed width.

The lines of a day are read from the database as one text (services/figures/sheets.py), and those
of a period counted as columns of numbers (services/figures/cohort.py): 100,000 rows fetched one by
one take longer than a page may.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.cases import states
from services.cases.clocks import day_of
from services.cases.rules import NEW_PROMISES
from services.geo import Squares
from services.turns import Position

# Of some 5.5 km: it says which part of a town, not which street.
CELLS = Squares(20)
ROW = 100_000  # a number of `Squares` is its row times this, and its column
KINDS = ("suggestion", "hazard")
RATINGS = ("good", "fair", "poor")
# The columns of a line and how many digits each has, base 64; 0 stands for nothing.
WIDTHS: Mapping[str, int] = {
    **dict.fromkeys(("kind", "state", "rating", "flags"), 1),
    **dict.fromkeys(("area", "category", "lead", "reason", "route"), 3),
    "row": 2,
    "column": 3,
    **dict.fromkeys(("arrived", "due", "responded", "decided", "accepted", "assigned"), 3),
    **dict.fromkeys(("signed", "drafted", "answered", "ended"), 3),
    # Its theme, as cases were grouped last night, and one more than its rank in it.
    **dict.fromkeys(("theme", "rank"), 3),
}
WIDTH = sum(WIDTHS.values())
# Digits that the case itself tells; those behind them are its theme's.
OWN = WIDTH - WIDTHS["theme"] - WIDTHS["rank"]
WORDS = ("area", "category", "lead", "reason", "route")
SENT_BACK, EXTENDED, SOLVED = 1, 2, 4
FIRST_DAY = date(2020, 1, 1).toordinal() - 1  # so that a day is never 0
ZERO, BASE = ord("0"), 64

# What ends a promise: an answer, or saying where else it goes.
_OUTCOMES = frozenset({states.ANSWERED, states.REFUSED, states.MERGED, states.FORWARDED})
_DECISIONS = (_OUTCOMES | {states.ACCEPTED}) - {states.ANSWERED}


@dataclass(frozen=True)
class Told:
    """A case and its events, as columns: id, kind, state, category, province, city, district,
    lat, lon, due, adopted, moment; and of each event number, state, actor, step, data, moment;
    the unit that leads; its theme and its rank in it.
    """

    case: Sequence[Any]
    events: Sequence[Sequence[Any]]
    lead: str | None
    theme: tuple[int, int] | None


@dataclass(frozen=True)
class Event:
    """One line of a history."""

    number: int
    state: str
    actor: str
    step: str
    data: Mapping[str, Any]
    day: int


def fact_of(told: Told) -> dict[str, int | str]:
    """The columns of a case by name; those of `WORDS` as words, days as numbers.

    Stages are dated by their first time. What ended the promise counts since it was given anew,
    for the day that is promised is the newest one.
    """
    _, kind, state, category, *area, lat, lon, due, adopted, moment = told.case
    events = [
        Event(number, after, actor, step, data or {}, number_of(day_of(at)))
        for number, after, actor, step, data, at in told.events
    ]
    starts = [n for n, event in enumerate(events) if event.step in NEW_PROMISES]
    newest = events[starts[-1] :] if starts else events
    cell = CELLS.number(Position(lat, lon)) if lat is not None else 0
    return {
        "kind": KINDS.index(kind) + 1,
        "state": states.STATES.index(state) + 1,
        "rating": _rating(events),
        "flags": _flags(events, state),
        "area": "/".join(name for name in area if name),
        "category": category or "",
        "lead": told.lead or "",
        "reason": _given(events, "refuse", "reason") if state == states.REFUSED else "",
        "route": adopted or "",
        "row": cell // ROW,
        "column": cell % ROW,
        "arrived": number_of(day_of(moment)),
        "due": number_of(due) if due else 0,
        "responded": _first(events, _is_word_to_worker),
        "decided": _first(events, lambda event: event.state in _DECISIONS),
        "accepted": _first(events, lambda event: event.state == states.ACCEPTED),
        "assigned": _first(events, lambda event: event.state == states.ASSIGNED),
        "signed": _first(events, lambda event: event.step == "sign_for"),
        "drafted": _first(events, lambda event: event.step == "answer"),
        "answered": _first(events, lambda event: event.step == "approve"),
        "ended": _first(newest, lambda event: event.state in _OUTCOMES),
        **_theme(told.theme),
    }


def line(fact: Mapping[str, int | str], numbers: Mapping[str, int]) -> str:
    """The columns one behind the other, words by their numbers."""
    return "".join(
        _digits(numbers[str(fact[name])] if name in WORDS else int(fact[name]), width)
        for name, width in WIDTHS.items()
    )


def theme_line(theme: tuple[int, int] | None) -> str:
    """The digits behind the first `OWN` ones: of a theme and a rank in it, or of none."""
    return "".join(_digits(value, WIDTHS[name]) for name, value in _theme(theme).items())


def words_of(fact: Mapping[str, int | str]) -> list[str]:
    """The words that a line names by numbers."""
    return [str(fact[name]) for name in WORDS if fact[name]]


def number_of(day: date) -> int:
    """A day as a column holds it."""
    return day.toordinal() - FIRST_DAY


def day_at(number: int) -> date:
    """The day that a column holds."""
    return date.fromordinal(number + FIRST_DAY)


def _theme(theme: tuple[int, int] | None) -> dict[str, int]:
    return {"theme": theme[0], "rank": theme[1] + 1} if theme else {"theme": 0, "rank": 0}


def _is_word_to_worker(event: Event) -> bool:
    rule = states.STEPS.get(event.step)
    return event.actor == states.STAFF and rule is not None and rule.hears is not None


def _first(events: Sequence[Event], fits: Callable[[Event], bool]) -> int:
    return next((event.day for event in events if fits(event)), 0)


def _given(events: Sequence[Event], step: str, name: str) -> str:
    return next((str(e.data.get(name, "")) for e in reversed(events) if e.step == step), "")


def _rating(events: Sequence[Event]) -> int:
    """Of the newest answer that was rated."""
    rated = [event for event in events if event.step in {"rate", "object"}]
    return RATINGS.index(str(rated[-1].data["rating"])) + 1 if rated else 0


def _flags(events: Sequence[Event], state: str) -> int:
    steps = {event.step for event in events}
    grade = _given(events, "answer", "grade") if state in states.ANSWERS else ""
    return (
        (SENT_BACK if "send_back" in steps else 0)
        | (EXTENDED if "extend" in steps else 0)
        | (SOLVED if grade == "A" else 0)
    )


def _digits(value: int, width: int) -> str:
    digits = [chr(ZERO + (value // BASE**place) % BASE) for place in reversed(range(width))]
    if not 0 <= value < BASE**width:
        raise ValueError(value)
    return "".join(digits)


def moment_of(row: Sequence[Any]) -> datetime:
    """When a case of `Told.case` came in."""
    moment: datetime = row[-1]
    return moment
