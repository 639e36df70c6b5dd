"""The cases of a period as columns of numbers, and what is counted of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from services import calendar
from services.calendar import Years
from services.cases import states
from services.cases.themes import HIDDEN, LEAST
from services.figures.facts import (
    BASE,
    EXTENDED,
    KINDS,
    RATINGS,
    ROW,
    SENT_BACK,
    SOLVED,
    WIDTHS,
    ZERO,
    day_at,
    number_of,
)

Column = NDArray[np.int32]
Mask = NDArray[np.bool_]
# More working days than any case takes.
UNPUBLISHED = 1_000_000
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
_WAITS = sorted(states.STATES.index(s) + 1 for s in states.RUNNING)
_OPEN = sorted(states.STATES.index(s) + 1 for s in states.OPEN)
_WITHDRAWN = states.STATES.index(states.WITHDRAWN) + 1
_REFUSED = states.STATES.index(states.REFUSED) + 1
_HAZARD = KINDS.index("hazard") + 1
_HIDDEN = sorted(states.STATES.index(s) + 1 for s in HIDDEN)


@dataclass(frozen=True)
class Stage:
    """The middle of the working days that a stage took, and of how many cases; none is None."""

    name: str
    days: float | None
    cases: int


class Matter(NamedTuple):
    """A theme: its number, how many of the cases are of it, and the best rank among these."""

    theme: int
    cases: int
    rank: int


class Cohort:
    """The cases that came in in a period, as they stand on a day.

    `digits` are their lines, each case a column (services/figures/facts.py).
    """

    def __init__(self, digits: NDArray[np.uint8], today: date) -> None:
        self._digits, self._day, self._today = digits, today, number_of(today)
        self._columns: dict[str, Column] = {}

    def only(self, kept: Mask) -> Self:
        """Those cases of them for which the mask says so."""
        return type(self)(self._digits.compress(kept, axis=1), self._day)

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
    def shown(self) -> Mask:
        """For each case whether others may hear of it."""
        return ~np.isin(self["state"], _HIDDEN)

    @cached_property
    def marked(self) -> Mapping[str, NDArray[np.intp]]:
        """The numbers of the cases that count, by the name of what is counted."""
        return {name: np.flatnonzero(mask) for name, mask in self.marks.items()}

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many cases count, by the name of what is counted."""
        return {name: len(rows) for name, rows in self.marked.items()}

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
        cases = np.bincount(column)
        size = len(cases)
        counts = {each: np.bincount(column[self.marked[each]], minlength=size) for each in counted}
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

    def matters(self, most: int) -> tuple[Matter, ...]:
        """The largest themes, those with most cases first; hidden cases count for none."""
        told = np.flatnonzero((self["theme"] > 0) & self.shown)
        theme, rank = self["theme"][told], self["rank"][told]
        cases = np.bincount(theme)
        order = np.argsort(-cases, kind="stable")[:most]
        return tuple(
            Matter(int(each), int(cases[each]), int(rank[theme == each].min()) - 1)
            for each in order
            if cases[each] >= LEAST
        )

    def stages(self, years: Years) -> tuple[Stage, ...]:
        """The stages in their order; a day whose calendar is not published is left out."""
        first = int(self["arrived"].min()) if len(self) else self._today
        until = _works_until(first, self._today, years)
        days = {name for stage in STAGES.values() for name in stage}
        worked = {name: until[np.clip(self[name] - first, 0, len(until) - 1)] for name in days}
        return tuple(self._stage(name, *ends, worked) for name, ends in STAGES.items())

    def _stage(self, name: str, start: str, end: str, worked: Mapping[str, Column]) -> Stage:
        took = worked[end] - worked[start]
        known = (self[start] > 0) & (self[end] >= self[start]) & (took < UNPUBLISHED)
        counts = np.bincount(took[known])
        return Stage(name, _middle(counts), int(counts.sum()))


def _middle(counts: NDArray[np.intp]) -> float | None:
    """The middle of numbers that are given by how many there are of 0, 1, 2 ...; None of none."""
    until = np.cumsum(counts)
    if not len(until):
        return None
    both = np.searchsorted(until, [(until[-1] - 1) // 2, until[-1] // 2], side="right")
    return float(both.mean())


def _works_until(first: int, last: int, years: Years) -> Column:
    """How many working days there were up to each day, from one to another; a day of which nobody
    can tell counts as `UNPUBLISHED`.
    """
    works = [_works(day_at(day), years) for day in range(first, max(first, last) + 1)]
    return np.cumsum([UNPUBLISHED if it is None else it for it in works], dtype=np.int32)


def _works(day: date, years: Years) -> bool | None:
    return calendar.is_working_day(day, years) if day.year in years else _of_package(day)


@lru_cache(maxsize=4_096)
def _of_package(day: date) -> bool | None:
    return calendar.is_working_day(day)
