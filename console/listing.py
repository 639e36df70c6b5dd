"""Lists the pages that the console has: `python -m console --pages` prints a path a line.

For tools, which may not import the console. Building it opens no database.
"""

import sys
from collections.abc import Iterable, Iterator

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from console.app import create_app
from content.loader import load
from db.session import make_engine, make_sessions
from kit.clock import utc_now
from kit.settings import Settings

ASKED = "--pages"


def routes(among: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route; FastAPI hides those of an included router in an object of its own."""
    for route in among:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from routes(included.routes)
        elif isinstance(route, APIRoute):
            yield route


def show(settings: Settings) -> None:
    """Print the path of each route that answers GET."""
    sessions = make_sessions(make_engine(settings.database))
    app = create_app(settings, sessions, load(settings.content_dir), utc_now)
    paths = {each.path for each in routes(app.routes) if "GET" in (each.methods or ())}
    sys.stdout.write("".join(f"{path}\n" for path in sorted(paths)))
