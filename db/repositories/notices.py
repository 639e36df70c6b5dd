"""Queries about notices, their due moments, and what workers did with them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import (
    Notice,
    NoticeEvent,
    NoticeOccurrence,
    NoticePicture,
    NoticeReply,
    NoticeVersion,
)

Rows = Notice | NoticeOccurrence | NoticePicture


class NoticeRepository:
    """Notices by number."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_number(self, number: int, *, lock: bool = False) -> Notice | None:
        """A notice with its versions and history; `lock` keeps others off it until the commit."""
        query = (
            select(Notice)
            .where(Notice.number == number)
            .options(selectinload(Notice.events), selectinload(Notice.versions))
            .execution_options(populate_existing=True)
        )
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def version(self, notice: int, number: int) -> NoticeVersion | None:
        """One version."""
        return await self.session.get(NoticeVersion, (notice, number))

    async def page(
        self, states: Collection[str], offset: int, limit: int
    ) -> Sequence[tuple[Notice, NoticeVersion]]:
        """Notices in these states with their newest version, newest first."""
        query = (
            select(Notice, NoticeVersion)
            .join(
                NoticeVersion,
                (NoticeVersion.notice == Notice.number) & (NoticeVersion.number == Notice.version),
            )
            .where(Notice.state.in_(states))
            .order_by(Notice.number.desc())
            .offset(offset)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def counts(self) -> dict[str, int]:
        """How many notices stand in each state."""
        query = select(Notice.state, func.count()).group_by(Notice.state)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def changed(self, numbers: Collection[int]) -> dict[int, datetime]:
        """When each of these notices was last touched."""
        query = (
            select(NoticeEvent.notice, func.max(NoticeEvent.at))
            .where(NoticeEvent.notice.in_(numbers))
            .group_by(NoticeEvent.notice)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def occurrences(self, notice: int) -> Sequence[NoticeOccurrence]:
        """The moments of a notice, in order."""
        query = select(NoticeOccurrence).where(NoticeOccurrence.notice == notice)
        return (await self.session.scalars(query.order_by(NoticeOccurrence.planned_at))).all()

    async def occurrence(self, occurrence_id: str) -> NoticeOccurrence | None:
        """One moment."""
        return await self.session.get(NoticeOccurrence, occurrence_id)

    async def state_of(self, occurrence_id: str) -> str | None:
        """The state of the notice that a moment belongs to."""
        query = select(Notice.state).join(
            NoticeOccurrence, NoticeOccurrence.notice == Notice.number
        )
        return await self.session.scalar(query.where(NoticeOccurrence.id == occurrence_id))

    async def next_moments(self, numbers: Collection[int]) -> dict[int, datetime]:
        """When each of these notices goes out next."""
        query = (
            select(NoticeOccurrence.notice, func.min(NoticeOccurrence.at))
            .where(NoticeOccurrence.notice.in_(numbers), NoticeOccurrence.state == "waiting")
            .group_by(NoticeOccurrence.notice)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def due(self, now: datetime, states: Collection[str], limit: int) -> Sequence[str]:
        """Moments that have come of notices in these states, oldest first."""
        query = (
            select(NoticeOccurrence.id)
            .join(Notice, Notice.number == NoticeOccurrence.notice)
            .where(
                NoticeOccurrence.state.in_(("waiting", "sending")),
                NoticeOccurrence.at <= now,
                Notice.state.in_(states),
            )
            .order_by(NoticeOccurrence.at, NoticeOccurrence.id)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def claim(self, occurrence_id: str) -> NoticeOccurrence | None:
        """A moment and its notice for ourselves until the commit; None when another has them."""
        query = (
            select(NoticeOccurrence)
            .join(Notice, Notice.number == NoticeOccurrence.notice)
            .where(NoticeOccurrence.id == occurrence_id)
            .with_for_update(skip_locked=True, of=(NoticeOccurrence, Notice))
            .execution_options(populate_existing=True)
        )
        return await self.session.scalar(query)

    async def without_moment(self, limit: int) -> Sequence[int]:
        """Scheduled notices that have no moment to come."""
        waiting = select(NoticeOccurrence.notice).where(
            NoticeOccurrence.state.in_(("waiting", "sending"))
        )
        query = (
            select(Notice.number)
            .where(Notice.state == "scheduled", Notice.number.not_in(waiting))
            .order_by(Notice.number)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def drop_moments(self, notice: int, states: Collection[str]) -> None:
        """Let the moments of a notice in these states pass."""
        query = (
            update(NoticeOccurrence)
            .where(NoticeOccurrence.notice == notice, NoticeOccurrence.state.in_(states))
            .values(state="dropped")
        )
        await self.session.execute(query)

    async def picture(self, digest: str) -> NoticePicture | None:
        """A picture."""
        return await self.session.get(NoticePicture, digest)

    async def replies(self, notice: int | None, offset: int, limit: int) -> Sequence[NoticeReply]:
        """What was replied, to one notice or all, newest first."""
        query = select(NoticeReply).order_by(NoticeReply.at.desc(), NoticeReply.id)
        if notice is not None:
            query = query.where(NoticeReply.notice == notice)
        return (await self.session.scalars(query.offset(offset).limit(limit))).all()

    async def new_replies(self, numbers: Collection[int]) -> dict[int, int]:
        """How many replies to each of these notices nobody has seen."""
        query = (
            select(NoticeReply.notice, func.count())
            .where(NoticeReply.notice.in_(numbers), NoticeReply.seen_at.is_(None))
            .group_by(NoticeReply.notice)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    def add(self, row: Rows) -> None:
        """Append a row."""
        self.session.add(row)
