"""What the author of a case adds later, words, photos, voices: staff see it, nobody is told."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseAddition
from db.repositories.case_parts import CasePartRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed
from services import photos, recordings, vault
from services.cases import states, steps
from services.cases.limits import ADDITIONS_MOST, PHOTOS_MOST, RECORDINGS_MOST
from services.cases.transitions import own_case
from services.masking import masker


async def add(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    turn_id: str,
    *,
    code: str,
    text: str | None = None,
    photo_ids: Sequence[str] = (),
    recording_ids: Sequence[str] = (),
) -> Case:
    """Add to one's own open case; the same turn never adds twice."""
    case = await own_case(session, worker_id, code)
    parts = CasePartRepository(session)
    if await parts.addition_of_turn(turn_id):
        return case
    known = await parts.additions(case.id)
    if states.state_of(case) not in states.OPEN:
        raise NotAllowed("cases.cannot_add")
    if sum(addition.worker_id in {worker_id, None} for addition in known) >= ADDITIONS_MOST:
        raise NotAllowed("cases.too_many_additions")
    numbers = await photos.SHELF.add_to_case(session, worker_id, case.id, photo_ids, PHOTOS_MOST)
    spoken = await recordings.SHELF.add_to_case(
        session, worker_id, case.id, recording_ids, RECORDINGS_MOST
    )
    if not text and not numbers and not spoken:
        sent = photo_ids or recording_ids
        raise BadInput("cases.too_many_photos" if sent else "cases.nothing_added")
    addition = CaseAddition(
        id=ids.new_id(),
        case_id=case.id,
        turn_id=turn_id,
        number=len(known) + 1,
        words=masker(library)(text) if text else None,
        original=await vault.seal(session, worker_id, text) if text else None,
        photos=list(numbers),
        recordings=list(spoken),
        at=clock(),
    )
    parts.add(addition)
    await session.flush()
    if states.state_of(case) == states.NEEDS_MORE:  # what was asked for, or as good as that
        await steps.take_own(session, library, clock, worker_id, code, step="supply")
    return case
