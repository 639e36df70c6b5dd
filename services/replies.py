"""Old replies: they repeat what a worker wrote, so they go when he takes it back."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.turns import TurnRepository


async def forget(session: AsyncSession, worker_id: str) -> None:
    """Empty a worker's recorded replies; a repeated message of his then gets an empty answer."""
    await TurnRepository(session).empty_replies(worker_id)
