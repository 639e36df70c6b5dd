"""What staff look at: the stops that somebody complained of, any stop they search, one whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow, StopReport
from db.repositories.rest_stops import RestStopRepository
from db.repositories.staff import StaffRepository
from db.repositories.stop_reports import StopReportRepository
from kit.clock import Clock
from services.rest_stops import editing, fields, history, reach, reports
from services.rest_stops.columns import given
from services.rest_stops.importing import values as stop_values
from services.rest_stops.settling import edited_since, heard
from services.rest_stops.standing import AGREEING, NOTHING_SAID, Claim
from services.staff.actors import Actor

PAGE_SIZE = 30
LAST_PAGE = 1_000
# So many stops may be in dispute at once before the list no longer puts them all in front.
IN_DISPUTE_MOST = 1_000
VOICES_MOST = 50
WORDS_MOST = 80


@dataclass(frozen=True)
class ToCheck:
    """A stop that somebody complained of since staff last looked."""

    id: str
    name: str
    area: str
    kinds: Mapping[str, int]
    near: int
    known: int
    counting: int
    newest: datetime
    oldest: datetime
    hidden: frozenset[Claim]


@dataclass(frozen=True)
class Page:
    """A page of the list; `total` counts all stops on it."""

    items: tuple[ToCheck, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Found:
    """A stop as a search lists it."""

    id: str
    name: str
    area: str
    address: str | None
    status: str


@dataclass(frozen=True)
class FoundPage:
    """A page of a search, and whether there is another."""

    items: tuple[Found, ...]
    page: int
    more: bool


@dataclass(frozen=True)
class Voice:
    """A report as staff see it: never who made it."""

    kind: str
    at: datetime
    near: bool
    known: bool
    settled: bool


@dataclass(frozen=True)
class Check:
    """A look of staff at a stop."""

    by: str
    outcome: str
    answer: str | None
    at: datetime


@dataclass(frozen=True)
class StopDetail:
    """A stop with all that staff may know of it.

    `seen` and `heard` prove to `edit` and `settle` what was shown.
    """

    id: str
    area: str
    form: Mapping[str, str]
    checked_on: date | None
    shipped: bool
    hidden: frozenset[Claim]
    voices: tuple[Voice, ...]
    waiting: int
    edited_since: bool
    checks: tuple[Check, ...]
    history: tuple[history.Entry, ...]
    seen: str = field(repr=False)
    heard: str = field(repr=False)


async def to_check(session: AsyncSession, clock: Clock, actor: Actor, page: int = 1) -> Page:
    """A page of the stops in his reach that wait for staff, those with hidden claims first.

    A page out of range gives the nearest.
    """
    rows, within = StopReportRepository(session), reach.within(actor, RestStopRow)
    total = await rows.count_to_check(within)
    pages = max(1, ceil(total / PAGE_SIZE))
    page = min(max(page, 1), pages)
    candidates = await rows.agreed_on(AGREEING, IN_DISPUTE_MOST, within=within)
    stands = await reports.standings(session, clock(), candidates)
    first = [stop for stop, standing in stands.items() if standing.hidden]
    stops = await rows.stops_to_check(first, (page - 1) * PAGE_SIZE, PAGE_SIZE, within=within)
    said = await rows.unsettled([stop.id for stop in stops])
    items = (
        _to_check(
            stop,
            [report for report in said if report.stop_id == stop.id and report.kind != "open"],
            stands.get(stop.id, NOTHING_SAID).hidden,
        )
        for stop in stops
    )
    return Page(tuple(items), page, pages, total)


async def count_to_check(session: AsyncSession, actor: Actor) -> int:
    """How many stops in his reach wait for staff."""
    return await StopReportRepository(session).count_to_check(reach.within(actor, RestStopRow))


async def search(session: AsyncSession, actor: Actor, words: str, page: int = 1) -> FoundPage:
    """Stops in his reach by words of their name, address or id, withdrawn ones too."""
    page = min(max(page, 1), LAST_PAGE)
    line = stop_values.line(words)[:WORDS_MOST]
    rows: Sequence[RestStopRow] = ()
    if line:
        offset = (page - 1) * PAGE_SIZE
        within = reach.within(actor, RestStopRow)
        rows = await RestStopRepository(session).found(line, offset, PAGE_SIZE + 1, within=within)
    items = (Found(r.id, r.name, area(r), r.address, r.status) for r in rows[:PAGE_SIZE])
    return FoundPage(tuple(items), page, len(rows) > PAGE_SIZE)


async def show(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, stop_id: str
) -> StopDetail:
    """A stop for staff. Raises NotFound, also for one out of his reach."""
    row = await editing.find(session, actor, stop_id)
    rows = StopReportRepository(session)
    waiting = await rows.unsettled([row.id])
    stands = await reports.standings(session, clock(), [row.id])
    entries = await history.history(session, library, row)
    return StopDetail(
        id=row.id,
        area=area(row),
        form=fields.as_form(library, given(row)),
        checked_on=row.checked_on,
        shipped=row.edition is not None,
        hidden=stands.get(row.id, NOTHING_SAID).hidden,
        voices=tuple(
            Voice(said.kind, said.at, said.near, said.known, said.check_id is not None)
            for said in await rows.history(row.id, VOICES_MOST)
        ),
        waiting=len(waiting),
        edited_since=edited_since(waiting, entries),
        checks=await _checks(session, row.id),
        history=entries,
        seen=editing.snapshot(library, row),
        heard=heard(waiting),
    )


def area(row: RestStopRow) -> str:
    """Province, city, district and street, as far as they are known."""
    # A municipality is its own province.
    parts = (row.province, row.city, row.district, row.street)
    return " ".join(dict.fromkeys(part for part in parts if part))


def _to_check(row: RestStopRow, said: Sequence[StopReport], hidden: frozenset[Claim]) -> ToCheck:
    return ToCheck(
        id=row.id,
        name=row.name,
        area=area(row),
        kinds=Counter(report.kind for report in said),
        near=sum(report.near for report in said),
        known=sum(report.known for report in said),
        counting=sum(report.near or report.known for report in said),
        newest=said[-1].at,
        oldest=said[0].at,
        hidden=hidden,
    )


async def _checks(session: AsyncSession, stop_id: str) -> tuple[Check, ...]:
    rows = await StopReportRepository(session).checks(stop_id)
    names = await StaffRepository(session).names({row.staff_id for row in rows})
    return tuple(Check(names[row.staff_id], row.outcome, row.answer, row.at) for row in rows)
