"""Queries about updates that a channel delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import UpdateRow

DONE = {"state": "done", "body": None, "lane": None, "fault": None}


class UpdateRepository:
    """Updates by their number."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def known(self, bot: int, numbers: Sequence[int]) -> Mapping[int, UpdateRow]:
        """Those of a bot's updates that have these numbers."""
        query = select(UpdateRow).where(UpdateRow.bot == bot, UpdateRow.id.in_(numbers))
        return {row.id: row for row in await self.session.scalars(query)}

    async def waiting(self, bot: int) -> Sequence[UpdateRow]:
        """What nobody has worked yet, in order."""
        query = (
            select(UpdateRow)
            .where(UpdateRow.bot == bot, UpdateRow.state == "waiting")
            .order_by(UpdateRow.id)
        )
        return (await self.session.scalars(query)).all()

    async def mark_done(self, bot: int, numbers: Sequence[int], now: datetime) -> None:
        """Note that these were worked, and drop what they said."""
        query = update(UpdateRow).where(UpdateRow.bot == bot, UpdateRow.id.in_(numbers))
        await self.session.execute(query.values(done_at=now, **DONE))

    async def set_aside(self, bot: int, number: int, fault: str) -> None:
        """Note that this one cannot be worked, and why."""
        query = update(UpdateRow).where(UpdateRow.bot == bot, UpdateRow.id == number)
        await self.session.execute(query.values(state="poison", fault=fault))

    async def put_back(self, numbers: Sequence[int]) -> Sequence[int]:
        """Let these, or all when none is named, wait again if they were set aside; which were."""
        query = update(UpdateRow).where(UpdateRow.state == "poison")
        if numbers:
            query = query.where(UpdateRow.id.in_(numbers))
        query = query.values(state="waiting", fault=None)
        return (await self.session.scalars(query.returning(UpdateRow.id))).all()

    async def set_aside_rows(self, limit: int) -> Sequence[UpdateRow]:
        """What could not be worked, newest first."""
        query = (
            select(UpdateRow)
            .where(UpdateRow.state == "poison")
            .order_by(UpdateRow.id.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def counts(self) -> dict[str, int]:
        """How many updates stand in each state."""
        query = select(UpdateRow.state, func.count()).group_by(UpdateRow.state)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def oldest_waiting(self) -> datetime | None:
        """Since when the oldest one waits."""
        query = select(func.min(UpdateRow.received_at)).where(UpdateRow.state == "waiting")
        return await self.session.scalar(query)

    async def forget(self, before: datetime) -> None:
        """Delete what came before a moment and is done or was set aside."""
        query = delete(UpdateRow).where(
            UpdateRow.state != "waiting", UpdateRow.received_at < before
        )
        await self.session.execute(query)

    def add(self, row: UpdateRow) -> None:
        """Append an update."""
        self.session.add(row)
