"""Queries about workers and what they agreed to."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Consent, Worker


class WorkerRepository:
    """Workers by id."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, worker_id: str) -> Worker | None:
        """A worker."""
        return await self.session.get(Worker, worker_id)

    async def lock(self, worker_id: str) -> bool:
        """Keep others from writing about a worker until the commit; False when one just does."""
        query = select(Worker.id).where(Worker.id == worker_id)
        return await self.session.scalar(query.with_for_update(skip_locked=True)) is not None

    async def wait_for(self, worker_id: str) -> None:
        """Keep others that wait for this worker waiting until the commit.

        Rows that point to him may still be written meanwhile.
        """
        query = select(Worker.id).where(Worker.id == worker_id)
        await self.session.scalar(query.with_for_update(key_share=True))

    async def consent(self, worker_id: str, notice: str) -> Consent | None:
        """The newest decision of a worker about a notice."""
        query = (
            select(Consent)
            .where(Consent.worker_id == worker_id, Consent.notice == notice)
            .order_by(Consent.decided_at.desc())
            .limit(1)
        )
        return await self.session.scalar(query)

    async def forget(self, worker_id: str) -> None:
        """Delete a worker whose things are somebody else's by now."""
        await self.session.execute(delete(Worker).where(Worker.id == worker_id))

    async def forget_consents(self, worker_id: str) -> None:
        """Delete a worker's decisions."""
        await self.session.execute(delete(Consent).where(Consent.worker_id == worker_id))

    def add(self, row: Worker | Consent) -> None:
        """Append a worker or a decision."""
        self.session.add(row)
