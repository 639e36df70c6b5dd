"""What is counted of the lines of a period, before numbers have their names: no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.calendar import Years
from services.cases import states
from services.figures import sketch
from services.figures.cohort import Cohort, Matter
from services.figures.facts import KINDS, number_of
from services.figures.values import Line, Period, Sketch, Took, hide_few

COUNTED = ("arrived", "open", "overdue", "answered", "solved", "rated", "satisfied", "adopted")
SHOWN = 20  # lines of a table; what is more stands in one line of the rest
MATTERS = 8  # hot themes
# Longer periods are drawn by weeks.
MOST_DAYS_DRAWN = 62
WEEK = 7
NAMED = ("area", "lead", "category", "reason", "route")

Numbered = Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class Counts:
    """All that `Figures` tells of cases, words still as numbers.

    `largest` has, of each column of words, the lines with most cases and the sum of all others.
    """

    cases: int
    totals: Mapping[str, int]
    before: Mapping[str, int]
    stages: tuple[Took, ...]
    arrivals: tuple[Line, ...]
    states: tuple[Line, ...]
    kinds: tuple[Line, ...]
    largest: Mapping[str, tuple[Numbered, Mapping[str, int]]]
    sketch: Sketch
    matters: tuple[Matter, ...]


def count(now: Cohort, then: Cohort, period: Period, years: Years) -> Counts:
    """Count the cases of a period and of the one before."""
    return Counts(
        cases=len(now),
        totals=now.totals,
        before=then.totals,
        stages=_stages(now, then, years),
        arrivals=_arrivals(now, period),
        states=_lines(now, "state", states.STATES, ("arrived", "overdue")),
        kinds=tuple(
            Line(line.label, hide_few(line.counts)) for line in _lines(now, "kind", KINDS, COUNTED)
        ),
        largest={name: now.largest(name, COUNTED, SHOWN) for name in NAMED},
        sketch=sketch.of(now.cells(), len(now)),
        matters=now.matters(MATTERS),
    )


def by_week(period: Period) -> bool:
    """Whether arrivals of this period are told by weeks."""
    return period.days > MOST_DAYS_DRAWN


def _stages(now: Cohort, then: Cohort, years: Years) -> tuple[Took, ...]:
    return tuple(
        Took(one.name, one.days, one.cases, other.days, other.cases)
        for one, other in zip(now.stages(years), then.stages(years), strict=True)
    )


def _arrivals(cohort: Cohort, period: Period) -> tuple[Line, ...]:
    """Arrivals day by day or week by week, from the first day on; none is left out."""
    found = cohort.by("arrived", ("arrived", "hazards"))
    step = WEEK if by_week(period) else 1
    lines = []
    for start in range(0, period.days, step):
        first = period.first + timedelta(days=start)
        days = range(number_of(first), number_of(first) + min(step, period.days - start))
        counts = [found[day] for day in days if day in found]
        hazards = sum(each["hazards"] for each in counts)
        suggestions = sum(each["arrived"] for each in counts) - hazards
        lines.append(Line(first.isoformat(), {"suggestion": suggestions, "hazard": hazards}))
    return tuple(lines)


def _lines(
    cohort: Cohort, column: str, names: tuple[str, ...], counted: tuple[str, ...]
) -> tuple[Line, ...]:
    """A line for each value that there is, in the order of their names."""
    found = cohort.by(column, counted)
    return tuple(
        Line(name, found[number]) for number, name in enumerate(names, 1) if number in found
    )
