"""The figures of a period, as far as the roles of who asks reach.

Counted are the cases that came in within the period, as they stand now. What the shares are of is
after the measures of the Beijing rules on handling complaints at once (art. 32: response, solved,
content) and of the Shanghai rules on people's suggestions (art. 13: adoption, by seven ways).
Everything is told of all that came in: the well-known 98.3 % of adopted suggestions were of some
175 that had been picked as important before, of more than 27,000. So every share is printed with
both its numbers, and with the count of all beside them.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.figures import FigureRepository
from kit.clock import Clock
from services.cases.clocks import day_of
from services.figures import folding, funnel, hot
from services.figures.counting import Counts, Numbered, by_week, count
from services.figures.scope import Scope, chosen, scope_of
from services.figures.values import Asked, Figures, Funnel, Line, Period, Rate, hide_few
from services.staff.actors import Actor

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


def before(period: Period) -> Period:
    """The period of the same length that ends the day before."""
    length = timedelta(days=period.days)
    return Period(period.first - length, period.last - length)


async def figures(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, asked: Asked
) -> Figures:
    """The figures of a period within the reach of this actor."""
    return await counted(session, library, clock, asked, scope_of(actor))


async def counted(
    session: AsyncSession, library: Library, clock: Clock, asked: Asked, scope: Scope
) -> Figures:
    """The figures of the cases within a scope.

    Turns are in no area: how the chat goes is told of the whole only.
    """
    today, earlier = day_of(clock()), before(asked.period)
    await folding.fold(session)
    now, then = [
        await chosen(session, scope, asked, each, today) for each in (asked.period, earlier)
    ]
    is_all = scope.whole and not any((asked.area, asked.unit, asked.category, asked.kind))
    counts, ways = await asyncio.gather(
        asyncio.to_thread(lambda: count(now.cohort, then.cohort, asked.period, library.calendar)),
        _funnel(session, clock, asked.period, int(now.kept.sum()), is_all=is_all),
    )
    themes = await hot.themes(session, library, now, counts.matters)
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


async def _funnel(
    session: AsyncSession, clock: Clock, period: Period, cases: int, *, is_all: bool
) -> Funnel | None:
    return await funnel.of(session, clock, period, cases) if is_all else None


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
