"""The inbox: the cases that a member of staff may see, those that cannot wait first."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from sqlalchemy import and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Case, CaseUnit
from db.repositories.case_flow import kept_out_by
from db.repositories.inbox import Condition, InboxRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotAllowed, NotFound
from kit.text import shorten
from services.cases import rules, states
from services.cases.clocks import day_of
from services.cases.labels import Known, known, labelled, on_cases
from services.cases.reading import PAGE_SIZE, SUMMARY, of_code
from services.cases.values import CaseSummary, Page
from services.staff.actors import Actor, CaseColumns, may_see, seen_by
from services.staff.permissions import Permission

KINDS = ("suggestion", "hazard")
# Until somebody has it in hand, danger cannot wait.
MOST_PAGES = 40  # nobody turns further; the filters lead there
MOST_LISTED = MOST_PAGES * PAGE_SIZE
WAITING = states.OPEN - {states.HANDLING, states.TO_APPROVE}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; `area` is a path such as 广东/广州, None is everything."""

    state: str | None = None
    kind: str | None = None
    category: str | None = None
    area: str | None = None
    unit: str | None = None
    label: str | None = None
    overdue: bool = False


EVERYTHING = Wanted()


async def inbox(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    *,
    wanted: Wanted = EVERYTHING,
    page: int = 1,
) -> Page:
    """One page of the cases that are wanted and that this actor may see; a page out of range
    gives the nearest.

    Those that wait for a person and dangers stand first; after 40 pages the list ends. The counts
    by state are of what is wanted but for the state.
    """
    rows, today = InboxRepository(session), day_of(clock())
    which = and_(seen_by(actor, columns()), *_narrowed(wanted))
    which = and_(which, late(today)) if wanted.overdue else which
    both = await rows.counts(which, today)
    counts = {state: count for state, (count, _) in both.items()}
    running = states.RUNNING & {wanted.state} if wanted.state else states.RUNNING
    overdue = sum(late for state, (_, late) in both.items() if state in running)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    pages = min(max(1, ceil(total / PAGE_SIZE)), MOST_PAGES)
    page = min(max(page, 1), pages)
    found = await rows.page(
        and_(which, _in_state(wanted)), _cannot_wait(), (page - 1) * PAGE_SIZE, PAGE_SIZE
    )
    labels = await on_cases(session, [case.id for case, _ in found])
    items = tuple(
        CaseSummary(
            code=case.code,
            kind=case.kind,
            state=case.state,
            subject=shorten(case.subject, SUMMARY),
            place=shorten(case.place, SUMMARY) if case.place else None,
            created_at=case.created_at,
            due=case.due,
            category=case.category,
            held_reason=case.held_reason if case.state == states.HELD else None,
            danger=bool(case.danger),
            days_late=_days_late(case, today.toordinal()),
            lead=rules.lead_of(case),
            labels=labels.get(case.id, ()),
        )
        for case, _ in found
    )
    return Page(items, page, pages, total, counts, overdue)


async def count_open(
    session: AsyncSession, clock: Clock, actor: Actor, wanted: Sequence[Wanted]
) -> tuple[int | None, ...]:
    """How many cases of each of these lists this actor may see and are not done yet; None of a
    list of one state in which they are.

    One statement, and no longer walk than over the cases that are open: of 100,000 a few.
    """
    asked = [each for each in wanted if each.state is None or each.state in states.OPEN]
    if not asked:
        return (None,) * len(wanted)
    which = and_(seen_by(actor, columns()), Case.state.in_(sorted(states.OPEN)))
    among = [wanted_of(clock, each) for each in asked]
    found = iter(await InboxRepository(session).count_each(which, among))
    return tuple(next(found) if each in asked else None for each in wanted)


async def known_labels(session: AsyncSession, actor: Actor) -> Sequence[Known]:
    """The list of labels, each with on how many of the cases it is that this actor may see."""
    return await known(session, actor, seen_by(actor, columns()))


def _cannot_wait() -> Condition:
    """Held, or in danger and in nobody's hand.

    As a list of these few: asked of each row, SQLite walks all rows to find none.
    """
    some = aliased(Case)
    held = select(some.id).where(some.state == states.HELD)
    dangers = select(some.id).where(some.danger.is_(True), some.state.in_(sorted(WAITING)))
    return Case.id.in_(held.union_all(dangers))


async def reached(session: AsyncSession, actor: Actor, permission: Permission, code: str) -> str:
    """The code as it is written, of a case to which this actor's roles reach.

    Raises NotFound for a case that he may not see, as if there were none, and NotAllowed for one
    that he may see only.
    """
    if ids.read_code(code) is None:
        raise NotFound("console.no_such_case")
    try:
        case = await of_code(session, code)
    except NotFound as error:
        raise NotFound("console.no_such_case") from error
    reach = rules.reach_of(case)
    if not may_see(actor, reach):
        raise NotFound("console.no_such_case")
    if not actor.may_for(permission, reach):
        raise NotAllowed("staff.no_permission")
    return case.code


def late(today: date) -> Condition:
    """Open cases past their promised day."""
    return and_(Case.state.in_(sorted(states.RUNNING)), Case.due < today)


def columns() -> CaseColumns:
    """A case of a query for the limits of roles."""
    area = (Case.province.expression, Case.city.expression, Case.district.expression)
    return CaseColumns(*area, Case.category.expression, _handed_to, _keeps_out)


def _handed_to(unit: str) -> Condition:
    return Case.id.in_(select(CaseUnit.case_id).where(CaseUnit.unit == unit))


def _keeps_out(names: Collection[str]) -> Condition:
    """Asked of all rows at once: there are few recusals, and many cases."""
    return Case.id.in_(kept_out_by(names))


def _narrowed(wanted: Wanted) -> Iterator[Condition]:
    yield true()
    if wanted.kind:
        yield Case.kind == wanted.kind
    if wanted.category:
        yield Case.category == wanted.category
    if wanted.label:
        yield labelled(wanted.label)
    if wanted.unit:
        yield _handed_to(wanted.unit)
    parts = (wanted.area or "").split("/")
    for column, name in zip((Case.province, Case.city, Case.district), parts, strict=False):
        if name:
            yield column == name


def _in_state(wanted: Wanted) -> Condition:
    return Case.state == wanted.state if wanted.state else true()


def _days_late(case: Case, today: int) -> int:
    counts = case.due is not None and case.state in states.RUNNING
    return max(0, today - case.due.toordinal()) if counts and case.due else 0


def wanted_of(clock: Clock, wanted: Wanted) -> Condition:
    """The cases that are wanted, whoever asks."""
    which = and_(*_narrowed(wanted), _in_state(wanted))
    return and_(which, late(day_of(clock()))) if wanted.overdue else which
