"""The figures of a period, as far as the roles of who asks reach.

Counted are the cases that came in within the period, as they stand now. What the shares are of is
after the measures of the Beijing rules on handling complaints at once (art. 32: response, solved,
content) and of the Shanghai rules on people's suggestions (art. 13: adoption, by seven ways).
Everything is told of all that came in: the well-known 98.3 % of adopted suggestions were of some
175 that had been picked as important before, of more than 27,000. So every share is printed with
both its numbers, and with the count of all beside them.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import CaseFact, CaseRecusal, CaseUnit
from db.repositories.figures import FigureRepository
from kit.clock import Clock
from services.cases import states
from services.cases.clocks import day_of
from services.figures import folding, funnel, hot, sketch
from services.figures.cohort import Cohort
from services.figures.facts import KINDS, number_of
from services.figures.values import Asked, Figures, Line, Period, Rate, Took, hide_few
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
COUNTED = ("arrived", "open", "overdue", "answered", "solved", "rated", "satisfied", "adopted")
SHOWN = 20  # lines of a table; what is more stands in one line of the rest
REST, UNKNOWN = "rest", "unknown"
# Longer periods are drawn by weeks.
MOST_DAYS_DRAWN = 62
WEEK = 7

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
    await folding.fold(session)
    rows, today = FigureRepository(session), day_of(clock())
    which, earlier = and_(within, *_narrowed(asked)), before(asked.period)
    now = Cohort(await rows.bodies(and_(which, _within(asked.period))), today)
    then = Cohort(await rows.bodies(and_(which, _within(earlier))), today)
    names = await _names(session, library, now)
    totals, earlier_totals = hide_few(now.totals), hide_few(then.totals)
    by_week = asked.period.days > MOST_DAYS_DRAWN
    is_all = whole and not any((asked.area, asked.unit, asked.category, asked.kind))
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
        stages=_stages(library, now, then),
        arrivals=_arrivals(now, asked.period, by_week=by_week),
        by_week=by_week,
        states=tuple(_states(now)),
        kinds=tuple(_kinds(now)),
        areas=_table(now, "area", names),
        units=_table(now, "lead", names),
        categories=_table(now, "category", names),
        reasons=_given(now, "reason", names),
        routes=_given(now, "route", names),
        sketch=sketch.of(now.cells(), len(now)),
        themes=await hot.themes(session, library, and_(which, _within(asked.period))),
        funnel=await funnel.of(session, clock, asked.period, len(now)) if is_all else None,
    )


def _columns() -> CaseColumns:
    area = (CaseFact.province.expression, CaseFact.city.expression, CaseFact.district.expression)
    return CaseColumns(*area, CaseFact.category.expression, _handed_to, _keeps_out)


def _handed_to(unit: str) -> Condition:
    # As a list: a unit has few of all cases, and each fact need not be asked.
    return CaseFact.case_id.in_(select(CaseUnit.case_id).where(CaseUnit.unit == unit))


def _keeps_out(who: str) -> Condition:
    kept = select(CaseRecusal.case_id)
    return CaseFact.case_id.in_(
        kept.where(or_(CaseRecusal.staff_id == who, CaseRecusal.unit == who))
    )


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


def _stages(library: Library, now: Cohort, then: Cohort) -> tuple[Took, ...]:
    pairs = zip(now.stages(library.calendar), then.stages(library.calendar), strict=True)
    return tuple(
        Took(one.name, one.days, one.cases, other.days, other.cases) for one, other in pairs
    )


def _arrivals(cohort: Cohort, period: Period, *, by_week: bool) -> tuple[Line, ...]:
    """Arrivals day by day or week by week, from the first day on; none is left out."""
    found = cohort.by("arrived", ("arrived", "hazards"))
    step = WEEK if by_week else 1
    lines = []
    for start in range(0, period.days, step):
        first = period.first + timedelta(days=start)
        days = range(number_of(first), number_of(first) + min(step, period.days - start))
        counts = [found[day] for day in days if day in found]
        hazards = sum(each["hazards"] for each in counts)
        suggestions = sum(each["arrived"] for each in counts) - hazards
        lines.append(Line(first.isoformat(), {"suggestion": suggestions, "hazard": hazards}))
    return tuple(lines)


def _states(cohort: Cohort) -> Iterator[Line]:
    found = cohort.by("state", ("arrived", "overdue"))
    for number, state in enumerate(states.STATES, 1):
        if number in found:
            yield Line(state, found[number])


def _kinds(cohort: Cohort) -> Iterator[Line]:
    found = cohort.by("kind", COUNTED)
    for number, kind in enumerate(KINDS, 1):
        if number in found:
            yield Line(kind, hide_few(found[number]))


async def _names(session: AsyncSession, library: Library, cohort: Cohort) -> Mapping[int, str]:
    """What the numbers of words mean, as people read it; of those that may be shown."""
    wanted: set[int] = set()
    for name in ("area", "lead", "category", "reason", "route"):
        wanted.update(cohort.largest(name, ("arrived",), SHOWN)[0])
    words = await FigureRepository(session).words(wanted - {0})
    named = {each.id: each.name for each in (*library.categories.values(),)}
    named |= {each.id: each.name for each in library.refusals.values()}
    return {number: named.get(word, word) for number, word in words.items()}


def _category(library: Library, category: str) -> str:
    known = library.categories.get(category)
    return known.name if known else category


def _table(cohort: Cohort, name: str, names: Mapping[int, str]) -> tuple[Line, ...]:
    """The lines with most cases first, and all others as one line."""
    found, rest = cohort.largest(name, COUNTED, SHOWN)
    lines = [Line(names.get(each, UNKNOWN), hide_few(counts)) for each, counts in found.items()]
    return (*lines, Line(REST, hide_few(rest))) if rest else tuple(lines)


def _given(cohort: Cohort, name: str, names: Mapping[int, str]) -> tuple[Line, ...]:
    """What was given with a step, the most frequent first."""
    found = cohort.by(name, ("arrived",))
    return tuple(Line(names[each], counts) for each, counts in found.items() if each in names)
