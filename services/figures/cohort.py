"""The cases of a period as columns of numbers, and what is counted of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from services import calendar
from services.calendar import Years
from services.cases import states
from services.figures.facts import (
    BASE,
    EXTENDED,
    KINDS,
    RATINGS,
    ROW,
    SENT_BACK,
    SOLVED,
    WIDTH,
    WIDTHS,
    ZERO,
    day_at,
    number_of,
)

Column = NDArray[np.int32]
Mask = NDArray[np.bool_]
Counter = Callable[[Column, Column], Column]
# A stage by the columns of its first and its last day.
STAGES: Mapping[str, tuple[str, str]] = {
    "respond": ("arrived", "responded"),
    "decide": ("arrived", "decided"),
    "assign": ("accepted", "assigned"),
    "sign": ("assigned", "signed"),
    "handle": ("signed", "drafted"),
    "approve": ("drafted", "answered"),
    "whole": ("arrived", "answered"),
}
GOOD, FAIR, POOR = (RATINGS.index(each) + 1 for each in ("good", "fair", "poor"))
_WAITS = sorted(states.STATES.index(s) + 1 for s in states.OPEN - states.STOPPED)
_OPEN = sorted(states.STATES.index(s) + 1 for s in states.OPEN)
_WITHDRAWN = states.STATES.index(states.WITHDRAWN) + 1
_REFUSED = states.STATES.index(states.REFUSED) + 1
_HAZARD = KINDS.index("hazard") + 1


@dataclass(frozen=True)
class Stage:
    """The middle of the working days that a stage took, and of how many cases; none is None."""

    name: str
    days: float | None
    cases: int


class Cohort:
    """The cases that came in in a period, as they stand on a day."""

    def __init__(self, bodies: str, today: date) -> None:
        raw = np.frombuffer(bodies.encode("ascii"), np.uint8).reshape(-1, WIDTH)
        self._digits = np.ascontiguousarray(raw.T)
        self._today = number_of(today)
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return int(self._digits.shape[1])

    def __getitem__(self, name: str) -> Column:
        """A column by its name (services/figures/facts.WIDTHS)."""
        if name not in self._columns:
            names = list(WIDTHS)
            start = sum(WIDTHS[each] for each in names[: names.index(name)])
            value = np.zeros(len(self), np.int32)
            for place in range(start, start + WIDTHS[name]):
                value = value * BASE + (self._digits[place].astype(np.int32) - ZERO)
            self._columns[name] = value
        return self._columns[name]

    @cached_property
    def marks(self) -> Mapping[str, Mask]:
        """What is counted, by its name: for each case whether it counts."""
        state, flags, rating = self["state"], self["flags"], self["rating"]
        due, ended = self["due"], self["ended"]
        late = np.isin(state, _WAITS) & (due > 0) & (due < self._today)
        kept = (ended > 0) & (due > 0) & (ended <= due)
        counts = (due > 0) & (state != _WITHDRAWN)
        return {
            "arrived": np.ones(len(self), bool),
            "hazards": self["kind"] == _HAZARD,
            "open": np.isin(state, _OPEN),
            "overdue": late,
            "responded": self["responded"] > 0,
            "on_time": kept & counts,
            "judged": ((ended > 0) | late) & counts,
            "answered": self["answered"] > 0,
            "solved": (flags & SOLVED) > 0,
            "rated": rating > 0,
            "good": rating == GOOD,
            "fair": rating == FAIR,
            "poor": rating == POOR,
            "satisfied": (rating == GOOD) | (rating == FAIR),
            "adopted": self["route"] > 0,
            "assigned": self["assigned"] > 0,
            "sent_back": (flags & SENT_BACK) > 0,
            "signed": self["signed"] > 0,
            "extended": (flags & EXTENDED) > 0,
            "refused": state == _REFUSED,
        }

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many cases count, by the name of what is counted."""
        return {name: int(np.count_nonzero(mask)) for name, mask in self.marks.items()}

    def by(self, name: str, counted: tuple[str, ...]) -> dict[int, dict[str, int]]:
        """Counts by the value of a column, for the values that there are, most cases first."""
        return self.largest(name, counted, len(self))[0]

    def largest(
        self, name: str, counted: tuple[str, ...], most: int
    ) -> tuple[dict[int, dict[str, int]], dict[str, int]]:
        """As `by`, for so many values; and the counts of all others together, none where there
        are none.
        """
        column = self[name]
        size = int(column.max(initial=0)) + 1
        counts = {each: np.bincount(column[self.marks[each]], minlength=size) for each in counted}
        cases = np.bincount(column, minlength=size)
        order = np.argsort(-cases, kind="stable")[: np.count_nonzero(cases)]
        first, others = order[:most], order[most:]
        found = {
            int(value): {each: int(counts[each][value]) for each in counted} for value in first
        }
        return found, {each: int(counts[each][others].sum()) for each in counted if len(others)}

    def cells(self) -> dict[int, int]:
        """How many cases each cell has; those without a position are in none."""
        cell = self["row"] * ROW + self["column"]
        values, counts = np.unique(cell[cell > 0], return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    def stages(self, years: Years) -> tuple[Stage, ...]:
        """The stages in their order; a day whose calendar is not published is left out."""
        first = int(self["arrived"].min()) if len(self) else self._today
        took = _counter(first, self._today, years)
        return tuple(self._stage(name, *days, took) for name, days in STAGES.items())

    def _stage(self, name: str, start: str, end: str, took: Counter) -> Stage:
        first, last = self[start], self[end]
        known = (first > 0) & (last >= first)
        days = took(first[known], last[known])
        days = days[days >= 0]
        return Stage(name, float(np.median(days)) if len(days) else None, len(days))


def _counter(first: int, last: int, years: Years) -> Counter:
    """Counts working days after one day up to and with another; -1 where nobody can tell."""
    last = max(first, last)
    works = [_works(day_at(day), years) for day in range(first, last + 1)]
    until = np.cumsum([bool(each) for each in works], dtype=np.int32)
    unknown = np.cumsum([each is None for each in works], dtype=np.int32)

    def count(start: Column, end: Column) -> Column:
        here, there = (np.clip(day - first, 0, last - first) for day in (start, end))
        days: Column = until[there] - until[here]
        return np.where(unknown[there] > unknown[here], np.int32(-1), days)

    return count


def _works(day: date, years: Years) -> bool | None:
    return calendar.is_working_day(day, years) if day.year in years else _of_package(day)


@lru_cache(maxsize=4_096)
def _of_package(day: date) -> bool | None:
    return calendar.is_working_day(day)
