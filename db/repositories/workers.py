"""Queries about workers, their consents and what waits for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Consent, OutboxRow, Worker


class WorkerRepository:
    """Workers by id and by the digest of their token."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, worker_id: str) -> Worker | None:
        """A worker."""
        return await self.session.get(Worker, worker_id)

    async def by_token(self, token_digest: str) -> Worker | None:
        """The worker who holds the token with this digest."""
        return await self.session.scalar(select(Worker).where(Worker.token_digest == token_digest))

    async def consent(self, worker_id: str, notice: str) -> Consent | None:
        """The newest decision of a worker about a notice."""
        query = (
            select(Consent)
            .where(Consent.worker_id == worker_id, Consent.notice == notice)
            .order_by(Consent.decided_at.desc())
            .limit(1)
        )
        return await self.session.scalar(query)

    async def forget_consents(self, worker_id: str) -> None:
        """Delete a worker's decisions."""
        await self.session.execute(delete(Consent).where(Consent.worker_id == worker_id))

    def add(self, row: Worker | Consent) -> None:
        """Append a worker or a decision."""
        self.session.add(row)


class OutboxRepository:
    """Messages that wait for workers, rows first."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def has(self, worker_id: str, cause: str) -> bool:
        """Whether this piece of news is in the outbox already."""
        query = select(OutboxRow.number).where(
            OutboxRow.worker_id == worker_id, OutboxRow.cause == cause
        )
        return await self.session.scalar(query) is not None

    async def after(self, worker_id: str, number: int, limit: int) -> Sequence[OutboxRow]:
        """A worker's messages behind a number, oldest first."""
        query = (
            select(OutboxRow)
            .where(OutboxRow.worker_id == worker_id, OutboxRow.number > number)
            .order_by(OutboxRow.number)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def newest(self, worker_id: str, limit: int) -> Sequence[OutboxRow]:
        """A worker's newest messages, newest first."""
        query = (
            select(OutboxRow)
            .where(OutboxRow.worker_id == worker_id)
            .order_by(OutboxRow.number.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def mark_sent(self, numbers: Sequence[int], now: datetime) -> None:
        """Note that these were handed to the channel."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.number.in_(numbers), OutboxRow.state != "sent")
            .values(state="sent", sent_at=now)
        )
        await self.session.execute(query)

    async def forget_worker(self, worker_id: str) -> None:
        """Delete what waits for a worker and what he was sent."""
        await self.session.execute(delete(OutboxRow).where(OutboxRow.worker_id == worker_id))

    def add(self, row: OutboxRow) -> None:
        """Append a message."""
        self.session.add(row)
