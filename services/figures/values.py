"""Figures as values: what a page shows and a report keeps, all as plain JSON underneath."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

# Fewer people, or cases of one place, are not told exactly: their count is FEW.
FEWEST, FEW = 5, -1
# What single workers said of an answer.
_SAID = ("rated", "satisfied", "good", "fair", "poor")


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Asked:
    """What is counted: a period, and an area (a path such as 广东/广州), unit, category, kind."""

    period: Period
    area: str = ""
    unit: str = ""
    category: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Rate:
    """A share as its two numbers, now and in the period before.

    Both numbers are names of what is counted (services/figures/cohort.py); `of_all` is the count
    of all that came in, which every share is told of too.
    """

    name: str
    part: int
    whole: int
    of_all: int
    part_before: int
    whole_before: int


@dataclass(frozen=True)
class Took:
    """The middle of the working days that a stage took, now and before, of so many cases."""

    name: str
    days: float | None
    cases: int
    days_before: float | None
    cases_before: int


@dataclass(frozen=True)
class Line:
    """One line of a table: whose it is, and counts by name."""

    label: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Cell:
    """A cell of the sketch: its row and column in a grid whose north-west corner is 0, 0."""

    row: int
    column: int
    cases: int


@dataclass(frozen=True)
class Sketch:
    """Where cases come from, in cells of some 5.5 km: how many rows and columns the grid has.

    Cells of fewer than five cases are not among the `cells`; `hidden` cases lie in such.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    hidden: int
    unknown: int


@dataclass(frozen=True)
class Theme:
    """A matter that several cases speak of; words are masked."""

    title: str = field(repr=False)
    place: str = field(repr=False)
    cases: int
    heat: int


@dataclass(frozen=True)
class Funnel:
    """From turns to cases: counts of turns, and of the cases that came in."""

    turns: int
    typed: int
    heard: int
    understood: int
    begun: int
    handed_in: int


@dataclass(frozen=True)
class Figures:
    """All figures of a period. `themes` and `funnel` are empty where they cannot be told."""

    first: str
    last: str
    before_first: str
    before_last: str
    as_of: str
    area: str
    unit: str
    category: str
    kind: str
    totals: Mapping[str, int]
    before: Mapping[str, int]
    rates: tuple[Rate, ...]
    stages: tuple[Took, ...]
    arrivals: tuple[Line, ...]
    by_week: bool
    states: tuple[Line, ...]
    kinds: tuple[Line, ...]
    areas: tuple[Line, ...]
    units: tuple[Line, ...]
    categories: tuple[Line, ...]
    reasons: tuple[Line, ...]
    routes: tuple[Line, ...]
    sketch: Sketch
    themes: tuple[Theme, ...]
    funnel: Funnel | None

    def as_json(self) -> dict[str, Any]:
        """The figures as a report keeps them."""
        return asdict(self)


def hide_few(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of cases as they may be told: what a handful of workers thought stays theirs."""
    few = 0 < counts.get("rated", 0) < FEWEST
    return {name: FEW if few and name in _SAID else count for name, count in counts.items()}


def about(count: int) -> int:
    """A count of people as it may be told."""
    return FEW if 0 < count < FEWEST else count


_LINES = ("arrivals", "states", "kinds", "areas", "units", "categories", "reasons", "routes")


def read(stored: Mapping[str, Any]) -> Figures:
    """The figures that a report keeps."""
    sketch, funnel = stored["sketch"], stored["funnel"]
    given = {
        **stored,
        "rates": tuple(Rate(**each) for each in stored["rates"]),
        "stages": tuple(Took(**each) for each in stored["stages"]),
        "themes": tuple(Theme(**each) for each in stored["themes"]),
        "sketch": Sketch(**{**sketch, "cells": tuple(Cell(**each) for each in sketch["cells"])}),
        "funnel": Funnel(**funnel) if funnel else None,
    }
    for name in _LINES:
        given[name] = tuple(Line(**each) for each in stored[name])
    return Figures(**given)
