"""`yizhan staff`: the first admin, invitations, and the way back when no admin can sign in."""

from typing import Annotated

import typer

from content.library import Library
from db.session import Sessions, transaction
from kit.clock import utc_now
from kit.errors import BadInput
from kit.settings import Settings
from services.staff import links, managing, members
from services.staff.permissions import Role
from tools.database import with_database

staff_app = typer.Typer(name="yizhan", no_args_is_help=True, help="Those who work in the console.")


@staff_app.command("link")
def sign_in_link(
    name: Annotated[str, typer.Option(help="Whose link; made known if new")] = "reviewer",
) -> None:
    """Print the link by which the first admin sets up his account, once.

    Where there is an admin already, the address of the sign-in page is printed instead.
    """
    settings = Settings()

    async def run(sessions: Sessions, library: Library) -> None:
        try:
            async with transaction(sessions) as session:
                token = await links.issue_link(session, utc_now, name)
        except links.HasAdmin as error:
            typer.echo(library.say(error.key), err=True)
            typer.echo(f"{settings.console}/sign-in")
            return
        typer.echo(f"{settings.console}/sign-in/{token}")

    with_database(settings, run)


@staff_app.command("invite")
def invite(
    name: Annotated[str, typer.Option(help="Who is invited")],
    role: Annotated[list[str], typer.Option(help="A role; may be given several times")],
    district: Annotated[
        list[str] | None, typer.Option(help="Only this area: province/city/district")
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category's id")] = None,
    unit: Annotated[str, typer.Option(help="The unit of a handler")] = "",
) -> None:
    """Print an invitation, which holds two days and works once."""
    settings = Settings()

    async def run(sessions: Sessions, library: Library) -> None:
        area, ids = "\n".join(district or []), " ".join(category or [])
        grants = [
            members.read_grant(library, _role(each), area, ids, unit)
            for each in dict.fromkeys(role)
        ]
        async with transaction(sessions) as session:
            token = await managing.invite(session, utc_now, None, name, grants)
        typer.echo(library.say("staff.invitation", url=f"{settings.console}/sign-in/{token}"))

    with_database(settings, run)


@staff_app.command("reset")
def reset(name: Annotated[str, typer.Option(help="Whose account")]) -> None:
    """Print a link that sets password and second factor anew: for when no admin can sign in."""
    settings = Settings()

    async def run(sessions: Sessions, library: Library) -> None:
        async with transaction(sessions) as session:
            token = await managing.rescue(session, utc_now, name)
        typer.echo(library.say("staff.new_password", url=f"{settings.console}/sign-in/{token}"))

    with_database(settings, run)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as unknown:
        raise BadInput("staff.no_such_role", role=text, roles=" ".join(Role)) from unknown
