"""Cases: handing one in, following it, taking it back, and what reviewers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseEvent, CaseView
from db.repositories.cases import CaseRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotAllowed, NotFound
from kit.text import shorten
from services import outbox, photos
from services.masking import masked
from services.turns import CaseCard, Reply

PAGE_SIZE = 50
OWN_AT_MOST = 5
SUMMARY = 60

RECEIVED, IN_REVIEW, WITHDRAWN = "received", "in_review", "withdrawn"
# Who may move a case from where to where. Later issues add rows, not branches.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (RECEIVED, IN_REVIEW): "staff",
    (RECEIVED, WITHDRAWN): "worker",
    (IN_REVIEW, WITHDRAWN): "worker",
}


@dataclass(frozen=True)
class Draft:
    """What a worker wants to hand in."""

    kind: str
    subject: str = field(repr=False)
    place: str | None = field(default=None, repr=False)
    remedy: str | None = field(default=None, repr=False)
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class CasePhoto:
    """A photo of a case as its page shows it."""

    number: int
    width: int
    height: int
    digest: str


@dataclass(frozen=True)
class CaseSummary:
    """A case as a list shows it; words are masked."""

    code: str
    kind: str
    state: str
    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    created_at: datetime
    due: date | None


@dataclass(frozen=True)
class Step:
    """One line of a history."""

    state: str
    actor: str
    note: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class CaseDetail:
    """A case as its page shows it; words are masked."""

    summary: CaseSummary
    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    remedy: str | None = field(repr=False)
    photos: tuple[CasePhoto, ...]
    history: tuple[Step, ...]
    may_start_review: bool


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first."""

    items: tuple[CaseSummary, ...]
    page: int
    pages: int
    total: int
    counts: Mapping[str, int]


async def hand_in(
    session: AsyncSession, clock: Clock, worker_id: str, turn_id: str, draft: Draft
) -> Case:
    """Store what a worker hands in; the same turn never makes a second case."""
    cases = CaseRepository(session)
    known = await cases.by_turn(turn_id)
    if known is not None:
        return known
    case = Case(
        id=ids.new_id(),
        code=ids.new_code(),
        worker_id=worker_id,
        turn_id=turn_id,
        kind=draft.kind,
        subject=draft.subject,
        place=draft.place,
        remedy=draft.remedy,
        created_at=clock(),
        events=[],
    )
    cases.add(case)
    _append(case, RECEIVED, "worker", worker_id, clock())
    await session.flush()  # The code must be proved free before it is read out.
    await photos.hand_in(session, worker_id, case.id, draft.photos)
    return case


async def own(session: AsyncSession, worker_id: str) -> Sequence[Case]:
    """A worker's newest cases."""
    return await CaseRepository(session).of_worker(worker_id, OWN_AT_MOST)


async def withdraw(session: AsyncSession, clock: Clock, worker_id: str, code: str) -> Case:
    """Take back one's own case; a code alone opens nothing to anybody else."""
    case = await CaseRepository(session).by_code(code, lock=True)
    if case is None or case.worker_id != worker_id:
        raise NotFound("cases.not_yours")
    _move(case, WITHDRAWN, "worker", worker_id, clock())
    return case


async def start_review(
    session: AsyncSession, library: Library, clock: Clock, code: str, staff_id: str
) -> None:
    """A reviewer takes a case up; the worker hears of it."""
    case = await _case(session, code, lock=True)
    _move(case, IN_REVIEW, "staff", staff_id, clock())
    if case.worker_id:
        reply = Reply(library.say("cases.news_in_review", code=code), cards=(card(library, case),))
        await outbox.put(session, clock, case.worker_id, f"case:{code}:{IN_REVIEW}", reply)


async def inbox(session: AsyncSession, *, state: str | None = None, page: int = 1) -> Page:
    """One page of all cases, or of those in a state; a page out of range gives the nearest."""
    cases = CaseRepository(session)
    counts = await cases.counts()
    total = counts.get(state, 0) if state else sum(counts.values())
    pages = max(1, ceil(total / PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = await cases.page(state, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    items = tuple(_summary(case, current) for case, current in rows)
    return Page(items, page, pages, total, counts)


async def show(session: AsyncSession, clock: Clock, code: str, staff_id: str) -> CaseDetail:
    """A case for a member of staff; that he looked is recorded."""
    case = await _case(session, code)
    _note_look(session, clock, case, staff_id)
    history = tuple(Step(e.state, e.actor, e.note, e.at) for e in case.events)
    return CaseDetail(
        summary=_summary(case, state_of(case)),
        subject=masked(case.subject),
        place=masked(case.place) if case.place else None,
        remedy=masked(case.remedy) if case.remedy else None,
        photos=await photos_of(session, case.id),
        history=history,
        may_start_review=(state_of(case), IN_REVIEW) in TRANSITIONS,
    )


async def photos_of(session: AsyncSession, case_id: str) -> tuple[CasePhoto, ...]:
    """The photos of a case, in order."""
    found = await photos.of_case(session, case_id)
    return tuple(
        CasePhoto(number, photo.width, photo.height, photo.digest) for number, photo in found
    )


async def show_photo(
    session: AsyncSession, clock: Clock, code: str, number: int, staff_id: str
) -> CasePhoto | None:
    """One photo of a case for a member of staff; that he looked is recorded."""
    case = await _case(session, code)
    _note_look(session, clock, case, staff_id)
    found = await photos_of(session, case.id)
    return next((photo for photo in found if photo.number == number), None)


def state_of(case: Case) -> str:
    """The state that a loaded history gives a case."""
    return case.events[-1].state


def card(library: Library, case: Case) -> CaseCard:
    """A case as its author sees it."""
    return CaseCard(
        code=case.code,
        state=library.say(f"cases.state_{state_of(case)}"),
        due=case.due.isoformat() if case.due else None,
        summary=shorten(case.subject, SUMMARY),
    )


def _note_look(session: AsyncSession, clock: Clock, case: Case, staff_id: str) -> None:
    view = CaseView(id=ids.new_id(), case_id=case.id, staff_id=staff_id, at=clock())
    CaseRepository(session).add_view(view)


async def _case(session: AsyncSession, code: str, *, lock: bool = False) -> Case:
    read = ids.read_code(code)
    case = await CaseRepository(session).by_code(read, lock=lock) if read else None
    if case is None:
        raise NotFound("cases.no_such_code")
    return case


def _summary(case: Case, state: str) -> CaseSummary:
    return CaseSummary(
        code=case.code,
        kind=case.kind,
        state=state,
        subject=shorten(masked(case.subject), SUMMARY),
        place=shorten(masked(case.place), SUMMARY) if case.place else None,
        created_at=case.created_at,
        due=case.due,
    )


def _move(case: Case, state: str, actor: str, actor_id: str, now: datetime) -> None:
    if TRANSITIONS.get((state_of(case), state)) != actor:
        raise NotAllowed("cases.cannot_move")
    _append(case, state, actor, actor_id, now)


def _append(case: Case, state: str, actor: str, actor_id: str, now: datetime) -> None:
    event = CaseEvent(
        id=ids.new_id(),
        number=len(case.events) + 1,
        state=state,
        actor=actor,
        actor_id=actor_id,
        at=now,
    )
    case.events.append(event)
