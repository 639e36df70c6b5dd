"""Queries about messages that wait for accounts, rows first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account, OutboxRow

NEWS = 1
# What staff say in a talk begins so; it is no news of anything.
TALK = "handover:"
# What passes with its moment begins so: it waits for nobody who is gone, and not for the night.
REMINDER = "remind:"

_IS_NEWS = (OutboxRow.priority >= NEWS, ~OutboxRow.cause.startswith(TALK))
# Not sent and nobody is at it. A row of a notice to an inbox is `claimed`: the inbox fetches it,
# and no sender need look at it each second.
HELD = ("waiting", "claimed")


class OutboxRepository:
    """Messages to accounts, in the order of their numbers."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def has(self, account_id: str, cause: str) -> bool:
        """Whether this message is in the outbox already."""
        query = select(OutboxRow.number).where(
            OutboxRow.account_id == account_id, OutboxRow.cause == cause
        )
        return await self.session.scalar(query) is not None

    async def after(self, account_id: str, number: int, limit: int) -> Sequence[OutboxRow]:
        """An account's messages behind a number, oldest first."""
        query = (
            select(OutboxRow)
            .where(OutboxRow.account_id == account_id, OutboxRow.number > number, _shown())
            .order_by(OutboxRow.number)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def news_of(self, worker_id: str, channel: str, limit: int) -> Sequence[OutboxRow]:
        """The newest news of a worker on one channel, newest first."""
        query = (
            _of_worker(worker_id)
            .where(Account.channel == channel, *_IS_NEWS, _shown())
            .order_by(OutboxRow.number.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count_news(self, worker_id: str) -> int:
        """How many pieces of news a worker was sent; one on two channels counts once."""
        news = (
            _of_worker(worker_id)
            .where(*_IS_NEWS)
            .with_only_columns(func.count(OutboxRow.cause.distinct()))
        )
        return await self.session.scalar(news) or 0

    async def next_of(
        self, account_ids: Sequence[str], now: datetime
    ) -> Sequence[tuple[OutboxRow, Account]]:
        """The first message of each of these Telegram accounts, where it is due and the account
        may be written to; none while an earlier one must wait.
        """
        query = (
            select(OutboxRow, Account)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(
                Account.id.in_(account_ids),
                OutboxRow.state == "waiting",
                Account.channel == "telegram",
                Account.gone_at.is_(None),
                _blocks(now),
            )
            .order_by(OutboxRow.priority, OutboxRow.number)
        )
        first: dict[str, tuple[OutboxRow, Account]] = {}
        for row in await self.session.execute(query):
            first.setdefault(row[0].account_id, (row[0], row[1]))
        return [each for each in first.values() if each[0].due_at <= now]

    async def accounts_due(self, channel: str, now: datetime, limit: int) -> Sequence[str]:
        """Accounts of a channel whose first waiting message is due and that may be written to."""
        place = func.row_number().over(
            partition_by=OutboxRow.account_id,
            order_by=(OutboxRow.priority, OutboxRow.number),
        )
        heads = (
            select(
                OutboxRow.account_id,
                OutboxRow.due_at,
                OutboxRow.priority,
                OutboxRow.number,
                place.label("place"),
            )
            .join(Account, Account.id == OutboxRow.account_id)
            .where(
                OutboxRow.state == "waiting",
                Account.channel == channel,
                Account.gone_at.is_(None),
                _blocks(now),
            )
            .subquery()
        )
        query = (
            select(heads.c.account_id)
            .where(heads.c.place == 1, heads.c.due_at <= now)
            .order_by(heads.c.priority, heads.c.number)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def move(self, number: int, was: str, **values: object) -> bool:
        """Change a message that is still in a state; False when it no longer is."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.number == number, OutboxRow.state == was)
            .values(**values)
            .returning(OutboxRow.number)
        )
        return await self.session.scalar(query) is not None

    async def move_all(self, numbers: Sequence[int], was: str, **values: object) -> set[int]:
        """Change messages that are still in a state; the numbers of those."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.number.in_(numbers), OutboxRow.state == was)
            .values(**values)
            .returning(OutboxRow.number)
        )
        return set(await self.session.scalars(query))

    async def interrupted(self) -> Sequence[OutboxRow]:
        """Messages whose sender ended while it was sending them."""
        query = select(OutboxRow).where(OutboxRow.state == "sending").order_by(OutboxRow.number)
        return (await self.session.scalars(query)).all()

    async def counts(self) -> dict[str, int]:
        """How many messages stand in each state."""
        query = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def mark_sent(self, numbers: Sequence[int], now: datetime) -> None:
        """Note that these were handed to the channel."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.number.in_(numbers), OutboxRow.state != "sent")
            .values(state="sent", sent_at=now)
        )
        await self.session.execute(query)

    async def mark_arrived(
        self, arrived: Sequence[tuple[int, list[int] | None]], now: datetime
    ) -> None:
        """Note that these arrived, and what the channel calls the messages that each became."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.number == bindparam("row"), OutboxRow.state != "sent")
            .values(state="sent", sent_at=now, message_ids=bindparam("called"))
        )
        values = [{"row": number, "called": called} for number, called in arrived]
        await (await self.session.connection()).execute(query, values)

    async def forget_live(self, priority: int, before: datetime) -> None:
        """Delete messages of a priority that came before a moment."""
        await self._delete((OutboxRow.priority == priority) & (OutboxRow.created_at < before))

    async def delete(self, *numbers: int) -> None:
        """Delete messages that nobody will ask for again."""
        await self._delete(OutboxRow.number.in_(numbers))

    async def delete_waiting(self, account_id: str, priority: int) -> None:
        """Delete an account's messages of a priority that nobody sends at the moment."""
        await self._delete(
            and_(
                OutboxRow.account_id == account_id,
                OutboxRow.priority == priority,
                OutboxRow.state == "waiting",
            )
        )

    async def hold_back(self, occurrence_ids: Sequence[str], reason: str) -> int:
        """Let the rows of these moments of a notice fail that nobody sends; says how many."""
        query = (
            update(OutboxRow)
            .where(OutboxRow.occurrence_id.in_(occurrence_ids), OutboxRow.state.in_(HELD))
            .values(state="failed", reason=reason)
            .returning(OutboxRow.number)
        )
        return len((await self.session.scalars(query)).all())

    async def to_change(
        self, occurrence_ids: Sequence[str], change: str, *, reason: str | None = None
    ) -> int:
        """Have the rows of these moments changed that have gone out, or may have; how many."""
        values = {"change": change} if reason is None else {"change": change, "reason": reason}
        query = (
            update(OutboxRow)
            .where(
                OutboxRow.occurrence_id.in_(occurrence_ids),
                OutboxRow.state.in_(("sending", "sent", "unknown")),
            )
            .values(**values)
            .returning(OutboxRow.number)
        )
        return len((await self.session.scalars(query)).all())

    async def changes(self, channel: str, limit: int) -> Sequence[tuple[OutboxRow, Account]]:
        """Rows of a channel that are to be changed and are not just being sent, oldest first."""
        query = (
            select(OutboxRow, Account)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(
                OutboxRow.change.in_(("edit", "delete")),
                OutboxRow.state.in_(("sent", "unknown")),
                Account.channel == channel,
            )
            .order_by(OutboxRow.number)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def by_number(self, number: int) -> OutboxRow | None:
        """A message."""
        return await self.session.get(OutboxRow, number, populate_existing=True)

    async def hold_back_of(self, account_id: str, reason: str) -> None:
        """Let the notices and reminders fail that wait for an account."""
        query = (
            update(OutboxRow)
            .where(
                OutboxRow.account_id == account_id,
                _passes(),
                OutboxRow.state.in_(HELD),
            )
            .values(state="failed", reason=reason)
        )
        await self.session.execute(query)

    async def count_due(self, occurrence_id: str, now: datetime, limit: int) -> int:
        """How many rows of a moment of a notice wait to be sent now, counted up to a limit."""
        some = (
            select(OutboxRow.number)
            .where(
                OutboxRow.occurrence_id == occurrence_id,
                OutboxRow.state.in_(("waiting", "sending")),
                OutboxRow.due_at <= now,
            )
            .limit(limit)
            .subquery()
        )
        return await self.session.scalar(select(func.count()).select_from(some)) or 0

    async def add_all(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append many messages at once."""
        await self.session.execute(insert(OutboxRow), rows)

    async def forget_worker(self, worker_id: str) -> None:
        """Delete what waits for a worker and what he was sent."""
        own = select(Account.id).where(Account.worker_id == worker_id)
        await self._delete(OutboxRow.account_id.in_(own))

    def add(self, row: OutboxRow) -> None:
        """Append a message."""
        self.session.add(row)

    async def _delete(self, which: ColumnElement[bool]) -> None:
        await self.session.execute(delete(OutboxRow).where(which))


def _of_worker(worker_id: str) -> Select[OutboxRow]:
    return (
        select(OutboxRow)
        .join(Account, Account.id == OutboxRow.account_id)
        .where(Account.worker_id == worker_id)
    )


def _shown() -> ColumnElement[bool]:
    """What was stopped or recalled before it went out is not to be seen any more."""
    return OutboxRow.reason.is_(None) | OutboxRow.reason.not_in(("stopped", "recalled"))


def _blocks(now: datetime) -> ColumnElement[bool]:
    """What keeps later messages waiting: all but what passes and is to be tried again later."""
    return ~_passes() | (OutboxRow.due_at <= now)


def _passes() -> ColumnElement[bool]:
    """A notice or a reminder: by the time that somebody is back it may be over."""
    return OutboxRow.occurrence_id.is_not(None) | OutboxRow.cause.startswith(REMINDER)
