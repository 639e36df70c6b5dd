"""Brings one file of stops in: read, checked, planned, told, asked about, written."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from content.library import Library
from content.schema import Datum
from db.session import Sessions, transaction
from kit.clock import Clock
from kit.errors import BadInput
from services.districts import Districts
from services.rest_stops.importing.applying import Origin, apply
from services.rest_stops.importing.candidates import Candidate, prepare
from services.rest_stops.importing.data import Defaults
from services.rest_stops.importing.faults import Fault
from services.rest_stops.importing.headers import Columns, Headers
from services.rest_stops.importing.plan import Plan, Planning
from services.rest_stops.importing.positions import judge_positions
from services.rest_stops.importing.rows import RowChecker
from services.rest_stops.importing.words import StopWords
from tools.stops.progress import step
from tools.stops.reading import read_table
from tools.stops.table import Table

_TICK = 500


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    path: Path
    imported_by: str
    sheet: str | None = None
    mapped: dict[str, str] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    keep_first: bool = False
    datum_is_right: bool = False


@dataclass(frozen=True)
class Told:
    """A file that was read and held against the database: what would be done, and why not."""

    columns: Columns
    header_row: int
    rows: int
    plan: Plan
    complaints: tuple[str, ...]
    origin: Origin


async def look(sessions: Sessions, library: Library, clock: Clock, request: Request) -> Told:
    """Everything short of writing. Raises BadInput where the file cannot be judged at all."""
    digest = _digest(request.path)
    read = _read(library, clock, request)
    with step(library, "judging"):
        found = judge_positions(
            library, Districts(), read.candidates, datum_is_right=request.datum_is_right
        )
    made = await _plan(sessions, library, request, read.candidates)
    return Told(
        columns=read.columns,
        header_row=read.header_row,
        rows=read.rows,
        plan=made.refuse([*read.faults, *found.refused]).warn(found.odd),
        complaints=found.complaints,
        origin=Origin(request.path.name, digest, read.datum, request.imported_by),
    )


async def write(
    sessions: Sessions, library: Library, clock: Clock, plan: Plan, origin: Origin
) -> None:
    """Write a plan in one transaction."""
    with step(library, "writing", len(plan.new) + len(plan.changed)) as tick:
        async with transaction(sessions) as session:
            await apply(session, library, clock, plan, origin, tick=tick)


async def _plan(
    sessions: Sessions, library: Library, request: Request, candidates: Sequence[Candidate]
) -> Plan:
    """In many short transactions: on SQLite each one keeps workers waiting."""
    planning = Planning(library, candidates, keep_first=request.keep_first)
    with step(library, "planning", len(candidates)) as tick:
        async with transaction(sessions) as session:
            await planning.begin(session)
        for part in planning.parts():
            async with transaction(sessions) as session:
                await planning.compare(session, part)
            tick(len(part))
        async with transaction(sessions) as session:
            return await planning.end(session)


@dataclass(frozen=True)
class _Read:
    """A file whose rows were checked, without its cells: they take most of the memory."""

    columns: Columns
    header_row: int
    rows: int
    datum: Datum | None
    candidates: tuple[Candidate, ...]
    faults: Sequence[Fault]


def _read(library: Library, clock: Clock, request: Request) -> _Read:
    headers = Headers(library, request.mapped)
    with step(library, "reading"):
        table = read_table(request.path, headers.knows, request.sheet)
    columns = headers.assign(table.headers)
    defaults = _with_short_city(library, request.defaults)
    checker = RowChecker(library, clock, columns, defaults)
    questions = checker.questions()
    if questions:
        asked = "\n".join(library.say(key) for key in questions)
        raise BadInput("stops_import.asked", questions=asked)
    candidates, faults = _checked(library, checker, table)
    return _Read(
        columns=columns,
        header_row=table.header_row,
        rows=len(table.rows) + len({fault.row for fault in table.faults}),
        datum=columns.datum or defaults.datum,
        candidates=candidates,
        faults=faults,
    )


def _checked(
    library: Library, checker: RowChecker, table: Table
) -> tuple[tuple[Candidate, ...], Sequence[Fault]]:
    faults = list(table.faults)
    spoiled = {fault.row for fault in table.faults}
    candidates: list[Candidate] = []
    with step(library, "checking", len(table.rows)) as tick:
        for number, row in enumerate(table.rows, 1):
            if row.number not in spoiled:
                _check(library, checker, row.number, row.cells, (candidates.append, faults.extend))
            if number % _TICK == 0:
                tick(_TICK)
    return tuple(candidates), faults


def _check(
    library: Library,
    checker: RowChecker,
    number: int,
    cells: Sequence[str],
    into: tuple[Callable[[Candidate], None], Callable[[Sequence[Fault]], None]],
) -> None:
    found = checker.check(number, cells)
    take, refuse = into
    if isinstance(found, tuple):
        refuse(found)
    else:
        take(prepare(library, number, found))


def _with_short_city(library: Library, defaults: Defaults) -> Defaults:
    if defaults.city is None:
        return defaults
    city = StopWords(library).region(defaults.city)
    if city is None:
        raise BadInput("stops_import.city_unknown", value=defaults.city)
    return replace(defaults, city=city)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput("stops_import.not_there", name=path.name) from error
