"""One tick does what is due of each noun, and goes on while the database is away."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import ticking
from content.library import Library
from db.models import OutboxRow
from db.session import Sessions, transaction
from services import deadlines
from services.rest_stops import waits
from tests.factories import FixedClock, add_worker
from tests.stops import add_report, add_stop

TOPIC = ("labour_arbitration", date(2026, 12, 24))


async def test_a_tick_reminds_of_all_that_is_due(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        await deadlines.keep(session, library, clock, worker.id, TOPIC)
        await add_stop(session, library)
        await add_report(session, clock, "gz-1", "locked", worker_id=worker.id)
        await waits.wait(session, library, clock, worker.id, "gz-1")
        clock.advance(days=7)
        await add_report(session, clock, "gz-1", "open")
    for _ in range(2):
        await ticking.tick(sessions, library, clock)
    async with transaction(sessions) as session:
        causes = [row.cause for row in await session.scalars(select(OutboxRow))]
    assert sorted(cause.split(":")[1] for cause in causes) == ["deadline", "stop"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_it_ticks_on_when_the_database_was_away(
    sessions: Sessions, library: Library, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    ticked, again = [], asyncio.Event()

    async def tick(*_: object) -> int:
        ticked.append(1)
        if len(ticked) == 1:
            raise OperationalError("select", {}, OSError())
        again.set()
        return 0

    monkeypatch.setattr(ticking, "SECONDS_BETWEEN_TICKS", 0.01)
    monkeypatch.setattr(ticking, "TICKS", {"something_done": tick})
    task = asyncio.create_task(ticking.tick_now_and_then(sessions, library, clock))
    await asyncio.wait_for(again.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
