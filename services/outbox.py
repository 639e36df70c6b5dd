"""What travels up to a worker: rows first, each piece of news once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import OutboxRow
from db.repositories.workers import OutboxRepository
from kit import ids
from kit.clock import Clock
from services import consents
from services.turns import Reply

AT_ONCE = 50


@dataclass(frozen=True)
class News:
    """One message to a worker, with the number that orders his messages."""

    number: int
    reply: dict[str, Any]


async def put(
    session: AsyncSession, clock: Clock, worker_id: str, cause: str, reply: Reply
) -> None:
    """Queue a message for a worker, unless he asked for none or has this one already."""
    outbox = OutboxRepository(session)
    if await consents.is_withdrawn(session, worker_id, consents.NEWS):
        return
    if await outbox.has(worker_id, cause):
        return
    row = OutboxRow(
        id=ids.new_id(),
        worker_id=worker_id,
        cause=cause,
        reply=reply.as_json(),
        state="waiting",
        created_at=clock(),
    )
    outbox.add(row)


async def after(session: AsyncSession, worker_id: str, number: int) -> Sequence[News]:
    """A worker's messages behind the number he saw last, oldest first, a batch at a time."""
    rows = await OutboxRepository(session).after(worker_id, number, AT_ONCE)
    return [News(row.number, row.reply) for row in rows]


async def newest(session: AsyncSession, worker_id: str, limit: int) -> Sequence[News]:
    """A worker's newest messages, newest first."""
    rows = await OutboxRepository(session).newest(worker_id, limit)
    return [News(row.number, row.reply) for row in rows]


async def mark_sent(session: AsyncSession, clock: Clock, numbers: Sequence[int]) -> None:
    """Note that these were handed to the worker's channel."""
    if numbers:
        await OutboxRepository(session).mark_sent(numbers, clock())
