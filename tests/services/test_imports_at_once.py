"""Two imports at once, or an import and an edit: one is whole, and the other waits for it."""

import asyncio

from sqlalchemy import func, select

from content.library import Library
from db.models import RestStopRow, StopImport
from db.repositories.stop_imports import StopImportRepository
from db.session import Sessions, make_engine, make_sessions, transaction
from services.rest_stops import editing
from services.rest_stops.importing.applying import Overtaken, apply
from tests.factories import FixedClock
from tests.services.imported_files import ORIGIN, another, look
from tests.staffing import everything
from tests.stops import add_stop

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


async def test_an_edit_waits_for_an_import_of_the_same_stop(
    sessions: Sessions, database_url: str, library: Library
):
    async with transaction(sessions) as session:
        await add_stop(session, library)
    engine = make_engine(database_url)
    began, may_write = asyncio.Event(), asyncio.Event()

    async def bring() -> None:
        async with transaction(sessions) as session:
            imports = StopImportRepository(session)
            await imports.lock()
            await imports.state()  # as importing begins; SQLite locks with the first query
            began.set()
            await may_write.wait()
            await imports.update_stops(["street"], [{"id_": "gz-1", "street": "凤阳街道"}])

    async def edit() -> str | None:
        await began.wait()
        async with transaction(make_sessions(engine)) as session:
            row = await editing.find(session, everything("s"), "gz-1", lock=True)
            row.note = "二楼"
            return row.street

    try:
        importing, edited = asyncio.ensure_future(bring()), asyncio.ensure_future(edit())
        await began.wait()
        # Held by both, the stop would stop both: PostgreSQL would end one of them by force.
        waiting, _ = await asyncio.wait([edited], timeout=0.3)
        may_write.set()
        await importing
        assert (waiting, await edited) == (set(), "凤阳街道")
    finally:
        await engine.dispose()
