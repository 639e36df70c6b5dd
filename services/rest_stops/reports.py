"""What people at the door say: one voice a worker, stop and day; told at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopReport
from db.repositories.reminders import StopWaitRepository
from db.repositories.rest_stops import RestStopRepository
from db.repositories.stop_reports import StopReportRepository
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import NotAllowed, NotFound
from services.geo import distance_m
from services.rest_stops.standing import ReportKind, Standing, Voice, standing
from services.turns import Position

KINDS: tuple[ReportKind, ...] = ("open", "locked", "moved", "dry", "refused")
# Who has been with us so long is no passer-by who wants to spoil a stop's name.
KNOWN_AFTER = timedelta(days=7)
AT_THE_DOOR_M = 300
A_DAY_MOST = 20
DAY = timedelta(days=1)
MEASURABLE = frozenset({"exact", "landmark"})


@dataclass(frozen=True)
class Reported:
    """A report as it was taken: `was` is what this worker had said of the stop that day."""

    id: str
    stop_name: str
    was: str | None
    counts: bool


async def report(
    session: AsyncSession, clock: Clock, worker_id: str, stop_id: str, kind: ReportKind
) -> Reported:
    """Take a worker's word on a stop; a second word on the same day takes the first one's place.

    Raises NotFound for a stop that is gone, NotAllowed past 20 stops a day.
    """
    stop = await RestStopRepository(session).by_id(stop_id)
    worker = await WorkerRepository(session).by_id(worker_id)
    if stop is None or worker is None or stop.status == "withdrawn":
        raise NotFound("rest_stops.report_gone")
    rows, now = StopReportRepository(session), clock()
    day = in_shanghai(now).date()
    row = await rows.of_day(stop_id, worker_id, day)
    was = row.kind if row else None
    if row is None:
        if await rows.count_of_worker(worker_id, now - DAY) >= A_DAY_MOST:
            raise NotAllowed("rest_stops.report_too_many", most=A_DAY_MOST)
        row = StopReport(
            id=ids.new_id(), stop_id=stop_id, worker_id=worker_id, day=day, near=False
        )
        rows.add(row)
    # What staff have settled is open again: he is at the door after them.
    row.kind, row.at, row.check_id = kind, now, None
    row.known = now - worker.created_at >= KNOWN_AFTER
    await session.flush()
    if kind == "open":  # He need not be told what he sees.
        await StopWaitRepository(session).drop(worker_id, stop_id)
    return Reported(row.id, stop.name, was, row.near or row.known)


async def confirm_place(
    session: AsyncSession, worker_id: str, report_id: str, here: Position
) -> bool | None:
    """Whether a WGS-84 position shows that the reporter is at the door; if so his voice counts.

    None when the stop's own position is not known well enough to tell.
    """
    row = await StopReportRepository(session).by_id(report_id)
    if row is None or row.worker_id != worker_id:
        return None
    stop = await RestStopRepository(session).by_id(row.stop_id)
    if stop is None or stop.accuracy not in MEASURABLE or stop.lat is None or stop.lon is None:
        return None
    if (stop.est_error_m or 0) > AT_THE_DOOR_M:
        return None
    near = distance_m(here, Position(stop.lat, stop.lon)) <= AT_THE_DOOR_M
    row.near = row.near or near
    return near


async def standings(
    session: AsyncSession, now: datetime, stop_ids: Sequence[str]
) -> dict[str, Standing]:
    """The standing of those of these stops of which anything was said since staff last looked."""
    if not stop_ids:
        return {}
    rows = await StopReportRepository(session).unsettled(stop_ids)
    return {stop: standing(said, now) for stop, said in voices(rows).items()}


def voices(rows: Iterable[StopReport]) -> Mapping[str, list[Voice]]:
    """The newest voice of each worker, by stop.

    The words of those who left may all be one person's: of each kind one that counts is one voice,
    and so is one that does not.
    """
    newest: dict[str, dict[str, Voice]] = {}
    for row in rows:  # the oldest first
        of_stop = newest.setdefault(row.stop_id, {})
        said = voice(row)
        of_stop[row.worker_id or f"{said.kind}:{said.counts}"] = said
    return {stop: list(said.values()) for stop, said in newest.items()}


def voice(row: StopReport) -> Voice:
    """A report as a voice."""
    kinds: dict[str, ReportKind] = {kind: kind for kind in KINDS}
    return Voice(kinds[row.kind], row.at, row.near or row.known)


async def count(session: AsyncSession, worker_id: str) -> int:
    """How many words on stops are stored of a worker."""
    return await StopReportRepository(session).count_of_worker(worker_id)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """What a worker said last of each stop stays, without a thread to him."""
    await StopReportRepository(session).forget_worker(worker_id)
