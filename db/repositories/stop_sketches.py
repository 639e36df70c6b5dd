"""Queries about what the schematic maps show that have not been fetched yet."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopSketch


class StopSketchRepository:
    """Sketches by token."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_token(self, token: str) -> StopSketch | None:
        """One sketch."""
        return await self.session.get(StopSketch, token)

    async def delete(self, token: str) -> None:
        """Delete one, if it is there."""
        await self.session.execute(delete(StopSketch).where(StopSketch.token == token))

    async def delete_before(self, moment: datetime) -> None:
        """Delete those made before a moment."""
        await self.session.execute(delete(StopSketch).where(StopSketch.created_at < moment))

    async def forget_worker(self, worker_id: str) -> None:
        """Delete those of a worker."""
        await self.session.execute(delete(StopSketch).where(StopSketch.worker_id == worker_id))

    def add(self, row: StopSketch) -> None:
        """Append one."""
        self.session.add(row)
