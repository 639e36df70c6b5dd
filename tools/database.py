"""Opens the database for one command, and says what a person should hear of what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable

import typer

from content.library import Library
from content.loader import load
from content.problems import ContentError
from db.session import Sessions, make_engine, make_sessions
from kit.errors import AppError
from kit.settings import Settings


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
            await run(make_sessions(engine), library)
        finally:
            await engine.dispose()

    try:
        asyncio.run(work())
    except AppError as error:
        typer.echo(library.say(error.key, **error.fields), err=True)
        raise typer.Exit(1) from error
