"""Standing behind somebody else's case: "me too", once each."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CaseSupporter
from db.repositories.case_parts import CasePartRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotAllowed
from services.cases import states
from services.cases.reading import of_code


async def support(
    session: AsyncSession, clock: Clock, worker_id: str, turn_id: str, code: str
) -> bool:
    """Stand behind a case; False where he does already, or it is his own.

    Raises NotAllowed for a case that was taken back or is held.
    """
    case = await of_code(session, code, lock=True)
    if states.state_of(case) not in states.PUBLIC:
        raise NotAllowed("cases.cannot_support")
    parts = CasePartRepository(session)
    if case.worker_id == worker_id or await parts.is_supporter(case.id, worker_id):
        return False
    parts.add(
        CaseSupporter(
            id=ids.new_id(), case_id=case.id, worker_id=worker_id, turn_id=turn_id, at=clock()
        )
    )
    await session.flush()
    return True


async def count(session: AsyncSession, case_id: str) -> int:
    """How many stand behind a case, its author not counted."""
    return await CasePartRepository(session).count_supporters(case_id)
