"""Queries about places that workers proposed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopProposal


class StopProposalRepository:
    """Proposals by turn, worker and state."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_turn(self, turn_id: str) -> StopProposal | None:
        """What a turn handed in."""
        return await self.session.scalar(
            select(StopProposal).where(StopProposal.turn_id == turn_id)
        )

    async def by_id(self, proposal_id: str, *, lock: bool = False) -> StopProposal | None:
        """One proposal; `lock` keeps others from deciding on it until the commit."""
        query = select(StopProposal).where(StopProposal.id == proposal_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def page(
        self, state: str, offset: int, limit: int, *, within: ColumnElement[bool]
    ) -> Sequence[StopProposal]:
        """Proposals `within` in a state, oldest first."""
        query = (
            select(StopProposal)
            .where(StopProposal.state == state, within)
            .order_by(StopProposal.created_at, StopProposal.id)
            .offset(offset)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count(self, state: str, within: ColumnElement[bool]) -> int:
        """How many proposals `within` are in a state."""
        query = select(func.count()).where(StopProposal.state == state, within)
        return await self.session.scalar(query) or 0

    async def count_of_worker(self, worker_id: str) -> int:
        """How many proposals a worker made."""
        query = select(func.count()).where(StopProposal.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def forget_worker(self, worker_id: str) -> None:
        """What a worker proposed stays, nobody's."""
        query = update(StopProposal).where(StopProposal.worker_id == worker_id)
        await self.session.execute(query.values(worker_id=None))

    def add(self, row: StopProposal) -> None:
        """Append a proposal."""
        self.session.add(row)
