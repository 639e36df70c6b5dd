"""Queries about accounts: a worker's ways in, by channel."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account

AT_ONCE = 1_000


class AccountRepository:
    """Accounts by their id, by the channel's key and by worker."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, account_id: str) -> Account | None:
        """An account."""
        return await self.session.get(Account, account_id)

    async def by_key(self, channel: str, key: str) -> Account | None:
        """The account that a channel knows by this key."""
        query = select(Account).where(Account.channel == channel, Account.key == key)
        return await self.session.scalar(query)

    async def of_worker(self, worker_id: str) -> Sequence[Account]:
        """A worker's accounts, the oldest first."""
        query = (
            select(Account)
            .where(Account.worker_id == worker_id)
            .order_by(Account.created_at, Account.id)
        )
        return (await self.session.scalars(query)).all()

    async def of_workers(self, worker_ids: Sequence[str]) -> Sequence[Account]:
        """The accounts of many workers."""
        found: list[Account] = []
        for start in range(0, len(worker_ids), AT_ONCE):
            some = worker_ids[start : start + AT_ONCE]
            query = select(Account).where(Account.worker_id.in_(some))
            found += await self.session.scalars(query)
        return found

    async def mark_gone(self, account_id: str, now: datetime) -> None:
        """Note that the channel no longer lets us write there."""
        query = (
            update(Account)
            .where(Account.id == account_id, Account.gone_at.is_(None))
            .values(gone_at=now)
        )
        await self.session.execute(query)

    def add(self, account: Account) -> None:
        """Append an account."""
        self.session.add(account)
