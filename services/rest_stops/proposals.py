"""Places that workers think should be stops: handed in to staff, never straight to the map."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopProposal
from db.repositories.stop_proposals import StopProposalRepository
from kit import ids
from kit.clock import Clock

WAITING, ACCEPTED, DECLINED = "waiting", "accepted", "declined"
STATES = (WAITING, ACCEPTED, DECLINED)


@dataclass(frozen=True)
class Draft:
    """What a worker proposes."""

    subject: str = field(repr=False)
    place: str = field(repr=False)
    offers: str | None = field(default=None, repr=False)


async def hand_in(
    session: AsyncSession, clock: Clock, worker_id: str, turn_id: str, draft: Draft
) -> None:
    """Store what a worker proposes; the same turn never makes a second proposal."""
    proposals = StopProposalRepository(session)
    if await proposals.by_turn(turn_id) is not None:
        return
    proposals.add(
        StopProposal(
            id=ids.new_id(),
            worker_id=worker_id,
            turn_id=turn_id,
            subject=draft.subject,
            place=draft.place,
            offers=draft.offers,
            state=WAITING,
            created_at=clock(),
        )
    )
    await session.flush()


async def count(session: AsyncSession, worker_id: str) -> int:
    """How many proposals are stored of a worker."""
    return await StopProposalRepository(session).count_of_worker(worker_id)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """What a worker proposed stays, without a thread to him."""
    await StopProposalRepository(session).forget_worker(worker_id)
