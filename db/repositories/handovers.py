"""Queries about talks with staff: the queue, what was said, what comes due, who is there."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Account,
    Handover,
    HandoverDuty,
    HandoverEvent,
    HandoverTimer,
    HandoverWord,
    OutboxRow,
    Staff,
)

CLOSED = "closed"


class HandoverRepository:
    """Talks by id, by worker and by state."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, handover_id: str, *, lock: bool = False) -> Handover | None:
        """A talk as it is now; `lock` holds it until the commit."""
        query = select(Handover).where(Handover.id == handover_id)
        query = query.execution_options(populate_existing=True)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def hold(self, handover_id: str) -> Handover | None:
        """A talk, held until the commit; None where another holds it at the moment."""
        query = select(Handover).where(Handover.id == handover_id)
        query = query.execution_options(populate_existing=True)
        return await self.session.scalar(query.with_for_update(skip_locked=True))

    async def open_of(self, worker_id: str, *, lock: bool = False) -> Handover | None:
        """The talk of a worker that is not over."""
        query = select(Handover).where(Handover.worker_id == worker_id, Handover.state != CLOSED)
        query = query.execution_options(populate_existing=True)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def is_live(self, worker_id: str) -> bool:
        """Whether what a worker says now goes to staff."""
        query = select(Handover.id).where(
            Handover.worker_id == worker_id, Handover.state != CLOSED, Handover.is_live
        )
        return await self.session.scalar(query) is not None

    async def take(self, handover_id: str, states: Collection[str], staff_id: str) -> bool:
        """Give a free talk to a member of staff; False when somebody was faster.

        One statement decides, so of two who take at once one gets False.
        """
        query = (
            update(Handover)
            .where(Handover.id == handover_id, Handover.state.in_(states))
            .values(state="taken", taken_by=staff_id)
            .returning(Handover.id)
            .execution_options(synchronize_session=False)
        )
        return await self.session.scalar(query) is not None

    async def in_states(self, states: Collection[str], limit: int) -> Sequence[Handover]:
        """Talks in these states, oldest first."""
        query = select(Handover).where(Handover.state.in_(states))
        query = query.order_by(Handover.opened_at, Handover.id).limit(limit)
        return (await self.session.scalars(query)).all()

    async def closed_of(self, staff_id: str, since: datetime, limit: int) -> Sequence[Handover]:
        """Talks that a member of staff had last and that ended since a moment, newest first."""
        query = (
            select(Handover)
            .where(
                Handover.state == CLOSED,
                Handover.taken_by == staff_id,
                Handover.opened_at >= since,
            )
            .order_by(Handover.opened_at.desc(), Handover.id)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count_before(self, handover: Handover) -> int:
        """How many wait that came before this one."""
        query = select(func.count()).where(
            Handover.state == "waiting", Handover.opened_at < handover.opened_at
        )
        return await self.session.scalar(query) or 0

    async def words(self, handover_id: str, limit: int) -> Sequence[HandoverWord]:
        """The last that was said, in its order."""
        query = (
            select(HandoverWord)
            .where(HandoverWord.handover_id == handover_id)
            .order_by(HandoverWord.number.desc())
            .limit(limit)
        )
        return list(reversed((await self.session.scalars(query)).all()))

    async def last_words(self, ids: Collection[str]) -> dict[str, HandoverWord]:
        """What workers said last, by talk."""
        newest = (
            select(HandoverWord.handover_id, func.max(HandoverWord.number).label("number"))
            .where(HandoverWord.handover_id.in_(ids), HandoverWord.staff_id.is_(None))
            .group_by(HandoverWord.handover_id)
            .subquery()
        )
        query = select(HandoverWord).join(
            newest,
            (newest.c.handover_id == HandoverWord.handover_id)
            & (newest.c.number == HandoverWord.number),
        )
        return {row.handover_id: row for row in await self.session.scalars(query)}

    async def word(self, handover_id: str, number: int) -> HandoverWord | None:
        """One thing that was said."""
        query = select(HandoverWord).where(
            HandoverWord.handover_id == handover_id, HandoverWord.number == number
        )
        return await self.session.scalar(query)

    async def has_form(self, form: str) -> bool:
        """Whether what this form holds was said already."""
        query = select(HandoverWord.id).where(HandoverWord.form == form)
        return await self.session.scalar(query) is not None

    async def count_words_of(self, worker_id: str) -> int:
        """How many things a worker said to staff that are still kept."""
        query = (
            select(func.count())
            .select_from(HandoverWord)
            .join(Handover, Handover.id == HandoverWord.handover_id)
            .where(Handover.worker_id == worker_id, HandoverWord.staff_id.is_(None))
        )
        return await self.session.scalar(query) or 0

    async def has_words(self, handover_id: str) -> bool:
        """Whether anything was said."""
        query = select(HandoverWord.id).where(HandoverWord.handover_id == handover_id).limit(1)
        return await self.session.scalar(query) is not None

    async def next_number(self, table: type[HandoverWord | HandoverEvent], talk: str) -> int:
        """The number behind the last one of a talk; whoever asks holds the talk."""
        query = select(func.max(table.number)).where(table.handover_id == talk)
        return (await self.session.scalar(query) or 0) + 1

    async def events(self, handover_id: str) -> Sequence[HandoverEvent]:
        """What was done with a talk, in order."""
        query = select(HandoverEvent).where(HandoverEvent.handover_id == handover_id)
        return (await self.session.scalars(query.order_by(HandoverEvent.number))).all()

    async def all_of(self, worker_id: str) -> Sequence[Handover]:
        """All talks of a worker."""
        query = select(Handover).where(Handover.worker_id == worker_id)
        return (await self.session.scalars(query.with_for_update())).all()

    async def old(self, before: datetime, limit: int) -> Sequence[Handover]:
        """Talks of before a moment whose words are not deleted yet."""
        query = (
            select(Handover)
            .where(Handover.forgotten_at.is_(None), Handover.last_at < before)
            .order_by(Handover.last_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self.session.scalars(query)).all()

    async def move_words(self, leaving: Handover, staying: Handover) -> None:
        """Put what was said in one talk behind what was said in another."""
        said = await self.next_number(HandoverWord, staying.id) - 1
        query = (
            update(HandoverWord)
            .where(HandoverWord.handover_id == leaving.id)
            .values(handover_id=staying.id, number=HandoverWord.number + said)
        )
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def forget_words(self, talk: Handover, now: datetime) -> None:
        """Delete what was said in a talk, and what was sent of it."""
        talk.forgotten_at = now
        await self._delete(HandoverWord, HandoverWord.handover_id == talk.id)
        own = select(Account.id).where(Account.worker_id == talk.worker_id)
        sent = OutboxRow.cause.startswith(f"handover:{talk.id}:")
        await self._delete(OutboxRow, OutboxRow.account_id.in_(own) & sent)

    async def _delete(self, table: type[Any], which: ColumnElement[bool]) -> None:
        query = delete(table).where(which)
        await self.session.execute(query.execution_options(synchronize_session=False))

    def add(self, row: Handover | HandoverWord | HandoverEvent) -> None:
        """Append a row."""
        self.session.add(row)


class HandoverTimerRepository:
    """Moments at which waits are over."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def set(self, row: HandoverTimer) -> None:
        """Let a wait end at this moment and at no other."""
        await self.drop(row.handover_id, [row.kind])
        self.session.add(row)
        await self.session.flush()

    async def has(self, handover_id: str, kind: str) -> bool:
        """Whether a wait is on."""
        query = select(HandoverTimer.id).where(
            HandoverTimer.handover_id == handover_id, HandoverTimer.kind == kind
        )
        return await self.session.scalar(query) is not None

    async def drop(self, handover_id: str, kinds: Collection[str]) -> None:
        """Let these waits be off."""
        query = delete(HandoverTimer).where(
            HandoverTimer.handover_id == handover_id, HandoverTimer.kind.in_(kinds)
        )
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Talk and kind of the waits that are over, oldest first."""
        query = (
            select(HandoverTimer.handover_id, HandoverTimer.kind)
            .where(HandoverTimer.at <= now)
            .order_by(HandoverTimer.at, HandoverTimer.id)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def claim(self, handover_id: str, kind: str, now: datetime) -> bool:
        """Take a wait that is over off the list; False when it no longer stands there."""
        query = (
            delete(HandoverTimer)
            .where(
                HandoverTimer.handover_id == handover_id,
                HandoverTimer.kind == kind,
                HandoverTimer.at <= now,
            )
            .returning(HandoverTimer.id)
            .execution_options(synchronize_session=False)
        )
        return await self.session.scalar(query) is not None


class HandoverDutyRepository:
    """Who said that he is there."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def come(self, staff_id: str, day: date, now: datetime) -> None:
        """Note that a member of staff is there today."""
        row = await self.session.get(HandoverDuty, staff_id)
        if row is None:
            self.session.add(HandoverDuty(staff_id=staff_id, day=day, since=now))
        else:
            row.day, row.since = day, now

    async def go(self, staff_id: str) -> None:
        """Note that he is not."""
        await self.session.execute(delete(HandoverDuty).where(HandoverDuty.staff_id == staff_id))

    async def there(self, day: date) -> dict[str, str]:
        """Who is there on a day: names by id, whoever came first before the others."""
        query = (
            select(Staff.id, Staff.name)
            .join(HandoverDuty, HandoverDuty.staff_id == Staff.id)
            .where(HandoverDuty.day == day, Staff.suspended_at.is_(None))
            .order_by(HandoverDuty.since, Staff.id)
        )
        return {row.id: row.name for row in await self.session.execute(query)}
