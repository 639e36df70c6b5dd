"""Two imports at once: one is whole, and the other waits and says that it was overtaken."""

import asyncio

from sqlalchemy import func, select

from content.library import Library
from db.models import RestStopRow, StopImport
from db.session import Sessions, make_engine, make_sessions, transaction
from services.rest_stops.importing.applying import Overtaken, apply
from tests.factories import FixedClock
from tests.services.imported_files import ORIGIN, another, look

MANY = 30


async def test_the_second_waits_and_says_so(
    sessions: Sessions, database_url: str, clock: FixedClock, library: Library
):
    first = await look(sessions, library, *(another(number) for number in range(MANY)))
    second = await look(sessions, library, *(another(number) for number in range(9, 9 + MANY)))
    engine = make_engine(database_url)
    written, may_end = asyncio.Event(), asyncio.Event()

    async def bring_first() -> None:
        async with transaction(sessions) as session:
            await apply(session, library, clock, first, ORIGIN)
            written.set()
            await may_end.wait()

    async def bring_second() -> str:
        await written.wait()
        try:
            async with transaction(make_sessions(engine)) as session:
                # On PostgreSQL it waits for the lock in here, on SQLite before it begins.
                await apply(session, library, clock, second, ORIGIN)
        except Overtaken as overtaken:
            return overtaken.key
        return "written"

    try:
        one, two = asyncio.ensure_future(bring_first()), asyncio.ensure_future(bring_second())
        await written.wait()
        waiting, _ = await asyncio.wait([two], timeout=0.3)
        assert waiting == set()
        may_end.set()
        await one
        assert await two == "stops_import.overtaken"
    finally:
        await engine.dispose()
    async with transaction(sessions) as session:
        assert await session.scalar(select(func.count()).select_from(RestStopRow)) == MANY
        assert await session.scalar(select(func.count()).select_from(StopImport)) == 1
