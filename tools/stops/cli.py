"""`yizhan stops`: bring a district's file in, write stops out, list what was brought in."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from content.library import Library
from content.schema import Accuracy, Datum
from db.session import Sessions, transaction
from kit.clock import in_shanghai, utc_now
from services.rest_stops import exporting
from services.rest_stops.exporting import Exporter
from services.rest_stops.importing import applying
from services.rest_stops.importing.data import Defaults
from tools.database import me, with_tables
from tools.stops import importing, writing
from tools.stops.importing import Request, Told
from tools.stops.report import Report

LISTED = 20

stops_app = typer.Typer(name="yizhan", no_args_is_help=True, help="Rest stops and their files.")
City = Annotated[str | None, typer.Option(help="Only stops of this city")]
District = Annotated[str | None, typer.Option(help="Only stops of this district")]


@stops_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file")],
    *,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a workbook")] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=FIELD", help="Which field a column fills; none with `-`"
        ),
    ] = None,
    datum: Annotated[Datum | None, typer.Option(help="Of all positions of the file")] = None,
    accuracy: Annotated[Accuracy | None, typer.Option(help="Of all its positions")] = None,
    city: Annotated[str | None, typer.Option(help="Where rows name none")] = None,
    kind: Annotated[str | None, typer.Option(help="Where rows name none")] = None,
    source: Annotated[str | None, typer.Option(help="Who publishes it; workers read it")] = None,
    by: Annotated[str | None, typer.Option(help="Who brings it in; you by default")] = None,
    keep_first: Annotated[
        bool, typer.Option("--keep-first", help="Of rows about one stop take the first")
    ] = False,
    datum_is_right: Annotated[
        bool, typer.Option("--datum-is-right", help="The datum was checked; do not doubt it")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="All rows as .csv or .xlsx")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking")] = False,
) -> None:
    """Show what a file would change, then write all of it or nothing."""
    request = Request(
        path=file,
        imported_by=by or me(),
        sheet=sheet,
        mapped=_pairs(mapped or []),
        defaults=Defaults(city, kind, datum, accuracy, source),
        keep_first=keep_first,
        datum_is_right=datum_is_right,
    )

    async def run(sessions: Sessions, library: Library) -> None:
        with _uncollected():
            told = await importing.look(sessions, library, utc_now, request)
        said = Report(library, told)
        typer.echo("\n".join(said.lines()))
        if report is not None:
            said.write(report)
        await _decide(sessions, library, told, yes=yes)

    with_tables(run)


async def _decide(sessions: Sessions, library: Library, told: Told, *, yes: bool) -> None:
    """Write it, if there is something to write and somebody says so."""
    if told.plan.refused:
        typer.echo(library.say("stops_import.nothing_written"), err=True)
        raise typer.Exit(1)
    if not told.plan.writes:
        typer.echo(library.say("stops_import.nothing_to_write"))
        return
    if not yes and not sys.stdin.isatty():
        typer.echo(library.say("stops_import.only_shown"))
        return
    if not yes and not typer.confirm(library.say("stops_import.ask_write")):
        typer.echo(library.say("stops_import.nothing_written"))
        return
    await importing.write(sessions, library, utc_now, told.plan, told.origin)
    typer.echo(library.say("stops_import.written"))


@stops_app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="A name that ends in .csv or .xlsx")],
    *,
    city: City = None,
    district: District = None,
    with_leads: Annotated[
        bool, typer.Option("--with-leads", help="With web addresses meant for staff only")
    ] = False,
) -> None:
    """Write stops into a table that can be imported again."""

    async def run(sessions: Sessions, library: Library) -> None:
        exporter = Exporter(library, with_leads=with_leads)
        count = 0
        with writing.table(file) as add:
            add(exporter.headers)
            async for row in _all(sessions, city, district):
                add(exporter.cells(row))
                count += 1
        typer.echo(library.say("stops_import.exported", count=count, name=file.name))

    with_tables(run)


@stops_app.command("geojson")
def export_geojson(
    file: Annotated[Path, typer.Argument()], *, city: City = None, district: District = None
) -> None:
    """Write stops that have a position as GeoJSON, in WGS-84."""

    async def run(sessions: Sessions, library: Library) -> None:
        count = 0
        with writing.features(file) as add:
            async for row in _all(sessions, city, district):
                if exporting.is_on_the_map(row):
                    add(exporting.feature(row))
                    count += 1
        typer.echo(library.say("stops_import.exported", count=count, name=file.name))

    with_tables(run)


@stops_app.command("imports")
def list_imports() -> None:
    """List the files that were brought in, the newest first."""

    async def run(sessions: Sessions, library: Library) -> None:
        async with transaction(sessions) as session:
            past = await applying.past(session, LISTED)
        for each in past:
            at = f"{in_shanghai(each.at):%Y-%m-%d %H:%M}"
            said = {"at": at, "name": each.file_name, "by": each.imported_by, **each.counts}
            typer.echo(library.say("stops_import.past", **said))
        if not past:
            typer.echo(library.say("stops_import.none_past"))

    with_tables(run)


async def _all(sessions: Sessions, city: str | None, district: str | None) -> Any:  # noqa: ANN401
    after = ""
    while True:
        async with transaction(sessions) as session:
            page = await exporting.page(session, after, city, district)
        for row in page:
            yield row
        if not page:
            return
        after = page[-1].id


@contextmanager
def _uncollected() -> Iterator[None]:
    """Millions of cells and no cycles: looking for those again and again costs a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _pairs(mapped: list[str]) -> dict[str, str]:
    """The fields by their columns; a column's name may hold the mark itself."""
    pairs = [each.rpartition("=") for each in mapped]
    if any(not mark for _, mark, _ in pairs):
        raise typer.BadParameter("--map COLUMN=FIELD")
    return {column: name for column, _, name in pairs}
