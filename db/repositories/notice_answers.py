"""Queries about what workers did with notices: marks, wishes, replies; and what became of rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    cast,
    delete,
    exists,
    extract,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import (
    Account,
    NoticeMark,
    NoticeOccurrence,
    NoticeReply,
    NoticeVersion,
    NoticeWish,
    OutboxRow,
)
from db.repositories.outbox import HELD

OF_WORKER = (NoticeMark, NoticeReply, NoticeWish)
HOUR = 3600
# What failed and may be sent once more.
DEAD = ("refused", "given_up")


class NoticeAnswerRepository:
    """Answers by worker, and rows by notice."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def mark(self, occurrence_id: str, worker_id: str, kind: str, now: datetime) -> None:
        """Note what a worker did, unless that is noted."""
        key = (occurrence_id, worker_id, kind)
        if await self.session.get(NoticeMark, key) is None:
            self.session.add(
                NoticeMark(occurrence_id=occurrence_id, worker_id=worker_id, kind=kind, at=now)
            )

    async def got(self, occurrence_id: str, worker_id: str) -> bool:
        """Whether a row of this moment was made for a worker."""
        query = (
            select(OutboxRow.number)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(OutboxRow.occurrence_id == occurrence_id, Account.worker_id == worker_id)
            .limit(1)
        )
        return await self.session.scalar(query) is not None

    async def newest_of(
        self, worker_id: str, notice: int | None = None
    ) -> tuple[NoticeOccurrence, NoticeVersion] | None:
        """The newest notice that a worker was sent, or the newest sending of one."""
        query = (
            select(NoticeOccurrence, NoticeVersion)
            .join(OutboxRow, OutboxRow.occurrence_id == NoticeOccurrence.id)
            .join(Account, Account.id == OutboxRow.account_id)
            .join(
                NoticeVersion,
                (NoticeVersion.notice == NoticeOccurrence.notice)
                & (NoticeVersion.number == NoticeOccurrence.version),
            )
            .where(Account.worker_id == worker_id)
            .order_by(OutboxRow.number.desc())
            .limit(1)
        )
        if notice is not None:
            query = query.where(NoticeOccurrence.notice == notice)
        row = (await self.session.execute(query)).first()
        return None if row is None else (row[0], row[1])

    async def messages_of(
        self, account_id: str, limit: int
    ) -> Sequence[tuple[int, Sequence[int]]]:
        """The newest notices of an account by number, and what its channel calls each."""
        query = (
            select(NoticeOccurrence.notice, OutboxRow.message_ids)
            .join(OutboxRow, OutboxRow.occurrence_id == NoticeOccurrence.id)
            .where(OutboxRow.account_id == account_id, OutboxRow.message_ids.is_not(None))
            .order_by(OutboxRow.number.desc())
            .limit(limit)
        )
        return [(row[0], row[1] or ()) for row in await self.session.execute(query)]

    async def wishes(self, worker_id: str) -> dict[str, bool]:
        """What a worker said of topics."""
        query = select(NoticeWish).where(NoticeWish.worker_id == worker_id)
        return {row.topic: row.wanted for row in await self.session.scalars(query)}

    async def wish(self, worker_id: str, topic: str, now: datetime, *, wanted: bool) -> None:
        """Write down what a worker says of a topic."""
        row = await self.session.get(NoticeWish, (worker_id, topic))
        if row is None:
            row = NoticeWish(worker_id=worker_id, topic=topic)
            self.session.add(row)
        row.wanted, row.at = wanted, now

    async def reply(self, reply_id: str, *, lock: bool = False) -> NoticeReply | None:
        """One reply."""
        query = select(NoticeReply).where(NoticeReply.id == reply_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def count_replies(self, worker_id: str, since: datetime) -> int:
        """How often a worker replied to notices since a moment."""
        query = select(func.count()).where(
            NoticeReply.worker_id == worker_id, NoticeReply.at > since
        )
        return await self.session.scalar(query) or 0

    async def count_said(self, worker_id: str) -> int:
        """How often a worker replied to notices."""
        query = select(func.count()).where(NoticeReply.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def states(self, notice: int) -> dict[tuple[str, str | None], int]:
        """How many rows of a notice stand in each state, by the reason where they failed."""
        query = (
            select(OutboxRow.state, OutboxRow.reason, func.count())
            .where(_of_notice(notice))
            .group_by(OutboxRow.state, OutboxRow.reason)
        )
        return {(row[0], row[1]): row[2] for row in await self.session.execute(query)}

    async def changes(self, notice: int) -> dict[str, int]:
        """How many rows of a notice are to be changed, or were, and how."""
        query = (
            select(OutboxRow.change, func.count())
            .where(_of_notice(notice), OutboxRow.change.is_not(None))
            .group_by(OutboxRow.change)
        )
        return {row[0]: row[1] for row in await self.session.execute(query) if row[0]}

    async def marks(self, notice: int) -> dict[str, int]:
        """How many workers did what with a notice."""
        mine = select(NoticeOccurrence.id).where(NoticeOccurrence.notice == notice)
        query = (
            select(NoticeMark.kind, func.count(NoticeMark.worker_id.distinct()))
            .where(NoticeMark.occurrence_id.in_(mine))
            .group_by(NoticeMark.kind)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def count_replies_to(self, notice: int) -> int:
        """How many workers replied to a notice."""
        query = select(func.count(NoticeReply.worker_id.distinct()))
        return await self.session.scalar(query.where(NoticeReply.notice == notice)) or 0

    async def by_hour(self, notice: int) -> dict[int, int]:
        """How many rows of a notice left in each hour, counted from 1970."""
        left = (
            select((cast(extract("epoch", OutboxRow.sent_at), BigInteger) // HOUR).label("hour"))
            .where(_of_notice(notice), OutboxRow.sent_at.is_not(None))
            .subquery()
        )
        query = select(left.c.hour, func.count()).group_by(left.c.hour)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def dead(self, notice: int, offset: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """Rows that were given up or refused: number, reason, channel, attempts, due_at."""
        query = (
            select(
                OutboxRow.number,
                OutboxRow.reason,
                Account.channel,
                OutboxRow.attempts,
                OutboxRow.due_at,
            )
            .join(Account, Account.id == OutboxRow.account_id)
            .where(_of_notice(notice), OutboxRow.state == "failed", OutboxRow.reason.in_(DEAD))
            .order_by(OutboxRow.number)
            .offset(offset)
            .limit(limit)
        )
        return [tuple(row) for row in await self.session.execute(query)]

    async def revive(self, notice: int, rows: Sequence[int] | None, now: datetime) -> int:
        """Let dead rows wait once more, all or these; those whose account is gone stay dead."""
        here = select(Account.id).where(Account.gone_at.is_(None))
        query = update(OutboxRow).where(
            _of_notice(notice),
            OutboxRow.state == "failed",
            OutboxRow.reason.in_(DEAD),
            OutboxRow.account_id.in_(here),
        )
        if rows is not None:
            query = query.where(OutboxRow.number.in_(rows))
        revived = query.values(state="waiting", reason=None, attempts=0, due_at=now)
        found = await self.session.scalars(
            revived.returning(OutboxRow.number).execution_options(synchronize_session=False)
        )
        return len(found.all())

    async def drop_waiting(self, worker_id: str, topics: Sequence[str] | None) -> None:
        """Delete notices that wait for a worker, of these topics or all: he wants them no more."""
        accounts = select(Account.id).where(Account.worker_id == worker_id)
        mine = OutboxRow.account_id.in_(accounts) & OutboxRow.state.in_(HELD)
        moments = select(NoticeOccurrence.id)
        if topics is not None:
            moments = moments.join(
                NoticeVersion,
                (NoticeVersion.notice == NoticeOccurrence.notice)
                & (NoticeVersion.number == NoticeOccurrence.version),
            ).where(NoticeVersion.topic.in_(topics))
        query = delete(OutboxRow).where(mine, OutboxRow.occurrence_id.in_(moments))
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def forget_worker(self, worker_id: str) -> None:
        """Delete what a worker did with notices and said to them, and what he wished."""
        for table in OF_WORKER:
            await self.session.execute(delete(table).where(table.worker_id == worker_id))

    async def drop_same(self, leaving: str, staying: str) -> None:
        """Of what two workers wished or did alike one person has one, that of who stays."""
        wishes = select(NoticeWish.topic).where(NoticeWish.worker_id == staying)
        mine = NoticeWish.worker_id == leaving
        await self._run(delete(NoticeWish).where(mine, NoticeWish.topic.in_(wishes)))
        mark = aliased(NoticeMark)
        twice = exists().where(
            mark.worker_id == staying,
            mark.occurrence_id == NoticeMark.occurrence_id,
            mark.kind == NoticeMark.kind,
        )
        await self._run(delete(NoticeMark).where(NoticeMark.worker_id == leaving, twice))

    async def _run(self, query: Delete) -> None:
        await self.session.execute(query.execution_options(synchronize_session=False))

    def add(self, row: NoticeReply) -> None:
        """Append a reply."""
        self.session.add(row)


def _of_notice(notice: int) -> ColumnElement[bool]:
    mine = select(NoticeOccurrence.id).where(NoticeOccurrence.notice == notice)
    return OutboxRow.occurrence_id.in_(mine)
