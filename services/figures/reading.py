"""The figures of a period, as far as the roles of who asks reach.

Counted are the cases that came in within the period, as they stand now. What the shares are of is
after the measures of the Beijing rules on handling complaints at once (art. 32: response, solved,
content) and of the Shanghai rules on people's suggestions (art. 13: adoption, by seven ways).
Everything is told of all that came in: the well-known 98.3 % of adopted suggestions were of some
175 that had been picked as important before, of more than 27,000. So every share is printed with
both its numbers, and with the count of all beside them.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import CaseFact, CaseUnit
from db.repositories.case_flow import kept_out_of
from db.repositories.figures import FigureRepository
from kit.clock import Clock
from services.cases.clocks import day_of
from services.figures import folding, funnel, hot
from services.figures.counting import Counts, Numbered, by_week, count
from services.figures.values import Asked, Figures, Line, Period, Rate, hide_few
from services.staff.actors import Actor, CaseColumns
from services.staff.permissions import Permission

# Each share: what is counted of what.
RATES: Mapping[str, tuple[str, str]] = {
    "responded": ("responded", "arrived"),
    "on_time": ("on_time", "judged"),
    "solved": ("solved", "answered"),
    "satisfied": ("satisfied", "rated"),
    "adopted": ("adopted", "arrived"),
    "sent_back": ("sent_back", "assigned"),
    "extended": ("extended", "signed"),
    "refused": ("refused", "arrived"),
}
REST, UNKNOWN = "rest", "unknown"

Condition = ColumnElement[Any]


def before(period: Period) -> Period:
    """The period of the same length that ends the day before."""
    length = timedelta(days=period.days)
    return Period(period.first - length, period.last - length)


def reach(actor: Actor) -> Condition:
    """The facts whose figures this actor may see, in SQL."""
    return actor.condition_for(Permission.SEE_FIGURES, _columns())


async def figures(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, asked: Asked
) -> Figures:
    """The figures of a period within the reach of this actor."""
    whole = actor.may_everywhere(Permission.SEE_FIGURES)
    return await counted(session, library, clock, asked, within=reach(actor), whole=whole)


async def counted(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    asked: Asked,
    *,
    within: Condition,
    whole: bool,
) -> Figures:
    """The figures of the facts within a condition; `whole` where that is all that there are.

    Turns are in no area: how the chat goes is told of the whole only.
    """
    rows, today = FigureRepository(session), day_of(clock())
    await folding.fold(session)
    which, earlier = and_(within, *_narrowed(asked)), before(asked.period)
    now, then = [await rows.bodies(and_(which, _within(each))) for each in (asked.period, earlier)]
    counts = await asyncio.to_thread(count, now, then, asked.period, today, library.calendar)
    within_period = and_(which, _within(asked.period))
    themes = await hot.themes(session, library, within_period, counts.matters)
    is_all = whole and not any((asked.area, asked.unit, asked.category, asked.kind))
    ways = await funnel.of(session, clock, asked.period, counts.cases) if is_all else None
    names = await _names(session, library, counts)
    totals, earlier_totals = hide_few(counts.totals), hide_few(counts.before)
    return Figures(
        first=asked.period.first.isoformat(),
        last=asked.period.last.isoformat(),
        before_first=earlier.first.isoformat(),
        before_last=earlier.last.isoformat(),
        as_of=clock().isoformat(),
        area=asked.area,
        unit=asked.unit,
        category=_category(library, asked.category) if asked.category else "",
        kind=asked.kind,
        totals=totals,
        before=earlier_totals,
        rates=tuple(_rates(totals, earlier_totals)),
        stages=counts.stages,
        arrivals=counts.arrivals,
        by_week=by_week(asked.period),
        states=counts.states,
        kinds=counts.kinds,
        areas=_table(*counts.largest["area"], names),
        units=_table(*counts.largest["lead"], names),
        categories=_table(*counts.largest["category"], names),
        reasons=_given(counts.largest["reason"][0], names),
        routes=_given(counts.largest["route"][0], names),
        sketch=counts.sketch,
        themes=themes,
        funnel=ways,
    )


def _columns() -> CaseColumns:
    area = (CaseFact.province.expression, CaseFact.city.expression, CaseFact.district.expression)
    return CaseColumns(*area, CaseFact.category.expression, _handed_to, _keeps_out)


def _handed_to(unit: str) -> Condition:
    # As a list: a unit has few of all cases, and each fact need not be asked.
    return CaseFact.case_id.in_(select(CaseUnit.case_id).where(CaseUnit.unit == unit))


def _keeps_out(names: Collection[str]) -> Condition:
    return CaseFact.case_id.in_(kept_out_of(names))


def area_condition(area: str) -> Condition:
    """The facts of an area, a path from the top; all of them for the empty one."""
    columns = (CaseFact.province, CaseFact.city, CaseFact.district)
    parts = [
        column == name for column, name in zip(columns, area.split("/"), strict=False) if name
    ]
    return and_(true(), *parts)


def _narrowed(asked: Asked) -> Iterator[Condition]:
    yield area_condition(asked.area)
    if asked.kind:
        yield CaseFact.kind == asked.kind
    if asked.category:
        yield CaseFact.category == asked.category
    if asked.unit:
        yield _handed_to(asked.unit)


def _within(period: Period) -> Condition:
    return CaseFact.day.between(period.first, period.last)


def _rates(now: Mapping[str, int], then: Mapping[str, int]) -> Iterator[Rate]:
    for name, (part, whole) in RATES.items():
        yield Rate(name, now[part], now[whole], now["arrived"], then[part], then[whole])


async def _names(session: AsyncSession, library: Library, counts: Counts) -> Mapping[int, str]:
    """What the numbers of words mean, as people read it; of those that may be shown."""
    wanted = {number for found, _ in counts.largest.values() for number in found}
    words = await FigureRepository(session).words(wanted - {0})
    named = {each.id: each.name for each in (*library.categories.values(),)}
    named |= {each.id: each.name for each in library.refusals.values()}
    return {number: named.get(word, word) for number, word in words.items()}


def _category(library: Library, category: str) -> str:
    known = library.categories.get(category)
    return known.name if known else category


def _table(found: Numbered, rest: Mapping[str, int], names: Mapping[int, str]) -> tuple[Line, ...]:
    """The lines with most cases first, and all others as one line."""
    lines = [Line(names.get(each, UNKNOWN), hide_few(counts)) for each, counts in found.items()]
    return (*lines, Line(REST, hide_few(rest))) if rest else tuple(lines)


def _given(found: Numbered, names: Mapping[int, str]) -> tuple[Line, ...]:
    """What was given with a step, the most frequent first."""
    return tuple(
        Line(names[each], {"arrived": counts["arrived"]})
        for each, counts in found.items()
        if each in names
    )
