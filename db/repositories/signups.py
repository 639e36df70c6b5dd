"""Queries about sign-ups: the lists, who is on them, and in which order."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Account,
    Notice,
    NoticeOccurrence,
    NoticeVersion,
    OutboxRow,
    Signup,
    SignupList,
)

IN, WAITING, CANCELLED = "in", "waiting", "cancelled"
ACTIVE = (IN, WAITING)
OnList = tuple[Signup, SignupList, str]


class SignupRepository:
    """Sign-ups by list and worker."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def listed(self, notice: int, *, lock: bool = False) -> SignupList | None:
        """The list of a notice; `lock` keeps others from changing who is in until the commit."""
        query = (
            select(SignupList)
            .where(SignupList.notice == notice)
            .execution_options(populate_existing=True)
        )
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def lists_of(self, worker_ids: Collection[str]) -> Sequence[int]:
        """The notices on whose lists these workers stand, by number."""
        query = select(Signup.notice).where(Signup.worker_id.in_(worker_ids)).distinct()
        return (await self.session.scalars(query.order_by(Signup.notice))).all()

    async def of(self, notice: int, worker_id: str) -> Signup | None:
        """A worker's sign-up, as it stands in the database now."""
        key = (notice, worker_id)
        return await self.session.get(Signup, key, populate_existing=True)

    async def some(self, notice: int, numbers: Collection[int]) -> Sequence[Signup]:
        """The sign-ups with these numbers that are not cancelled, in order."""
        query = _active(notice).where(Signup.number.in_(numbers)).order_by(Signup.number)
        return (await self.session.scalars(query)).all()

    async def first_waiting(self, notice: int, limit: int | None) -> Sequence[Signup]:
        """Who waits, first come first; at most so many."""
        query = (
            select(Signup)
            .where(Signup.notice == notice, Signup.state == WAITING)
            .order_by(Signup.number)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return (await self.session.scalars(query)).all()

    async def ahead(self, notice: int, number: int) -> int:
        """How many wait before a number."""
        query = select(func.count()).where(
            Signup.notice == notice, Signup.state == WAITING, Signup.number < number
        )
        return await self.session.scalar(query) or 0

    async def counts(self, notice: int) -> dict[str, int]:
        """How many stand in each state."""
        query = (
            select(Signup.state, func.count())
            .where(Signup.notice == notice)
            .group_by(Signup.state)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def page(
        self, notice: int, offset: int, limit: int | None
    ) -> Sequence[Row[int, str, datetime, bool | None, bool]]:
        """Number, state, moment, whether he came, whether he left a contact; in order.

        Who cancelled is not among them.
        """
        query = (
            _active(notice)
            .with_only_columns(
                *(Signup.number, Signup.state, Signup.at, Signup.came),
                Signup.contact.is_not(None),
            )
            .order_by(Signup.number)
            .offset(offset)
            .limit(limit)
        )
        return (await self.session.execute(query)).all()

    async def title(self, notice: int) -> str:
        """What a notice is called in the version that was approved last."""
        query = (
            select(NoticeVersion.title)
            .join(Notice, _approved())
            .where(NoticeVersion.notice == notice)
        )
        return await self.session.scalar(query) or ""

    async def of_worker(self, worker_id: str, since: datetime, limit: int) -> Sequence[OnList]:
        """A worker's sign-ups on lists that closed since a moment or have not, newest first."""
        query = (
            select(Signup, SignupList, NoticeVersion.title)
            .join(SignupList, SignupList.notice == Signup.notice)
            .join(Notice, Notice.number == Signup.notice)
            .join(NoticeVersion, _approved())
            .where(
                Signup.worker_id == worker_id,
                Signup.state.in_(ACTIVE),
                SignupList.closes_at > since,
            )
            .order_by(Signup.notice.desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    async def open_to(
        self, worker_id: str, now: datetime, limit: int
    ) -> Sequence[tuple[int, str]]:
        """What a worker was sent and may still sign up for, newest first: number and title."""
        standing = exists().where(
            Signup.notice == SignupList.notice,
            Signup.worker_id == worker_id,
            Signup.state.in_(ACTIVE),
        )
        query = (
            select(SignupList.notice, NoticeVersion.title)
            .join(Notice, Notice.number == SignupList.notice)
            .join(NoticeVersion, _approved())
            .join(NoticeOccurrence, NoticeOccurrence.notice == SignupList.notice)
            .join(OutboxRow, OutboxRow.occurrence_id == NoticeOccurrence.id)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(
                Account.worker_id == worker_id,
                SignupList.closes_at > now,
                SignupList.ended.is_(None),
                ~standing,
            )
            .distinct()
            .order_by(SignupList.notice.desc())
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def count_of_worker(self, worker_id: str) -> tuple[int, int]:
        """How often a worker is signed up, and to how many of these he left a contact."""
        query = select(func.count(), func.count(Signup.contact)).where(
            Signup.worker_id == worker_id, Signup.state.in_(ACTIVE)
        )
        row = (await self.session.execute(query)).one()
        return row[0], row[1]

    async def forget_contacts(self, before: datetime) -> int:
        """Delete the contacts of lists that closed before a moment; how many there were."""
        over = select(SignupList.notice).where(SignupList.closes_at < before)
        query = (
            update(Signup)
            .where(Signup.contact.is_not(None), Signup.notice.in_(over))
            .values(contact=None)
            .returning(Signup.number)
            .execution_options(synchronize_session=False)
        )
        return len((await self.session.scalars(query)).all())

    async def delete(self, row: Signup) -> None:
        """Delete a sign-up."""
        await self.session.delete(row)
        await self.session.flush()

    def add(self, row: SignupList | Signup) -> None:
        """Append a list or a sign-up."""
        self.session.add(row)


def _active(notice: int) -> Select[Signup]:
    return select(Signup).where(Signup.notice == notice, Signup.state.in_(ACTIVE))


def _approved() -> ColumnElement[bool]:
    return (NoticeVersion.notice == Notice.number) & (NoticeVersion.number == Notice.approved)
