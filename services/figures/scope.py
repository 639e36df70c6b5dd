"""Which cases are counted: those within somebody's reach that are asked for."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.figure_days import FigureDayRepository
from db.repositories.figures import FigureRepository
from services.cases.rules import Reach
from services.figures import sheets
from services.figures.cohort import Cohort, Column, Mask
from services.figures.facts import KINDS
from services.figures.sheets import Lines
from services.figures.values import Asked, Period
from services.staff.actors import Actor, CaseLike, lies_in
from services.staff.permissions import Permission


@dataclass(frozen=True)
class Scope:
    """Whose cases are counted: those that `sees` says yes to, but for those that one of
    `keeping_out` keeps out of.

    `sees` asks for the area; whether the category is one of these `categories` and which; of the
    units that have a case only for these `units`. A `whole` one has no limit.
    """

    sees: Callable[[CaseLike], bool]
    categories: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    keeping_out: frozenset[str] = frozenset()
    whole: bool = True


EVERYTHING = Scope(lambda _case: True)


def scope_of(actor: Actor) -> Scope:
    """The cases whose figures this actor may see."""
    return Scope(
        partial(actor.may_for, Permission.SEE_FIGURES),
        frozenset(category for grant in actor.grants for category in grant.categories),
        frozenset(grant.unit for grant in actor.grants if grant.unit),
        actor.known_as if actor.keeps_out else frozenset(),
        actor.may_everywhere(Permission.SEE_FIGURES),
    )


@dataclass(frozen=True)
class Chosen:
    """The cases of a period that are counted, among the lines of all."""

    lines: Lines
    every: Cohort
    kept: Mask

    @cached_property
    def cohort(self) -> Cohort:
        """Those that are counted, as columns."""
        return self.every if self.kept.all() else self.every.only(self.kept)

    def of_themes(self, themes: Sequence[int]) -> set[str]:
        """The ids of the cases of these themes that are counted and may be told of."""
        told = np.isin(self.every["theme"], themes) & self.kept & self.every.shown
        return self.lines.ids(told)


async def chosen(
    session: AsyncSession, scope: Scope, asked: Asked, period: Period, today: date
) -> Chosen:
    """The cases of a period that are asked for and lie within a scope."""
    lines = await sheets.read(session, period)
    every, kept = Cohort(lines.digits, today), np.ones(len(lines), bool)
    if not len(lines):
        return Chosen(lines, every, kept)
    rows, ends = FigureDayRepository(session), (period.first, period.last)
    if asked.kind:
        kept &= every["kind"] == KINDS.index(asked.kind) + 1
    if asked.unit:
        kept &= lines.marked(await rows.handed_to(asked.unit, *ends))
    if asked.area or asked.category or not scope.whole:
        handed = {
            unit: lines.marked(await rows.handed_to(unit, *ends)) for unit in sorted(scope.units)
        }
        named = {asked.category, *scope.categories} - {""}
        category = await _only(session, every["category"], named)
        wanted = partial(_is_wanted, scope, asked)
        kept &= await _within(session, (every["area"], category), handed, wanted)
    if scope.keeping_out:
        kept &= ~lines.marked(await rows.kept_out(scope.keeping_out, *ends))
    return Chosen(lines, every, kept)


def _is_wanted(scope: Scope, asked: Asked, case: Reach) -> bool:
    area = (case.province, case.city, case.district)
    return (
        (not asked.area or lies_in(area, asked.area))
        and (not asked.category or case.category == asked.category)
        and (scope.whole or scope.sees(case))
    )


async def _only(session: AsyncSession, column: Column, words: Collection[str]) -> Column:
    """The numbers of a column that stand for these words; 0 in place of the others.

    All other categories are alike to who asks, and each that is not makes the areas to be asked
    of as many once more.
    """
    if not words:
        return np.zeros_like(column)
    there = await FigureRepository(session).words(np.flatnonzero(np.bincount(column)).tolist())
    named = [number for number, word in there.items() if word in words]
    return np.where(np.isin(column, named), column, 0)


async def _within(
    session: AsyncSession,
    columns: tuple[Column, Column],
    handed: Mapping[str, Mask],
    wanted: Callable[[Reach], bool],
) -> Mask:
    """For each case whether it is wanted, by the numbers of its area and its category and the
    units that have it; asked once of all that are alike.
    """
    alike, which = _alike(*columns, *handed.values())
    numbers = {number for area, category, *_ in alike for number in (area, category)} - {0}
    words = await FigureRepository(session).words(numbers)
    found = (
        Reach(
            *_parts(words.get(area)),
            words.get(category),
            [unit for unit, is_its in zip(handed, has, strict=True) if is_its],
            kept_out=(),
        )
        for area, category, *has in alike
    )
    # There may be some thousand areas: not on the thread that all pages share.
    answers = await asyncio.to_thread(lambda: [wanted(case) for case in found])
    return np.array(answers, bool)[which]


def _alike(*columns: NDArray[Any]) -> tuple[list[tuple[int, ...]], NDArray[np.intp]]:
    """The sets of values that stand side by side in columns of small numbers; and of each row
    which of these sets it has.
    """
    sets: list[tuple[int, ...]] = [()]
    which = np.zeros(len(columns[0]), np.intp)
    for column in columns:
        values, own = _numbered(column)
        # Numbered anew with each column: all sets that could be are too many to be counted out.
        pairs, which = _numbered(which * len(values) + own)
        both = zip(*(each.tolist() for each in np.divmod(pairs, len(values))), strict=True)
        sets = [(*sets[earlier], int(values[value])) for earlier, value in both]
    return sets, which


def _numbered(column: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The values that a column of small numbers has, and of each row the number of its value."""
    counts = np.bincount(column)
    values = np.flatnonzero(counts)
    number = np.zeros(len(counts), np.intp)
    number[values] = np.arange(len(values))
    return values, number[column.astype(np.intp)]


def _parts(area: str | None) -> tuple[str | None, str | None, str | None]:
    """Province, city and district of a path."""
    named = area.split("/") if area else []
    province, city, district, *_ = (*named, None, None, None)
    return province, city, district
