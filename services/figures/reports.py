"""Weekly and monthly reports that make themselves, and stay as they were made.

A report is made on the Monday, or the first of the month, at six in Shanghai; later where nothing
ran at six. It is of everything, and of each area that somebody's role is limited to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import FigureReport
from db.repositories.figures import FigureRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import NotFound
from services.figures import scope
from services.figures.reading import counted
from services.figures.values import Asked, Figures, Period, read
from services.staff import events
from services.staff.actors import Actor, Grant
from services.staff.permissions import ROLES, Permission

MADE_AT = timedelta(hours=6)
WEEK, MONTH = "week", "month"
PAGE_SIZE = 50
EVERYTHING = ""


@dataclass(frozen=True)
class Wanted:
    """A report that should be there: of a week or a month, of an area or everything."""

    kind: str
    period: Period
    area: str


@dataclass(frozen=True)
class Entry:
    """A report in a list; `area` is empty where it is of everything."""

    id: str
    kind: str
    first: date
    last: date
    area: str
    made_at: datetime


@dataclass(frozen=True)
class Report:
    """A report whole."""

    entry: Entry
    figures: Figures


@dataclass(frozen=True)
class ReportPage:
    """One page of the list of reports, newest first."""

    items: tuple[Entry, ...]
    page: int
    pages: int
    total: int


def due(clock: Clock) -> tuple[tuple[str, Period], ...]:
    """The newest week and the newest month whose reports should be there by now."""
    # Until six it is still the day before for a report.
    here = in_shanghai(clock() - MADE_AT)
    monday = here.date() - timedelta(days=here.weekday())
    first = here.date().replace(day=1)
    last_month = first - timedelta(days=1)
    return (
        (WEEK, Period(monday - timedelta(days=7), monday - timedelta(days=1))),
        (MONTH, Period(last_month.replace(day=1), last_month)),
    )


async def missing(session: AsyncSession, clock: Clock) -> list[Wanted]:
    """The reports that should be there and are not."""
    rows = FigureRepository(session)
    roles = [role.value for role, may in ROLES.items() if Permission.SEE_FIGURES in may]
    areas = [EVERYTHING, *sorted(await rows.areas_of_roles(roles))]
    found = []
    for kind, period in due(clock):
        known = await rows.report_known(kind, period.first)
        found += [Wanted(kind, period, area) for area in areas if area not in known]
    return found


async def make(session: AsyncSession, library: Library, clock: Clock, wanted: Wanted) -> bool:
    """Make one report; False where another process did so just before."""
    kind, period, area = wanted.kind, wanted.period, wanted.area
    found = await counted(session, library, clock, Asked(period, area), scope.EVERYTHING)
    values = {
        "id": ids.new_id(),
        "kind": kind,
        "first": period.first,
        "last": period.last,
        "area": area,
        "made_at": clock(),
        "body": found.as_json(),
    }
    return await FigureRepository(session).keep_report(values)


async def listed(session: AsyncSession, actor: Actor, page: int) -> ReportPage:
    """One page of the reports that this actor may read; out of range gives the nearest."""
    rows, which = FigureRepository(session), _readable(actor)
    total = await rows.count_reports(which)
    pages = max(1, ceil(total / PAGE_SIZE))
    page = min(max(page, 1), pages)
    found = await rows.reports(which, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    return ReportPage(tuple(Entry(*row) for row in found), page, pages, total)


async def one(session: AsyncSession, actor: Actor, report_id: str) -> Report:
    """A report as it was made; raises NotFound also for one that this actor may not read."""
    found = None
    if report_id.isascii() and report_id.isalnum():
        found = await FigureRepository(session).report(report_id)
    if found is None or not _may_read(actor, found.area):
        raise NotFound("console.no_such_report")
    entry = Entry(
        *(found.id, found.kind, found.first, found.last, found.area, found.made_at),
    )
    return Report(entry, read(found.body))


async def taken(session: AsyncSession, clock: Clock, actor: Actor, report: Report) -> None:
    """Put on record that this actor took the file of a report away."""
    entry = report.entry
    events.note(
        *(session, clock(), "report_taken"),
        by=actor.id,
        to=None,
        address=actor.address,
        report=entry.id,
        period=entry.kind,
        first=entry.first.isoformat(),
        area=entry.area,
    )


def _grants(actor: Actor) -> Sequence[Grant]:
    """Those by which whole areas are seen; figures of a category or a unit are in no report."""
    return [
        grant
        for grant in actor.grants
        if Permission.SEE_FIGURES in ROLES[grant.role] and not grant.categories and not grant.unit
    ]


def _may_read(actor: Actor, area: str) -> bool:
    return any(
        not grant.districts or any(_lies_in(area, path) for path in grant.districts)
        for grant in _grants(actor)
    )


def _lies_in(area: str, path: str) -> bool:
    return area == path or area.startswith(f"{path}/")


def _readable(actor: Actor) -> ColumnElement[Any]:
    """What `_may_read` says, in SQL."""
    area = FigureReport.area
    parts: list[ColumnElement[Any]] = [false()]
    for grant in _grants(actor):
        if not grant.districts:
            return true()
        for path in grant.districts:
            parts += [area == path, area.startswith(f"{path}/", autoescape=True)]
    return or_(*parts)
