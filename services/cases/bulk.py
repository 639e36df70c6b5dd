"""One step for several cases: told beforehand, taken case by case by the one table of steps, and
taken back by steps of that table, as far as that is true to those who heard of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import CaseLimits
from content.library import Library
from db.models import Case, CaseBulk
from db.repositories.workbench import WorkbenchRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from services import units
from services.cases import given as givens
from services.cases import labels, parameters, rules
from services.cases.given import Given
from services.cases.inbox import reached
from services.cases.offering import take_and_learn
from services.cases.reading import PAGE_SIZE, of_code
from services.cases.states import STEPS, Rule
from services.cases.steps import take
from services.staff.actors import Actor, may_see
from services.staff.permissions import Permission

BULK_STEPS = ("take_up", "accept", "label", "assign")
MOST = PAGE_SIZE
UNDO_WITHIN = timedelta(minutes=10)
# What their author has heard of these cannot be unsaid, and no step of the table goes back.
FOR_GOOD = frozenset({"take_up", "accept"})
KEPT = ("unit", "category", "helpers", "labels_on", "labels_off")


@dataclass(frozen=True)
class Planned:
    """What would become of one case; `error` is why nothing would."""

    code: str
    state: str = ""
    subject: str = field(default="", repr=False)
    seen: int = 0
    told: int = 0
    error: AppError | None = None


@dataclass(frozen=True)
class Item:
    """What became of one case; `error` is the message that says why nothing did."""

    code: str
    error: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """A bulk that was done; `why_not` is the message that says why it cannot be taken back."""

    id: str
    step: str
    given: Mapping[str, Any]
    items: tuple[Item, ...]
    undone: tuple[Item, ...] | None
    until: datetime
    why_not: str | None


async def plan(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    codes: Iterable[str],
    *,
    step: str,
    given: Given,
) -> Sequence[Planned]:
    """What a step would do to each case, in the order of their codes; nothing is done.

    Raises BadInput or NotFound where what is given will do for no case.
    """
    rule, wanted = _rule(step), sorted(set(codes))
    if not 0 < len(wanted) <= MOST:
        raise BadInput("workbench.bulk_size", most=MOST)
    await _check_given(session, library, rule, given)
    limits = await parameters.in_force(session, library, clock)
    return [
        await _planned(session, actor, code, rule=rule, given=given, limits=limits)
        for code in wanted
    ]


async def run(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    seen: Mapping[str, int],
    *,
    step: str,
    given: Given,
) -> str:
    """Take the step for each case that has not gone on since it was `seen`; the bulk's id."""
    rule = _rule(step)
    if not 0 < len(seen) <= MOST:
        raise BadInput("workbench.bulk_size", most=MOST)
    await _check_given(session, library, rule, given)
    items = [
        await _take(session, library, clock, actor, code, step=step, given=given, seen=number)
        for code, number in sorted(seen.items())
    ]
    row = CaseBulk(
        id=ids.new_id(),
        staff_id=actor.id,
        step=step,
        given={name: value for name in KEPT if (value := getattr(given, name))},
        items=items,
        at=clock(),
    )
    WorkbenchRepository(session).add(row)
    await session.flush()
    return row.id


async def done(session: AsyncSession, clock: Clock, actor: Actor, bulk_id: str) -> Done:
    """One's own bulk; raises NotFound."""
    row = await _own(session, actor, bulk_id)
    return Done(
        row.id,
        row.step,
        row.given,
        _items(row.items),
        None if row.undone is None else _items(row.undone),
        row.at + UNDO_WITHIN,
        _why_not(row, clock()),
    )


async def undo(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, bulk_id: str
) -> None:
    """Take one's own bulk back, case by case, as far as each has not gone on since.

    Raises NotAllowed, with the reason, where nothing of it can be.
    """
    row = await _own(session, actor, bulk_id)
    why_not = _why_not(row, clock())
    if why_not is not None:
        raise NotAllowed(why_not)
    step = "label" if row.step == "label" else "recall"
    note = library.say("workbench.bulk_undone_note")
    row.undone = [
        await _take(
            *(session, library, clock, actor, item["code"]),
            step=step,
            given=_against(item) if step == "label" else Given(note=note),
            # A label comes off whatever else was done; a case in other hands stays there.
            seen=item["number"] if step == "recall" else None,
        )
        for item in row.items
        if "number" in item
    ]
    row.undone_at = clock()
    await session.flush()


def _rule(step: str) -> Rule:
    if step not in BULK_STEPS:
        raise NotFound("case_steps.no_such_step")
    return STEPS[step]


async def _check_given(session: AsyncSession, library: Library, rule: Rule, given: Given) -> None:
    givens.check(library, rule, given)
    if rule.step == "assign":
        await units.known(session, str(given.unit))
        if given.category not in library.categories:
            raise BadInput("case_steps.needs_category")


async def _planned(
    session: AsyncSession,
    actor: Actor,
    code: str,
    *,
    rule: Rule,
    given: Given,
    limits: CaseLimits,
) -> Planned:
    try:
        case = await of_code(session, code)
    except NotFound:
        return Planned(code, error=NotFound("console.no_such_case"))
    if not may_see(actor, rules.reach_of(case)):
        return Planned(code, error=NotFound("console.no_such_case"))
    # No rule of these steps asks for answers.
    facts = rules.Facts(case, (), limits, rules.kept_out_of(case))
    try:
        rules.check(facts, rule, actor)
        await _check_case(session, case, given, facts)
    except AppError as error:
        return Planned(case.code, case.state, case.subject, error=error)
    told = await _told(session, case) if rule.hears else 0
    return Planned(case.code, case.state, case.subject, case.events[-1].number, told)


async def _check_case(session: AsyncSession, case: Case, given: Given, facts: rules.Facts) -> None:
    if given.unit in facts.kept_out:
        raise NotAllowed("case_steps.unit_recused")
    if given.labels_on or given.labels_off:
        await labels.check(session, case, on=given.labels_on, off=given.labels_off)


async def _told(session: AsyncSession, case: Case) -> int:
    behind = await WorkbenchRepository(session).supporters([case.id])
    return behind.get(case.id, 0) + bool(case.worker_id and case.wants_answer)


async def _take(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    step: str,
    given: Given,
    seen: int | None,
) -> dict[str, Any]:
    """Take a step of one case; what came of it, as it is kept."""
    parts = (session, library, clock, actor)
    try:
        async with session.begin_nested():
            code = await reached(session, actor, Permission.SEE_CASES, code)
            if seen is None:
                case = await take(*parts, code, step=step, given=given)
            else:
                case = await take_and_learn(*parts, code, step=step, given=given, seen=seen)
    except AppError as error:
        return {"code": code, "error": error.key, "fields": dict(error.fields)}
    event = case.events[-1]
    done = {"code": code, "number": event.number}
    return done | {"ids": event.data["ids"]} if step == "label" and event.data else done


def _against(item: Mapping[str, Any]) -> Given:
    """What takes the labels of one case back: those alone that it got, or lost, by the bulk."""
    ids = item.get("ids") or {"on": (), "off": ()}
    return Given(labels_on=tuple(ids["off"]), labels_off=tuple(ids["on"]))


async def _own(session: AsyncSession, actor: Actor, bulk_id: str) -> CaseBulk:
    known = bulk_id.isascii() and bulk_id.isalnum()
    row = await WorkbenchRepository(session).bulk(bulk_id, actor.id) if known else None
    if row is None:
        raise NotFound("workbench.no_such_bulk")
    return row


def _items(rows: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(row["code"], row.get("error"), row.get("fields", {})) for row in rows)


def _why_not(row: CaseBulk, now: datetime) -> str | None:
    if row.undone_at is not None:
        return "workbench.bulk_undone"
    if not any("number" in item for item in row.items):
        return "workbench.bulk_nothing_done"
    if row.step in FOR_GOOD:
        return "workbench.bulk_told"
    return "workbench.bulk_too_late" if now > row.at + UNDO_WITHIN else None
