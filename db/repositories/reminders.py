"""Queries about what workers asked to be reminded of: last days, and stops that were shut."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Delete, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Deadline, DeadlineMoment, RestStopRow, StopCheck, StopReport, StopWait
from db.repositories.rest_stops import WITHDRAWN

OPEN = "open_to_public"


class DeadlineRepository:
    """Last days by worker, and the moments at which he is reminded of them."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, deadline_id: str) -> Deadline | None:
        """A last day."""
        return await self.session.get(Deadline, deadline_id)

    async def of_worker(self, worker_id: str) -> Sequence[Deadline]:
        """A worker's last days, the nearest first."""
        query = select(Deadline).where(Deadline.worker_id == worker_id)
        return (await self.session.scalars(query.order_by(Deadline.last_day, Deadline.id))).all()

    async def drop(self, worker_id: str, deadline_id: str) -> bool:
        """Delete one of a worker's last days; False where it is none of his."""
        own = (Deadline.worker_id == worker_id) & (Deadline.id == deadline_id)
        query = delete(Deadline).where(own).returning(Deadline.id)
        query = query.execution_options(synchronize_session=False)
        return await self.session.scalar(query) is not None

    async def claim_moments(self, now: datetime, limit: int) -> Sequence[tuple[str, int]]:
        """Take away what is due, oldest first; gives the last day's id and how many days before.

        What another takes at the moment is passed over.
        """
        due = (
            select(DeadlineMoment.deadline_id, DeadlineMoment.days_before)
            .where(DeadlineMoment.at <= now)
            .order_by(DeadlineMoment.at, DeadlineMoment.deadline_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = [(row[0], row[1]) for row in await self.session.execute(due)]
        for deadline_id, days_before in found:
            own = (DeadlineMoment.deadline_id == deadline_id) & (
                DeadlineMoment.days_before == days_before
            )
            await _run(self.session, delete(DeadlineMoment).where(own))
        return found

    async def forget_before(self, day: date) -> None:
        """Delete the last days that are over and of which nobody is to be told any more."""
        waits = exists().where(DeadlineMoment.deadline_id == Deadline.id)
        await _run(self.session, delete(Deadline).where(Deadline.last_day < day, ~waits))

    async def drop_same(self, leaving: str, staying: str) -> None:
        """Of one last day that two workers had one person has it once."""
        other = aliased(Deadline)
        twice = exists().where(
            other.worker_id == staying,
            other.topic == Deadline.topic,
            other.last_day == Deadline.last_day,
        )
        await _run(self.session, delete(Deadline).where(Deadline.worker_id == leaving, twice))

    async def forget_worker(self, worker_id: str) -> None:
        """Delete a worker's last days."""
        await _run(self.session, delete(Deadline).where(Deadline.worker_id == worker_id))

    def add(self, row: Deadline | DeadlineMoment) -> None:
        """Append a last day or a moment."""
        self.session.add(row)


class StopWaitRepository:
    """Who waits for which stop."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def of(self, worker_id: str, stop_id: str) -> StopWait | None:
        """A worker's wait for a stop."""
        query = select(StopWait).where(
            StopWait.worker_id == worker_id, StopWait.stop_id == stop_id
        )
        return await self.session.scalar(query)

    async def of_worker(self, worker_id: str) -> Sequence[tuple[StopWait, str]]:
        """What a worker waits for, with the stops' names, the oldest wait first."""
        query = (
            select(StopWait, RestStopRow.name)
            .join(RestStopRow, RestStopRow.id == StopWait.stop_id)
            .where(StopWait.worker_id == worker_id)
            .order_by(StopWait.asked_at, StopWait.id)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def drop(self, worker_id: str, stop_id: str) -> bool:
        """End a worker's wait for a stop; False where he does not wait."""
        own = (StopWait.worker_id == worker_id) & (StopWait.stop_id == stop_id)
        query = delete(StopWait).where(own).returning(StopWait.id)
        query = query.execution_options(synchronize_session=False)
        return await self.session.scalar(query) is not None

    async def expire(self, now: datetime) -> None:
        """End the waits whose time is over."""
        await _run(self.session, delete(StopWait).where(StopWait.expires_at <= now))

    async def note_gone(self) -> None:
        """Note of which waits the stop is off the map now."""
        gone = select(RestStopRow.id).where(RestStopRow.status == WITHDRAWN)
        query = update(StopWait).where(StopWait.stop_id.in_(gone), ~StopWait.was_gone)
        query = query.values(was_gone=True)
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def spoken_for(self) -> Sequence[str]:
        """Stops that somebody waits for and others found open since he asked."""
        said = exists().where(
            StopReport.stop_id == StopWait.stop_id,
            StopReport.check_id.is_(None),
            StopReport.kind == "open",
            StopReport.at > StopWait.asked_at,
        )
        query = select(StopWait.stop_id).where(said).distinct().order_by(StopWait.stop_id)
        return (await self.session.scalars(query)).all()

    async def claim_looked_at(self, shut: Collection[str], limit: int) -> Sequence[StopWait]:
        """Take away the waits for stops that staff found right or put right since, or brought back
        to the map, and of which nobody said behind their look that it is `shut`.
        """
        doubted = exists().where(
            StopReport.stop_id == StopCheck.stop_id,
            StopReport.check_id.is_(None),
            StopReport.kind.in_(shut),
            StopReport.at > StopCheck.at,
        )
        looked = exists().where(
            StopCheck.stop_id == StopWait.stop_id,
            StopCheck.outcome != WITHDRAWN,
            StopCheck.at > StopWait.asked_at,
            ~doubted,
        )
        return await self._claim(looked | StopWait.was_gone, limit)

    async def claim_found_open(self, stop_id: str, at: datetime, limit: int) -> Sequence[StopWait]:
        """Take away the waits for a stop that were asked for before it was found open."""
        return await self._claim((StopWait.stop_id == stop_id) & (StopWait.asked_at < at), limit)

    async def _claim(self, which: ColumnElement[bool], limit: int) -> Sequence[StopWait]:
        """Take away these waits for stops on the map; what another takes is passed over."""
        query = (
            select(StopWait)
            .join(RestStopRow, RestStopRow.id == StopWait.stop_id)
            .where(which, RestStopRow.status == OPEN)
            .order_by(StopWait.asked_at, StopWait.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=StopWait)
        )
        found = (await self.session.scalars(query)).all()
        await _run(self.session, delete(StopWait).where(StopWait.id.in_([w.id for w in found])))
        return found

    async def drop_same(self, leaving: str, staying: str) -> None:
        """Of one stop that two workers waited for one person waits once."""
        own = select(StopWait.stop_id).where(StopWait.worker_id == staying)
        twice = (StopWait.worker_id == leaving) & StopWait.stop_id.in_(own)
        await _run(self.session, delete(StopWait).where(twice))

    async def count(self, worker_id: str) -> int:
        """For how many stops a worker waits."""
        query = select(func.count()).where(StopWait.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def forget_worker(self, worker_id: str) -> None:
        """End a worker's waits."""
        await _run(self.session, delete(StopWait).where(StopWait.worker_id == worker_id))

    def add(self, row: StopWait) -> None:
        """Append a wait."""
        self.session.add(row)


async def _run(session: AsyncSession, query: Delete) -> None:
    await session.execute(query.execution_options(synchronize_session=False))
