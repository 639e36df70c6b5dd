"""Saying "me too" to the case of another: one voice more, and the words that came with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseAddition
from db.repositories.case_parts import CasePartRepository
from db.repositories.cases import CaseRepository
from kit import ids
from kit.clock import Clock
from services import photos, recordings, vault
from services.cases.limits import ADDITIONS_MOST, JOINED_MOST
from services.cases.reading import OWN_AT_MOST, of_code
from services.cases.supporting import support
from services.masking import masker


@dataclass(frozen=True)
class Joined:
    """A case that somebody stands behind now; `left_out` photos and voices found no room in it."""

    case: Case
    left_out: int = 0


async def join(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    turn_id: str,
    *,
    code: str,
    text: str,
    photo_ids: Sequence[str] = (),
    recording_ids: Sequence[str] = (),
) -> Joined:
    """Stand behind a case, with what one had written and taken oneself.

    Of a voice that counts already, and of the author, the words are added all the same. Raises
    NotAllowed for a case that was taken back or is held.
    """
    await support(session, clock, worker_id, turn_id, code)
    case, parts = await of_code(session, code), CasePartRepository(session)
    known = await parts.additions(case.id)
    # However many stand behind it: of each the words are kept.
    own = [addition for addition in known if addition.worker_id == worker_id]
    if await parts.addition_of_turn(turn_id) or len(own) >= ADDITIONS_MOST:
        return Joined(case)
    numbers = await photos.SHELF.add_to_case(session, worker_id, case.id, photo_ids, JOINED_MOST)
    spoken = await recordings.SHELF.add_to_case(
        session, worker_id, case.id, recording_ids, JOINED_MOST
    )
    addition = CaseAddition(
        id=ids.new_id(),
        case_id=case.id,
        turn_id=turn_id,
        worker_id=worker_id,
        number=len(known) + 1,
        words=masker(library)(text),
        original=await vault.seal(session, worker_id, text),
        photos=list(numbers),
        recordings=list(spoken),
        at=clock(),
    )
    parts.add(addition)
    await session.flush()
    brought, taken = len(photo_ids) + len(recording_ids), len(numbers) + len(spoken)
    return Joined(case, brought - taken)


async def supported(session: AsyncSession, worker_id: str) -> Sequence[Case]:
    """The newest cases of others that a worker stands behind."""
    return await CaseRepository(session).supported_by(worker_id, OWN_AT_MOST)
