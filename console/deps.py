"""What a request is given: the console's parts and its one transaction."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from console.pages import Pages
from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from kit.settings import Settings


@dataclass(frozen=True)
class Console:
    """What `create_app` was handed, for the routes to reach."""

    settings: Settings
    sessions: Sessions
    library: Library
    clock: Clock
    pages: Pages


def console_of(request: Request) -> Console:
    """The parts of the app that serves this request."""
    parts: Console = request.app.state.console
    return parts


async def open_transaction(request: Request) -> AsyncGenerator[AsyncSession]:
    """One transaction for the request; an error in the route rolls it back."""
    async with transaction(console_of(request).sessions) as session:
        yield session


Parts = Annotated[Console, Depends(console_of)]
# Of function scope, hence committed before the answer leaves: who is redirected sees his change.
Session = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
