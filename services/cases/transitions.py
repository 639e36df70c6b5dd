"""Steps of a case: taken back, let in after it was held, taken up; whoever it concerns is told."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.cases import CaseRepository
from kit.clock import Clock
from kit.errors import NotFound
from services.cases import states, telling
from services.cases.reading import of_code


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
    case = await own_case(session, worker_id, code)
    states.move(case, states.WITHDRAWN, "worker", worker_id, clock())
    await telling.supporters(session, library, clock, case, states.WITHDRAWN)
    return case


async def start_review(
    session: AsyncSession, library: Library, clock: Clock, code: str, staff_id: str
) -> None:
    """A reviewer takes a case up; its author and supporters hear of it."""
    case = await of_code(session, code, lock=True)
    states.move(case, states.IN_REVIEW, "staff", staff_id, clock())
    await telling.author(session, library, clock, case, states.IN_REVIEW)
    await telling.supporters(session, library, clock, case, states.IN_REVIEW)


async def release(
    session: AsyncSession, library: Library, clock: Clock, code: str, staff_id: str
) -> None:
    """A person has looked at a case that was held, and lets it in; its author hears of it."""
    case = await of_code(session, code, lock=True)
    states.move(case, states.RECEIVED, "staff", staff_id, clock())
    case.released_by, case.released_at = staff_id, clock()
    await telling.author(session, library, clock, case, "released")
    await telling.supporters(session, library, clock, case, "released")
