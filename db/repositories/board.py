"""Queries of the public board: what stands on it, and how it came there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, join, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import BoardChange, BoardPost, Case, CaseEvent

WITHDRAWN = "withdrawn"
# A post, the state of its case, the day that is promised, and when the case moved last.
Shown = tuple[BoardPost, Case, datetime]

_MOVED = (
    select(func.max(CaseEvent.at))
    .where(CaseEvent.case_id == Case.id, CaseEvent.actor != "worker")
    .correlate(Case)
    .scalar_subquery()
)


# Not withdrawn by us, and not taken back by its author: then nobody reads it any more.
_JOINED = join(BoardPost, Case, Case.id == BoardPost.case_id)
_PUBLIC = (BoardPost.withdrawn_at.is_(None), Case.state != WITHDRAWN)


class BoardRepository:
    """Posts and what was done to them."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def of_case(self, case_id: str) -> BoardPost | None:
        """The post of a case, withdrawn or not."""
        query = select(BoardPost).where(BoardPost.case_id == case_id)
        return await self.session.scalar(query)

    async def changes(self, number: int) -> Sequence[BoardChange]:
        """What was done to a post, the newest first."""
        query = select(BoardChange).where(BoardChange.number == number)
        query = query.order_by(BoardChange.at.desc(), BoardChange.id)
        return (await self.session.scalars(query)).all()

    async def count(self, *which: ColumnElement[bool]) -> int:
        """How many posts the public sees of these; `which` asks of posts only.

        Those of cases that were taken back are few and counted apart: one join of both tables
        would read every case.
        """
        there = select(func.count()).where(
            BoardPost.withdrawn_at.is_(None), BoardPost.case_id.is_not(None), *which
        )
        gone = select(func.count()).select_from(_JOINED)
        gone = gone.where(BoardPost.withdrawn_at.is_(None), Case.state == WITHDRAWN, *which)
        return (await self.session.scalar(there) or 0) - (await self.session.scalar(gone) or 0)

    async def page(self, *which: ColumnElement[bool], offset: int, limit: int) -> Sequence[Shown]:
        """A page of what the public sees of these, the newest first."""
        query = select(BoardPost, Case, _MOVED).select_from(_JOINED).where(*_PUBLIC, *which)
        query = query.order_by(BoardPost.released_at.desc(), BoardPost.number.desc())
        rows = await self.session.execute(query.offset(offset).limit(limit))
        return [(post, case, moved or post.changed_at) for post, case, moved in rows]

    async def count_released(self, which: ColumnElement[bool]) -> int:
        """How many posts, withdrawn or not, are of these cases."""
        query = select(func.count()).select_from(_JOINED).where(which)
        return await self.session.scalar(query) or 0

    async def released(
        self, which: ColumnElement[bool], offset: int, limit: int
    ) -> Sequence[tuple[BoardPost, str, str]]:
        """Posts of these cases, withdrawn or not, the newest first; with its code and state."""
        query = select(BoardPost, Case.code, Case.state).select_from(_JOINED).where(which)
        query = query.order_by(BoardPost.number.desc()).offset(offset).limit(limit)
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    async def areas(self) -> Sequence[tuple[str | None, str | None, str | None]]:
        """Where there are posts that were not withdrawn, each area once."""
        columns = (BoardPost.province, BoardPost.city, BoardPost.district)
        query = select(*columns).where(BoardPost.withdrawn_at.is_(None))
        query = query.distinct().order_by(*columns)
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    def add(self, *rows: BoardPost | BoardChange) -> None:
        """Append a post or a change."""
        self.session.add_all(rows)
