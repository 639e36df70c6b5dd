"""Handing a case in: stored once, sealed, masked, dated, and held where a person should look."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.cases import CaseRepository
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from services import districts, photos, recordings, vault
from services.cases import clocks, holding, parameters, query_words, states
from services.cases.dangers import is_danger
from services.cases.sealing import Written, digest_of, masked_words, sealed
from services.cases.values import Draft, HandedIn
from services.geo import to_wgs84
from services.turns import Position

DECIMALS = 4  # 11 m: enough to find the spot, not the door


async def hand_in(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    turn_id: str,
    *,
    draft: Draft,
) -> HandedIn:
    """Store what a worker hands in; the same turn never makes a second case.

    What comes too often, is said by several alike or is abusive is stored all the same, and waits
    for a person.
    """
    # One at a time for a worker: two tries of one turn, two turns at the edge of a limit.
    await WorkerRepository(session).wait_for(worker_id)
    case = await CaseRepository(session).by_turn(turn_id)
    if case is None:
        case = await _stored(session, library, clock, worker_id, turn_id, draft=draft)
    word = query_words.give(session, case)
    held = states.state_of(case) == states.HELD
    return HandedIn(case, word, held, case.due, case.answer_days or 0)


async def _stored(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    turn_id: str,
    *,
    draft: Draft,
) -> Case:
    now = clock()
    words = Written(draft.subject, draft.place, draft.remedy, draft.extras)
    shown = masked_words(library, words)
    digest = digest_of(draft.kind, shown)
    held = await holding.why(session, library, clock, worker_id, words, digest=digest)
    days = await parameters.days_to_answer(session, library, clock, draft.category)
    case = Case(
        id=ids.new_id(),
        code=await _free_code(session),
        worker_id=worker_id,
        turn_id=turn_id,
        kind=draft.kind,
        category=draft.category,
        subject=shown.subject,
        place=shown.place,
        remedy=shown.remedy,
        extras=dict(shown.extras),
        danger=is_danger(library, draft.kind, draft.extras),
        original=await sealed(session, worker_id, words),
        contact=await _sealed_or_none(session, worker_id, draft.contact),
        caller=await _sealed_or_none(session, worker_id, draft.caller),
        wants_answer=draft.wants_answer,
        text_digest=digest,
        held_reason=held.reason if held else None,
        folded_into=held.folded_into if held else None,
        created_at=now,
        events=[],
        units=[],
        recusals=[],
    )
    clocks.promise(case, days, clocks.day_of(now), library.calendar)
    _place(case, draft.spot)
    state = states.HELD if held else states.RECEIVED
    states.append(case, state, states.WORKER, worker_id, now, step="hand_in")
    CaseRepository(session).add(case)
    await session.flush()  # The code must be proved free before it is read out.
    await photos.SHELF.hand_in(session, worker_id, case.id, draft.photos)
    await recordings.SHELF.hand_in(session, worker_id, case.id, draft.recordings)
    limits = await parameters.in_force(session, library, clock)
    await clocks.set_going(session, library, case, limits=limits)
    return case


async def _free_code(session: AsyncSession) -> str:
    """A code that no case has: among 100,000 each fifth district would meet one drawn twice."""
    while await CaseRepository(session).has_code(code := ids.new_code()):
        pass
    return code


def _place(case: Case, spot: Position | None) -> None:
    """Note where the matter is, as roughly as it takes to find it, and in which district."""
    if spot is None:
        return
    here = to_wgs84(spot)
    case.lat, case.lon = round(here.lat, DECIMALS), round(here.lon, DECIMALS)
    area = districts.of_china().at(Position(case.lat, case.lon))
    if area is not None:
        case.province, case.city, case.district = area.province, area.city, area.district


async def _sealed_or_none(session: AsyncSession, worker_id: str, text: str | None) -> bytes | None:
    return await vault.seal(session, worker_id, text) if text else None
