"""Queries about wrong query words."""

from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CaseTry


class CaseTryRepository:
    """Tries by worker and by case."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def one_at_a_time(self) -> None:
        """Let no other try be counted until the commit, so that a burst cannot pass the limit.

        On SQLite every transaction has that to itself.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(text("LOCK TABLE case_tries IN SHARE ROW EXCLUSIVE MODE"))

    async def count(
        self, since: datetime, *, worker_id: str | None = None, case_id: str | None = None
    ) -> int:
        """How many wrong words were typed since a moment, by a worker or for a case."""
        query = select(func.count()).select_from(CaseTry).where(CaseTry.at > since)
        if worker_id is not None:
            query = query.where(CaseTry.worker_id == worker_id)
        if case_id is not None:
            query = query.where(CaseTry.case_id == case_id)
        return await self.session.scalar(query) or 0

    async def tidy(self, before: datetime) -> None:
        """Delete tries that were made before a moment."""
        await self.session.execute(delete(CaseTry).where(CaseTry.at < before))

    async def forget_worker(self, worker_id: str) -> None:
        """Delete a worker's tries."""
        await self.session.execute(delete(CaseTry).where(CaseTry.worker_id == worker_id))

    def add(self, row: CaseTry) -> None:
        """Append a try."""
        self.session.add(row)
