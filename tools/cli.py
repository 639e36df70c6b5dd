"""The command line `yizhan`: the chores of whoever runs a copy."""

from typing import Annotated

import typer

from content.library import Library
from db.migrate import upgrade
from db.session import Sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services import cases, editions, updates
from tools.cases.cli import cases_app
from tools.database import with_database
from tools.doctor.examination import examine
from tools.doctor.finding import as_json, as_lines, is_broken
from tools.staff import staff_app
from tools.start.progress import words
from tools.stops.cli import stops_app

# What the database can hold as a number.
HIGHEST_NUMBER = 2**63 - 1

app = typer.Typer(
    name="yizhan", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
db_app = typer.Typer(name="yizhan", no_args_is_help=True, help="The database.")
updates_app = typer.Typer(name="yizhan", no_args_is_help=True, help="What Telegram delivered.")
app.add_typer(cases_app, name="cases")
app.add_typer(db_app, name="db")
app.add_typer(staff_app, name="staff")
app.add_typer(stops_app, name="stops")
app.add_typer(updates_app, name="updates")


@app.command()
def doctor(
    *, as_data: Annotated[bool, typer.Option("--json", help="Print it as JSON")] = False
) -> None:
    """Look whether all is well, and say what to do where it is not."""
    findings = examine(utc_now)
    typer.echo(as_json(findings) if as_data else "\n".join(as_lines(findings)))
    raise typer.Exit(1 if is_broken(findings) else 0)


@db_app.command("upgrade")
def upgrade_database() -> None:
    """Bring the tables and the shipped content up to date."""
    settings = Settings()

    async def run(sessions: Sessions, library: Library) -> None:
        await upgrade(settings.database)
        async with transaction(sessions) as session:
            loaded = await editions.load(session, library, utc_now)
        await seal_older(sessions, library)
        typer.echo(
            f"stops: {loaded.new} new, {loaded.changed} changed, {loaded.proposed} proposed,"
            f" {loaded.withdrawn} withdrawn"
        )

    with_database(settings, run)


async def seal_older(sessions: Sessions, library: Library) -> None:
    """Mask and seal what workers handed in before words were sealed, a batch a transaction."""
    more = True
    while more:
        async with transaction(sessions) as session:
            more = bool(await cases.seal_older(session, library))


@updates_app.command("retry")
def retry_updates(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(min=0, max=HIGHEST_NUMBER, help="Which; all when none is given"),
    ] = None,
) -> None:
    """Have updates that were set aside worked again."""
    wanted = numbers or []

    async def run(sessions: Sessions, _library: Library) -> None:
        async with transaction(sessions) as session:
            retried = await updates.retry(session, wanted)
        for number in wanted:
            if number not in retried:
                typer.echo(words("updates", "not_set_aside", number=number), err=True)
        if retried:
            typer.echo(words("updates", "retried", count=len(retried)))
        elif not wanted:
            typer.echo(words("updates", "none"))
        else:
            raise typer.Exit(1)

    with_database(Settings(), run)


def main() -> None:
    """The entry point of the `yizhan` command."""
    app(prog_name="yizhan")


if __name__ == "__main__":
    main()
