"""Queries about the keys that workers' words are sealed under."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import WorkerKey


class KeyRepository:
    """Keys by id and by worker."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, key_id: str) -> WorkerKey | None:
        """A key."""
        return await self.session.get(WorkerKey, key_id)

    async def of_worker(self, worker_id: str) -> Sequence[WorkerKey]:
        """A worker's keys, always in the same order."""
        query = select(WorkerKey).where(WorkerKey.worker_id == worker_id).order_by(WorkerKey.id)
        return (await self.session.scalars(query)).all()

    async def forget_worker(self, worker_id: str) -> None:
        """Delete a worker's keys, written over before: a deleted row may lie on in its page."""
        own = WorkerKey.worker_id == worker_id
        await self.session.execute(update(WorkerKey).where(own).values(wrapped=b"\0" * 60))
        await self.session.execute(delete(WorkerKey).where(own))

    def add(self, key: WorkerKey) -> None:
        """Append a key."""
        self.session.add(key)
