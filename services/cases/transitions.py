"""What a worker does with his own case."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.cases import CaseRepository
from kit.clock import Clock
from kit.errors import NotFound
from services.cases import steps


async def own_case(session: AsyncSession, worker_id: str, code: str) -> Case:
    """One's own case, locked until the commit; a code alone opens nothing to anybody else."""
    case = await CaseRepository(session).by_code(code, lock=True)
    if case is None or case.worker_id != worker_id:
        raise NotFound("cases.not_yours")
    return case


async def withdraw(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str, code: str
) -> Case:
    """Take back one's own case; those who stand behind it hear of it."""
    return await steps.take_own(session, library, clock, worker_id, code, step="withdraw")
