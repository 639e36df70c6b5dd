"""What a page offers a member of staff about a case: steps, proposals, texts, clocks."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from kit.clock import Clock
from services import units, working_days
from services.cases import clocks, labels, parameters, sorting, templates
from services.cases.given import Given
from services.cases.reading import of_code
from services.cases.steps import open_to, take
from services.cases.templates import Template
from services.staff.actors import Actor
from services.turns import Position

HANDING_OVER = ("assign", "rule", "reassign")
PROPOSING = frozenset({*HANDING_OVER, "sort"})


@dataclass(frozen=True)
class Countdown:
    """A clock that runs: until the end of which day, and how many working days are left.

    `left` is None where the calendar is not published; `days_late` are days of the year.
    """

    clock: str
    due: date
    left: int | None
    days_late: int


@dataclass(frozen=True)
class Tick:
    """A label that may be put on the case or taken off it."""

    id: str
    word: str
    is_on: bool


@dataclass(frozen=True)
class Offer:
    """The steps that are open, and what their forms begin with."""

    steps: tuple[str, ...]
    clocks: tuple[Countdown, ...]
    units: tuple[str, ...] = ()
    category: str | None = None
    because: str = ""
    unit: str | None = None
    unit_because: str = ""
    templates: tuple[Template, ...] = field(default=(), repr=False)
    labels: tuple[Tick, ...] = ()

    @property
    def proposes(self) -> bool:
        """Whether there is a step that asks for a category or a unit."""
        return not PROPOSING.isdisjoint(self.steps)


async def offer(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, code: str
) -> Offer:
    """What this actor may do with a case now. Raises NotFound."""
    case = await of_code(session, code)
    steps = tuple(await open_to(session, library, clock, actor, code))
    running = await _countdowns(session, library, clock, case)
    texts: tuple[Template, ...] = ()
    if "answer" in steps:
        texts = await templates.of_case(session, library, clock, case)
    ticks = await _ticks(session, case) if "label" in steps else ()
    if PROPOSING.isdisjoint(steps):
        return Offer(steps, running, templates=texts, labels=ticks)
    proposal = await sorting.propose(
        session,
        library,
        case.kind,
        "\n".join(filter(None, (case.subject, case.place, case.remedy))),
        spot=Position(case.lat, case.lon)
        if case.lat is not None and case.lon is not None
        else None,
        place_text=case.place,
    )
    first = proposal.ranking[0][0] if proposal.ranking else None
    return Offer(
        steps,
        running,
        units=tuple(each.name for each in await units.listed(session)),
        category=case.category or first,
        because=proposal.because if first and first != case.category else "",
        unit=proposal.unit,
        unit_because=proposal.unit_because or "",
        templates=texts,
        labels=ticks,
    )


async def take_and_learn(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    step: str,
    given: Given,
    seen: int,
) -> Case:
    """Take a step; where it hands a case over, its category is settled with it and both are
    what sorting learns from. Raises as `take` does.
    """
    if step in HANDING_OVER and given.category:
        case = await of_code(session, code)
        if given.category != case.category and case.events[-1].number == seen:
            await take(session, library, clock, actor, code, step="sort", given=given, seen=seen)
            seen += 1
    case = await take(session, library, clock, actor, code, step=step, given=given, seen=seen)
    unit = given.unit if step in HANDING_OVER else None
    if unit and case.category:
        await sorting.confirm(session, clock, case, case.category, unit=unit, staff_id=actor.id)
    return case


async def _ticks(session: AsyncSession, case: Case) -> tuple[Tick, ...]:
    on = (await labels.on_cases(session, [case.id])).get(case.id, ())
    return tuple(
        Tick(row.id, row.word, row.word in on) for row in await labels.fitting(session, case)
    )


async def _countdowns(
    session: AsyncSession, library: Library, clock: Clock, case: Case
) -> tuple[Countdown, ...]:
    limits = await parameters.in_force(session, library, clock)
    today, years = clocks.day_of(clock()), library.calendar
    return tuple(
        Countdown(
            each.clock,
            each.due,
            working_days.between(today, each.due, years),
            max(0, (today - each.due).days),
        )
        for each in clocks.running(case, limits, years)
    )
