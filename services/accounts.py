"""Accounts: a worker's ways in, one on each channel or several."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account as AccountRow
from db.models import Worker
from db.repositories.accounts import AccountRepository
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotKnown
from services.turns import Channel


@dataclass(frozen=True)
class Account:
    """Who came in, and by which way."""

    id: str
    worker_id: str
    channel: Channel


async def enrol_web(session: AsyncSession, clock: Clock) -> str:
    """A new anonymous worker; returns the token that is his only proof of being himself."""
    token = ids.new_token()
    await _enrol(session, clock, "web", ids.digest(token))
    return token


async def by_token(session: AsyncSession, token: str) -> Account:
    """The account of the worker who holds this token."""
    row = await AccountRepository(session).by_key("web", ids.digest(token))
    if row is None:
        raise NotKnown("errors.token_unknown")
    return _account(row)


async def at_telegram(session: AsyncSession, clock: Clock, number: int) -> Account:
    """The account of who writes under this number; made at his first message.

    Whoever writes is not gone.
    """
    row = await AccountRepository(session).by_key("telegram", str(number))
    if row is None:
        row = await _enrol(session, clock, "telegram", str(number))
    row.gone_at = None
    return _account(row)


async def known_at_telegram(session: AsyncSession, number: int) -> Account | None:
    """The account under this number, if he ever wrote."""
    row = await AccountRepository(session).by_key("telegram", str(number))
    return _account(row) if row else None


async def mark_gone(session: AsyncSession, clock: Clock, account_id: str) -> None:
    """Note that this account takes no messages until its worker writes again."""
    await AccountRepository(session).mark_gone(account_id, clock())


async def is_out_of_reach(session: AsyncSession, worker_id: str) -> bool:
    """Whether a worker closed his side wherever he is known."""
    rows = await AccountRepository(session).of_worker(worker_id)
    return bool(rows) and all(row.gone_at is not None for row in rows)


async def _enrol(session: AsyncSession, clock: Clock, channel: Channel, key: str) -> AccountRow:
    worker = Worker(id=ids.new_id(), created_at=clock())
    WorkerRepository(session).add(worker)
    await session.flush()
    row = AccountRow(
        id=ids.new_id(), worker_id=worker.id, channel=channel, key=key, created_at=clock()
    )
    AccountRepository(session).add(row)
    await session.flush()
    return row


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.worker_id, row.channel)
