"""What travels up to a worker: rows first, each message to each of his accounts once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import ChoiceRow, OutboxRow
from db.repositories.accounts import AccountRepository
from db.repositories.outbox import NEWS, REMINDER, OutboxRepository
from db.repositories.turns import ChoiceRepository
from kit import ids
from kit.clock import Clock
from services import consents
from services.turns import Channel, Reply

AT_ONCE = 50
LIVE = 0


@dataclass(frozen=True)
class News:
    """One message to a worker, with the number that orders his messages."""

    number: int
    reply: dict[str, Any] = field(repr=False)


async def put(
    session: AsyncSession, clock: Clock, worker_id: str, cause: str, reply: Reply
) -> None:
    """Queue news for a worker on each of his channels, unless he asked for none or has it."""
    if not await consents.is_withdrawn(session, worker_id, consents.NEWS):
        await tell(session, clock, worker_id, cause, reply)


async def remind(
    session: AsyncSession, clock: Clock, worker_id: str, cause: str, reply: Reply
) -> None:
    """Queue what passes with its moment, as `put` does, but for nobody who closed his channel."""
    if not await consents.is_withdrawn(session, worker_id, consents.NEWS):
        rows = await AccountRepository(session).of_worker(worker_id)
        there = [account.id for account in rows if account.gone_at is None]
        await _tell(session, clock, worker_id, there, cause=f"{REMINDER}{cause}", reply=reply)


async def tell(
    session: AsyncSession, clock: Clock, worker_id: str, cause: str, reply: Reply
) -> None:
    """Queue what a worker asked for himself, such as a word of staff in his talk with them."""
    rows = await AccountRepository(session).of_worker(worker_id)
    there = [account.id for account in rows]
    await _tell(session, clock, worker_id, there, cause=cause, reply=reply)


async def _tell(
    session: AsyncSession,
    clock: Clock,
    worker_id: str,
    account_ids: Sequence[str],
    *,
    cause: str,
    reply: Reply,
) -> None:
    offered = _offered(session, worker_id, reply).as_json()
    for account_id in account_ids:
        await put_for(session, clock, account_id, cause, offered, priority=NEWS)


async def tell_each(
    session: AsyncSession, clock: Clock, said: Mapping[str, tuple[str, Reply]]
) -> None:
    """The same to many workers, by id: to each a cause that nobody was told before, and a reply.

    In a handful of queries, however many they are.
    """
    offered = {
        worker_id: _offered(session, worker_id, reply).as_json()
        for worker_id, (_, reply) in said.items()
    }
    accounts = await AccountRepository(session).of_workers(list(said))
    rows = [
        _row(each.id, said[each.worker_id][0], offered[each.worker_id], NEWS, clock())
        for each in accounts
    ]
    if rows:
        await OutboxRepository(session).add_all(rows)


def _offered(session: AsyncSession, worker_id: str, reply: Reply) -> Reply:
    """The reply with a token for each of its buttons, so that he may press them."""
    if not reply.choices:
        return reply
    choices = tuple(replace(choice, token=ids.new_token(12)) for choice in reply.choices)
    ChoiceRepository(session).add_all(
        ChoiceRow(
            token=choice.token,
            worker_id=worker_id,
            turn_id=None,
            number=number,
            title=choice.title,
            task=choice.task.name,
            args=dict(choice.task.args),
        )
        for number, choice in enumerate(choices, 1)
    )
    return replace(reply, choices=choices)


async def put_for(
    session: AsyncSession,
    clock: Clock,
    account_id: str,
    cause: str,
    reply: dict[str, Any],
    *,
    priority: int,
) -> None:
    """Queue a message for one account, unless it has it already."""
    outbox = OutboxRepository(session)
    if await outbox.has(account_id, cause):
        return
    outbox.add(OutboxRow(**_row(account_id, cause, reply, priority, clock())))


def _row(
    account_id: str, cause: str, reply: dict[str, Any], priority: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": ids.new_id(),
        "account_id": account_id,
        "cause": cause,
        "reply": reply,
        "priority": priority,
        "state": "waiting",
        "parts_sent": 0,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


async def forget_live(session: AsyncSession, account_id: str) -> None:
    """Delete the answers that an account was not sent: nobody reads there any more."""
    await OutboxRepository(session).delete_waiting(account_id, LIVE)


def is_reminder(cause: str) -> bool:
    """Whether a message passes with its moment."""
    return cause.startswith(REMINDER)


async def hold_back_passing(session: AsyncSession, account_id: str) -> None:
    """Let what passes fail that waits for who is gone: when he is back it may be over."""
    await OutboxRepository(session).hold_back_of(account_id, "gone")


async def after(session: AsyncSession, account_id: str, number: int) -> Sequence[News]:
    """An account's messages behind the number seen last, oldest first, a batch at a time."""
    rows = await OutboxRepository(session).after(account_id, number, AT_ONCE)
    return [News(row.number, row.reply) for row in rows]


async def newest(
    session: AsyncSession, worker_id: str, channel: Channel, limit: int
) -> Sequence[News]:
    """A worker's newest news on a channel, newest first."""
    rows = await OutboxRepository(session).news_of(worker_id, channel, limit)
    return [News(row.number, row.reply) for row in rows]


async def mark_sent(session: AsyncSession, clock: Clock, numbers: Sequence[int]) -> None:
    """Note that these were handed to the worker's channel."""
    if numbers:
        await OutboxRepository(session).mark_sent(numbers, clock())
