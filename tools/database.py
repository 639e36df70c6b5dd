"""Opens the database for one command, and says what a person should hear of what went wrong."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable

import typer
from sqlalchemy.exc import OperationalError

from content.library import Library
from content.loader import load
from content.problems import ContentError
from db.migrate import current, head
from db.session import Sessions, make_engine, make_sessions
from kit.errors import AppError, BadInput
from kit.settings import Settings
from services import vault


def with_database(settings: Settings, run: Callable[[Sessions, Library], Awaitable[None]]) -> None:
    """Run something with sessions and the library; what a person should hear is printed."""
    try:
        library = load(settings.content_dir)
    except ContentError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error

    async def work() -> None:
        engine = make_engine(settings.database)
        try:
            sessions = make_sessions(engine, master_key=vault.master_key(settings))
            await run(sessions, library)
        finally:
            await engine.dispose()

    try:
        asyncio.run(work())
    except AppError as error:
        typer.echo(library.say(error.key, **error.fields), err=True)
        raise typer.Exit(1) from error


def with_tables(run: Callable[[Sessions, Library], Awaitable[None]]) -> None:
    """The same for what writes much: on tables of this version, and not while another writes."""
    settings = Settings()

    async def patiently(sessions: Sessions, library: Library) -> None:
        try:
            if await current(settings.database) != head():
                raise BadInput("stops_import.other_tables")
            await run(sessions, library)
        except OperationalError as error:
            raise BadInput("stops_import.busy") from error

    with_database(settings, patiently)


def me() -> str:
    """Who types the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container that knows no such user
        return "yizhan"
