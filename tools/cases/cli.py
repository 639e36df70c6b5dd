"""`yizhan cases`: bring past cases and rules of units in, have sorting learn now."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.session import Sessions, transaction
from kit.clock import in_shanghai, utc_now
from services.cases.sorting import importing, learning, nights
from services.cases.sorting.importing import Line, Origin, Plan
from services.rest_stops.importing.faults import Fault
from tools.cases.reading import read
from tools.database import me, with_tables
from tools.stops.progress import step
from tools.stops.writing import table

SHOWN = 50

cases_app = typer.Typer(
    name="yizhan", no_args_is_help=True, help="Cases: what sorting learns from."
)
File = Annotated[Path, typer.Argument(help="A CSV or XLSX file, or JSON by the line (.gz too)")]
By = Annotated[str | None, typer.Option(help="Who brings it in; you by default")]
ReportFile = Annotated[Path | None, typer.Option(help="All rows as .csv or .xlsx")]
Yes = Annotated[bool, typer.Option("--yes", help="Write without asking")]
Planning = Callable[[AsyncSession, Library, Sequence[Line], Sequence[Fault]], Awaitable[Plan]]


@cases_app.command("import")
def import_history(
    file: File, *, by: By = None, report: ReportFile = None, yes: Yes = False
) -> None:
    """Learn from past cases and their categories: show what is new, then take all or nothing."""
    _bring(file, "case", importing.plan_history, by=by, report=report, yes=yes)


@cases_app.command("units")
def import_units(
    file: File, *, by: By = None, report: ReportFile = None, yes: Yes = False
) -> None:
    """Bring in which unit looks after which road, street, district or city, and which category."""
    _bring(file, "unit", importing.plan_units, by=by, report=report, yes=yes)


@cases_app.command("train")
def train_now() -> None:
    """Learn now instead of tonight; the new model goes live when it is not worse."""

    async def run(sessions: Sessions, library: Library) -> None:
        with step(library, "learning"):
            await nights.train_once(lambda: transaction(sessions), library, utc_now, None)
        await _tell_past(sessions, library, 1)

    with_tables(run)


@cases_app.command("models")
def list_models() -> None:
    """List the newest trainings and what became of them."""

    async def run(sessions: Sessions, library: Library) -> None:
        await _tell_past(sessions, library, 10)

    with_tables(run)


def _bring(
    file: Path, kind: str, planning: Planning, *, by: str | None, report: Path | None, yes: bool
) -> None:
    needed = ("text", "category") if kind == "case" else ("unit",)

    async def run(sessions: Sessions, library: Library) -> None:
        with step(library, "reading"):
            found = read(library, file, kind, needed)
        with step(library, "checking", found.rows):
            async with transaction(sessions) as session:
                plan = await planning(session, library, found.lines, found.faults)
        typer.echo(library.say("cases_import.file", name=file.name, rows=found.rows))
        _tell(library, plan)
        if report is not None:
            _write(library, plan, report)
        if _is_wanted(library, plan, yes=yes):
            with step(library, "writing", len(plan.new) + len(plan.changed)):
                async with transaction(sessions) as session:
                    origin = Origin(file.name, found.digest, by or me())
                    await importing.apply(session, utc_now, plan, origin)
            end = "written" if plan.kind == "history" else "written_units"
            typer.echo(library.say(f"cases_import.{end}"))

    with_tables(run)


def _tell(library: Library, plan: Plan) -> None:
    key = "counts" if plan.kind == "history" else "counts_units"
    typer.echo(library.say(f"cases_import.{key}", **plan.counts))
    for head, faults in (("refused", plan.refused), ("duplicate", plan.duplicates)):
        if not faults:
            continue
        typer.echo(library.say(f"cases_import.head_{head}"))
        for fault in faults[:SHOWN]:
            typer.echo(fault.told(library))
        if len(faults) > SHOWN:
            typer.echo(library.say("cases_import.more_lines", count=len(faults) - SHOWN))


def _write(library: Library, plan: Plan, path: Path) -> None:
    """Every row that is not taken, and why."""
    with table(path) as add:
        add([library.say(f"stops_import.report_{name}") for name in ("row", "outcome", "what")])
        for head, faults in (("refused", plan.refused), ("duplicate", plan.duplicates)):
            for fault in faults:
                what = library.say(fault.key, **fault.fields)
                add([str(fault.row), library.say(f"stops_import.row_{head}"), what])


def _is_wanted(library: Library, plan: Plan, *, yes: bool) -> bool:
    """Whether to write: there is something, nothing is refused, and somebody says so."""
    if plan.refused:
        typer.echo(library.say("cases_import.nothing_written"), err=True)
        raise typer.Exit(1)
    if not plan.writes:
        typer.echo(library.say("cases_import.nothing_to_write"))
        return False
    if not yes and not sys.stdin.isatty():
        typer.echo(library.say("cases_import.only_shown"))
        return False
    if not yes and not typer.confirm(library.say("cases_import.ask_write")):
        typer.echo(library.say("cases_import.nothing_written"))
        return False
    return True


async def _tell_past(sessions: Sessions, library: Library, most: int) -> None:
    async with transaction(sessions) as session:
        past = await learning.past(session, most)
    for each in past:
        figures = library.say("cases_import.no_figures")
        if each.macro_f1 is not None:
            live = "—" if each.live_macro_f1 is None else f"{each.live_macro_f1:.3f}"
            fields = {"f1": f"{each.macro_f1:.3f}", "spread": f"{each.spread or 0:.3f}"}
            figures = library.say("cases_import.figures", **fields, live=live)
        said = {
            "at": f"{in_shanghai(each.at):%Y-%m-%d %H:%M}",
            "state": library.say(f"cases_import.state_{each.state}"),
            "examples": each.examples,
        }
        typer.echo(library.say("cases_import.trained", **said, figures=figures))
