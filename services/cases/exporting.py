"""Taking cases out of the console as a table: who may, what is in it, and that it is on record.

Nothing that points at a person is ever among the columns: no contact, no name, no worker, no
position and no place nearer than the district. The words of a case, which are masked, are there
only for who may read it in the console.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import CaseExport
from db.repositories.exports import After, ExportRepository
from db.repositories.inbox import Condition
from kit.clock import Clock, in_shanghai
from kit.errors import AppError, BadInput
from kit.text import tidy
from services.cases import states
from services.cases.clocks import day_of
from services.cases.inbox import Wanted, columns, wanted_of
from services.cases.limits import LEAST_REASON, category_name
from services.sheets import guarded
from services.staff import events
from services.staff.actors import Actor, seen_by
from services.staff.permissions import Permission
from services.staff.rules import member, need

FORMATS = ("csv", "xlsx")
MOST_REASON = 200
AT_ONCE = 2_000
MOST_ROWS = 200_000
# One that was not ended by then broke off: the process died under it.
DEAD_AFTER = timedelta(minutes=15)
SHOWN = 10
FACTS = (
    *("code", "kind", "state", "category", "province", "city", "district", "unit"),
    *("received", "due", "late", "adopted"),
)
WORDS = ("subject", "remedy")
# What is logged of a search, and nothing else: another filter may hold words of a case.
_LOGGED = ("state", "kind", "category", "area", "unit", "label", "overdue")

Transact = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class OneAtATime(AppError):
    """His last export is still being written."""

    key = "exports.one_at_a_time"
    status = 409


@dataclass(frozen=True)
class Export:
    """An export that may be written now."""

    number: int
    name: str
    at: datetime
    format: str
    wanted: Wanted
    actor: Actor = field(repr=False)

    @property
    def with_words(self) -> bool:
        """Whether there is any case whose words he may read."""
        return self.actor.may(Permission.SEE_CASES)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return FACTS + WORDS if self.with_words else FACTS

    @property
    def file_name(self) -> str:
        """Of ASCII, so that it reaches every disk: number, day and minute."""
        return f"cases-{self.number}-{in_shanghai(self.at):%Y%m%d-%H%M}.{self.format}"


@dataclass(frozen=True)
class Past:
    """An export of before; `rows` is None where it broke off or is under way."""

    number: int
    at: datetime
    format: str
    rows: int | None
    reason: str = field(repr=False)


async def count(session: AsyncSession, clock: Clock, actor: Actor, wanted: Wanted) -> int:
    """How many cases an export would hold."""
    need(actor, Permission.EXPORT_DATA)
    return await ExportRepository(session).count(_which(clock, actor, wanted))


async def past(session: AsyncSession, actor: Actor) -> tuple[Past, ...]:
    """His own last exports, the newest first."""
    rows = await ExportRepository(session).of_staff(actor.id, SHOWN)
    return tuple(Past(r.number, r.begun_at, r.format, r.rows, r.reason) for r in rows)


async def begin(
    session: AsyncSession, clock: Clock, actor: Actor, wanted: Wanted, *, file: str, reason: str
) -> Export:
    """Put an export on record, before anything of it is written.

    Raises BadInput without a reason or for too many rows, OneAtATime while another is written.
    """
    need(actor, Permission.EXPORT_DATA)
    why = " ".join(tidy(reason).split())
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        raise BadInput("exports.reason", least=LEAST_REASON, most=MOST_REASON)
    if file not in FORMATS:
        raise BadInput("exports.format")
    rows = ExportRepository(session)
    await member(session, actor.id, lock=True)  # of two requests of his one waits here
    await _let_go_of_dead(session, clock, actor)
    total = await rows.count(_which(clock, actor, wanted))
    if total > MOST_ROWS:
        raise BadInput("exports.too_many", most=MOST_ROWS)
    filters = {name: getattr(wanted, name) for name in _LOGGED if getattr(wanted, name)}
    row = CaseExport(
        staff_id=actor.id,
        under_way=actor.id,
        format=file,
        reason=why,
        filters=filters,
        with_words=actor.may(Permission.SEE_CASES),
        begun_at=clock(),
    )
    rows.add(row)
    await session.flush()
    events.note(
        *(session, clock(), "exported"),
        by=actor.id,
        to=None,
        address=actor.address,
        number=row.number,
        rows=total,
        format=file,
        filters=filters,
    )
    # It takes minutes: of what he or his unit steps back meanwhile nothing more is written.
    asked = replace(actor, keeps_out=True)
    return Export(row.number, actor.name, row.begun_at, file, wanted, asked)


async def rows_of(
    transact: Transact, library: Library, clock: Clock, export: Export
) -> AsyncGenerator[list[tuple[str, ...]]]:
    """The rows of an export, some thousands at a time; no cell is a formula.

    A page is one short transaction, so that no worker waits for a long file.
    """
    which = _which(clock, export.actor, export.wanted)
    readable = seen_by(export.actor, columns())
    today, after = day_of(clock()), None
    while True:
        async with transact() as session:
            found = await ExportRepository(session).page(which, readable, after, AT_ONCE)
        if not found:
            return
        yield [_cells(library, row, today, with_words=export.with_words) for row in found]
        after = _place_of(found[-1])


async def end(session: AsyncSession, clock: Clock, number: int, rows: int | None) -> None:
    """An export is written, with so many rows, or broke off."""
    row = await ExportRepository(session).by_number(number)
    if row is not None and row.under_way is not None:
        row.under_way, row.ended_at, row.rows = None, clock(), rows


def header(library: Library, export: Export) -> tuple[str, ...]:
    """What stands above the columns."""
    return tuple(library.say(f"exports.column_{name}") for name in export.columns)


def watermark(library: Library, export: Export) -> str:
    """Who took this when, and under which number: stands above and below the rows."""
    at = f"{in_shanghai(export.at):%Y-%m-%d %H:%M}"
    return guarded(library.say("exports.watermark", number=export.number, name=export.name, at=at))


def _which(clock: Clock, actor: Actor, wanted: Wanted) -> Condition:
    reached = actor.condition_for(Permission.EXPORT_DATA, columns())
    return and_(reached, wanted_of(clock, wanted))


async def _let_go_of_dead(session: AsyncSession, clock: Clock, actor: Actor) -> None:
    last = await ExportRepository(session).under_way(actor.id)
    if last is None:
        return
    if clock() - last.begun_at < DEAD_AFTER:
        raise OneAtATime
    last.under_way, last.ended_at = None, clock()
    await session.flush()


def _place_of(row: Any) -> After:  # noqa: ANN401 - a row of a query
    return row.created_at, row.id


def _cells(
    library: Library,
    row: Any,  # noqa: ANN401 - a row of a query
    today: date,
    *,
    with_words: bool,
) -> tuple[str, ...]:
    said = (row.subject, row.remedy) if row.readable else (None, None)
    running = row.due is not None and row.state in states.RUNNING
    cells = (
        row.code,
        library.say(f"exports.kind_{row.kind}"),
        library.say(f"cases.state_{row.state}"),
        category_name(library, row.category),
        *(row.province, row.city, row.district, row.unit),
        f"{in_shanghai(row.created_at):%Y-%m-%d %H:%M}",
        row.due.isoformat() if row.due else None,
        str((today - row.due).days) if running and row.due < today else None,
        library.say(f"case_steps.route_{row.adopted}") if row.adopted else None,
        *(said if with_words else ()),
    )
    return tuple(guarded(" ".join((cell or "").split())) for cell in cells)
