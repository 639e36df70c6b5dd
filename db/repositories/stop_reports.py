"""Queries about what people at the door said of stops, and about staff's looks at them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import RestStopRow, StopCheck, StopReport

_COUNTS = StopReport.near | StopReport.known
_OPEN_COMPLAINT = (StopReport.check_id.is_(None), StopReport.kind != "open")


@cache
def _unsettled() -> Select[StopReport]:
    """Built once: every search for stops asks this."""
    return (
        select(StopReport)
        .where(
            StopReport.stop_id.in_(bindparam("stops", expanding=True)),
            StopReport.check_id.is_(None),
        )
        .order_by(StopReport.at, StopReport.id)
    )


class StopReportRepository:
    """Reports by stop, and the stops that staff should look at."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def unsettled(
        self, stop_ids: Collection[str], *, lock: bool = False
    ) -> Sequence[StopReport]:
        """What was said of these stops since staff last looked, oldest first.

        `lock` keeps their workers from saying otherwise until the commit.
        """
        query = _unsettled().with_for_update() if lock else _unsettled()
        return (await self.session.scalars(query, {"stops": list(stop_ids)})).all()

    async def by_id(self, report_id: str) -> StopReport | None:
        """One report."""
        return await self.session.get(StopReport, report_id)

    async def of_day(self, stop_id: str, worker_id: str, day: date) -> StopReport | None:
        """A worker's word on a stop on one day, as it is now, for him alone to change."""
        query = select(StopReport).where(
            StopReport.stop_id == stop_id, StopReport.worker_id == worker_id, StopReport.day == day
        )
        fresh = query.with_for_update().execution_options(populate_existing=True)
        return await self.session.scalar(fresh)

    async def count_of_worker(self, worker_id: str, since: datetime | None = None) -> int:
        """How many words a worker has on stops, all or since a moment."""
        query = select(func.count()).where(StopReport.worker_id == worker_id)
        if since is not None:
            query = query.where(StopReport.at >= since)
        return await self.session.scalar(query) or 0

    async def forget_worker(self, worker_id: str) -> None:
        """What a worker said of stops stays, nobody's; of what staff have not looked at, only his
        newest word on each stop.
        """
        newer = aliased(StopReport)
        said_later = exists().where(
            newer.worker_id == worker_id,
            newer.stop_id == StopReport.stop_id,
            newer.check_id.is_(None),
            tuple_(newer.at, newer.id) > tuple_(StopReport.at, StopReport.id),
        )
        older = delete(StopReport).where(
            StopReport.worker_id == worker_id, StopReport.check_id.is_(None), said_later
        )
        await self.session.execute(older.execution_options(synchronize_session=False))
        query = update(StopReport).where(StopReport.worker_id == worker_id)
        await self.session.execute(query.values(worker_id=None))

    async def history(self, stop_id: str, limit: int) -> Sequence[StopReport]:
        """What was said of a stop, settled or not, newest first."""
        query = (
            select(StopReport)
            .where(StopReport.stop_id == stop_id)
            .order_by(StopReport.at.desc(), StopReport.id)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def settle(self, report_ids: Collection[str], check_id: str) -> None:
        """Note that staff looked at these reports."""
        query = update(StopReport).where(StopReport.id.in_(report_ids))
        await self.session.execute(query.values(check_id=check_id))

    async def stops_to_check(
        self, first: Collection[str], offset: int, limit: int, *, within: ColumnElement[bool]
    ) -> Sequence[RestStopRow]:
        """Stops `within` that somebody complained of since staff last looked: those in `first`,
        then those with most complaints that count, the newest complaint before older ones.
        """
        counting = func.sum(case((_COUNTS, 1), else_=0))
        found = (
            select(
                StopReport.stop_id,
                counting.label("counting"),
                func.max(StopReport.at).label("newest"),
            )
            .where(*_OPEN_COMPLAINT)
            .group_by(StopReport.stop_id)
            .subquery()
        )
        query = (
            select(RestStopRow)
            .join(found, found.c.stop_id == RestStopRow.id)
            .where(within)
            .order_by(
                case((RestStopRow.id.in_(first), 0), else_=1),
                found.c.counting.desc(),
                found.c.newest.desc(),
                RestStopRow.id,
            )
            .offset(offset)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def agreed_on(
        self, least: int, limit: int, *, within: ColumnElement[bool]
    ) -> Sequence[str]:
        """Ids of stops `within` of which so many reports that count say the same since staff
        looked.
        """
        query = (
            select(StopReport.stop_id)
            .join(RestStopRow, RestStopRow.id == StopReport.stop_id)
            .where(*_OPEN_COMPLAINT, _COUNTS, within)
            .group_by(StopReport.stop_id, StopReport.kind)
            .having(func.count() >= least)
            .distinct()
            .order_by(StopReport.stop_id)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count_to_check(self, within: ColumnElement[bool]) -> int:
        """How many stops `within` staff should look at."""
        query = (
            select(func.count(StopReport.stop_id.distinct()))
            .join(RestStopRow, RestStopRow.id == StopReport.stop_id)
            .where(*_OPEN_COMPLAINT, within)
        )
        return await self.session.scalar(query) or 0

    async def checks(self, stop_id: str) -> Sequence[StopCheck]:
        """The looks of staff at a stop, newest first."""
        query = select(StopCheck).where(StopCheck.stop_id == stop_id).order_by(StopCheck.at.desc())
        return (await self.session.scalars(query)).all()

    def add(self, row: StopReport | StopCheck) -> None:
        """Append a report or a look."""
        self.session.add(row)
