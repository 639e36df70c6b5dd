"""Who changes stops moves their version, and an index never holds what was not committed."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from content.library import Library
from db.models import RestStopRow
from db.repositories import stop_index
from db.session import Sessions, make_engine, make_sessions, transaction
from services import editions
from services.rest_stops import editing, index, settling
from services.rest_stops.around import around
from services.rest_stops.settling import Look
from tests.architecture.tree import python, read
from tests.factories import FixedClock, add_staff
from tests.services.imported_files import ONE, bring
from tests.services.stops import CENTRE, stop, store
from tests.services.test_stop_proposals import Desk
from tests.staffing import everything
from tests.stops import add_proposal, add_report, add_stop


async def ids_around(sessions: Sessions, clock: FixedClock) -> set[str]:
    async with transaction(sessions) as session:
        return set((await around(session, clock, CENTRE)).ids)


async def version(sessions: Sessions) -> int:
    async with transaction(sessions) as session:
        return await stop_index.newest(session)


Writer = Callable[[Sessions, Library, FixedClock], Awaitable[None]]


async def nothing(_sessions: Sessions, _library: Library, _clock: FixedClock) -> None:
    """Before the writer comes there is no stop."""


async def one_stop(sessions: Sessions, library: Library, _clock: FixedClock) -> None:
    async with transaction(sessions) as session:
        await add_stop(session, library)


async def one_report(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await one_stop(sessions, library, clock)
    async with transaction(sessions) as session:
        await add_report(session, clock, "gz-1", "locked")


async def one_proposal(sessions: Sessions, _library: Library, clock: FixedClock) -> None:
    async with transaction(sessions) as session:
        await add_proposal(session, clock)


async def an_edition(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)


async def a_newer_edition(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    key, *_ = library.stops
    named = {key: library.stops[key].model_copy(update={"name": "改了名的驿站"})}
    async with transaction(sessions) as session:
        newer = replace(library, stops={**library.stops, **named}, version="newer")
        await editions.load(session, newer, clock)


async def an_edition_without_one(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    _, *kept = library.stops
    stops = {key: library.stops[key] for key in kept}
    async with transaction(sessions) as session:
        await editions.load(session, replace(library, stops=stops, version="newer"), clock)


async def an_import(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await bring(sessions, library, clock, ONE)


async def an_import_of_a_change(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await bring(sessions, library, clock, replace(ONE, lat=22.9))


async def an_edit(sessions: Sessions, _library: Library, clock: FixedClock) -> None:
    async with transaction(sessions) as session:
        row = await editing.find(session, everything("s"), "gz-1", lock=True)
        signed = editing.Signed("s", "打电话核实过")
        await editing.change(session, clock, row, {"facilities": ("水",)}, signed)


async def a_look(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await _look(sessions, library, clock, settling.RIGHT)


async def a_withdrawal(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await _look(sessions, library, clock, settling.GONE)


async def _look(sessions: Sessions, library: Library, clock: FixedClock, outcome: str) -> None:
    async with transaction(sessions) as session:
        staff = await add_staff(session)
        rows = settling.StopReportRepository(session)
        heard = settling.heard(await rows.unsettled(["gz-1"]))
        look = Look(everything(staff.id), outcome, "", heard)
        await settling.settle(session, library, clock, "gz-1", look)


async def an_acceptance(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    await Desk(sessions, library, clock).accepts()


@pytest.mark.parametrize(
    ("before", "writer"),
    [
        (nothing, an_edition),
        (an_edition, a_newer_edition),
        (an_edition, an_edition_without_one),
        (nothing, an_import),
        (an_import, an_import_of_a_change),
        (one_stop, an_edit),
        (one_report, a_look),
        (one_report, a_withdrawal),
        (one_proposal, an_acceptance),
    ],
)
async def test_every_writer_moves_the_version_and_stamps_what_he_wrote(
    sessions: Sessions, library: Library, clock: FixedClock, before: Writer, writer: Writer
):
    await before(sessions, library, clock)
    async with transaction(sessions) as session:
        was = {row.id: row for row in await session.scalars(select(RestStopRow))}
    last = await version(sessions)
    await writer(sessions, library, clock)
    now = await version(sessions)
    assert now > last
    async with transaction(sessions) as session:
        rows = (await session.scalars(select(RestStopRow))).all()
    changed = {row.id for row in rows if row.id not in was or told(row) != told(was[row.id])}
    assert changed
    assert {row.id for row in rows if row.version > last} >= changed
    assert max(row.version for row in rows) <= now


def told(row: RestStopRow) -> dict[str, object]:
    """What is told of a stop: the edition that it was last brought to is not."""
    return {
        column.name: getattr(row, column.name)
        for column in RestStopRow.__table__.columns
        if column.name not in {"version", "edition"}
    }


def test_only_these_write_stops_past_the_orm():
    """Whoever else does must move the version too, and be tested above."""
    writes = re.compile(r"\b(?:insert|update|delete)\(\s*RestStopRow|INTO rest_stops|UPDATE rest_")
    found = {name for name in python() if writes.search(read(name))}
    assert found == {"db/repositories/stop_imports.py"}


async def test_what_is_rolled_back_is_never_found_though_its_number_comes_again(
    sessions: Sessions, clock: FixedClock
):
    await store(sessions, stop("old", 10))
    assert await ids_around(sessions, clock) == {"old"}

    async def fail() -> None:
        async with transaction(sessions) as session:
            session.add(stop("undone", 20))
            await session.flush()
            # Among what is not committed nobody searches, he who wrote it neither.
            assert set((await around(session, clock, CENTRE)).ids) == {"old"}
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await ids_around(sessions, clock) == {"old"}
    await store(sessions, stop("new", 30))
    assert await version(sessions) == 2  # as that of what was undone
    assert await ids_around(sessions, clock) == {"old", "new"}


async def test_what_was_changed_after_the_version_was_read_is_not_misstated(
    sessions: Sessions, clock: FixedClock
):
    """The index says what to read; what is told is what is stored then."""
    await store(sessions, stop("moved", 10), stop("gone", 20), stop("stays", 30))
    await ids_around(sessions, clock)
    stale = index.of(sessions.beside)
    async with transaction(sessions) as session:
        (await session.get_one(RestStopRow, "gone")).status = "withdrawn"
        (await session.get_one(RestStopRow, "moved")).lat = 24.0
    stale.version = await version(sessions)
    assert await ids_around(sessions, clock) == {"stays"}


async def test_a_database_of_before_is_read_anew(sessions: Sessions, clock: FixedClock):
    await store(sessions, stop("a", 10))
    index.of(sessions.beside).version = 7
    assert await ids_around(sessions, clock) == {"a"}


async def test_two_who_come_first_read_all_once(sessions: Sessions, clock: FixedClock):
    await store(sessions, *(stop(f"s{n}", n) for n in range(5)))
    reads: list[str] = []
    reader = sessions.beside._engine.sync_engine
    event.listen(reader, "before_cursor_execute", lambda *told: reads.append(told[2]))
    found = await asyncio.gather(*(ids_around(sessions, clock) for _ in range(4)))
    assert [len(ids) for ids in found] == [5] * 4
    assert sum("FROM rest_stops" in read for read in reads) == 1


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_versions_become_visible_in_their_order(
    sessions: Sessions, database_url: str, clock: FixedClock
):
    """Else an index that saw the later one would never take the earlier one up."""
    engine = make_engine(database_url)
    written, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with transaction(sessions) as session:
            session.add(stop("first", 10))
            await session.flush()
            written.set()
            await may_end.wait()

    async def second() -> None:
        await written.wait()
        await store(make_sessions(engine), stop("second", 20))

    try:
        one, two = asyncio.ensure_future(first()), asyncio.ensure_future(second())
        await written.wait()
        done, _ = await asyncio.wait([two], timeout=0.3)
        seen = await ids_around(make_sessions(engine), clock)
        may_end.set()
        await asyncio.gather(one, two)
    finally:
        await engine.dispose()
    assert (done, seen) == (set(), set())
    assert await ids_around(sessions, clock) == {"first", "second"}
