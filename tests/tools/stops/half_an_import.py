"""Begins to bring made-up stops in, says `half` in the middle of it, and waits to be killed."""

import asyncio
import sys
import threading

from content.loader import load
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from services.rest_stops.importing.applying import Origin, apply
from services.rest_stops.importing.candidates import prepare
from services.rest_stops.importing.plan import Planning
from tests.content.conftest import SHIPPED
from tests.services.imported_files import run
from tools.stops.made_up import made_up

COUNT = 2_100  # more than are written at a time


def stop_here(_rows: int) -> None:
    """Say so, and go no further."""
    sys.stdout.write("half\n")
    sys.stdout.flush()
    threading.Event().wait()


async def main() -> None:
    """Up to the middle."""
    library = load(SHIPPED)
    rows = [prepare(library, row, each) for row, each in enumerate(made_up(library, COUNT, 1), 2)]
    sessions = make_sessions(make_engine(sys.argv[1]))
    async with transaction(sessions) as session:
        made = await run(session, Planning(library, rows))
    origin = Origin("x.csv", "d" * 64, "gcj02", "x")
    async with transaction(sessions) as session:
        await apply(session, library, utc_now, made, origin, tick=stop_here)


if __name__ == "__main__":
    asyncio.run(main())
