"""A notice while its database is locked or breaks off, and with two bots started by mistake: it
reaches everybody, and nobody twice.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from bot import noticing
from bot.bell import Bells
from bot.delivery import Before, Delivery, Outcome
from db.base import Base
from db.session import make_engine, make_sessions
from services.notices import Report
from tests.bot.test_delivery import FakeCarrier
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat

PEOPLE, SECONDS = 60, 30
# What takes ten seconds outside takes a tenth of one here.
LOCK_WAIT, LOCKED_FOR = 0.1, 0.5


class Slow(FakeCarrier):
    """Lets few go at a time, and each takes a moment: so there is a middle."""

    def __init__(self) -> None:
        super().__init__()
        self.places = asyncio.Semaphore(3)

    async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
        async with self.places:
            outcome = await super().send(number, part, priority, before)
            await asyncio.sleep(0.01)
        return outcome


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.LOOK_EVERY", 0.05)
    monkeypatch.setattr(noticing, "SECONDS_BETWEEN_LOOKS", 0.05)


@asynccontextmanager
async def a_bot(room: Newsroom, url: str, carrier: FakeCarrier) -> AsyncIterator[None]:
    """What makes rows and what sends them, on connections of their own, as in a process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("db.session.LOCK_WAIT", LOCK_WAIT)
        engine = make_engine(url)
    sessions = make_sessions(engine)
    bells = Bells(room.library.notices.limits.batch)
    delivery = Delivery(sessions, room.library, room.clock, "telegram", carrier, bells=bells)
    making = noticing.send_when_due(sessions, room.library, room.clock, bells)
    tasks = [asyncio.create_task(work) for work in (delivery.run(), making)]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await engine.dispose()


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Another connection holds the database, or all its tables, inside the block."""
    # In a thread: whoever holds it now is on our loop and has to go on.
    other = await asyncio.to_thread(_hold, url)
    try:
        yield
    finally:
        await asyncio.to_thread(other.close)


def _hold(url: str) -> sqlite3.Connection | psycopg.Connection:
    if url.startswith("sqlite"):
        file = url.partition("///")[2]
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        return other
    server = psycopg.connect(plain(url))
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    server.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE".encode())
    return server


def break_off(url: str) -> int:
    """Kill all others' connections to the database; how many there were."""
    with psycopg.connect(plain(url), autocommit=True) as server:
        killed = server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        return len(killed.fetchall())


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def middle_of(carrier: FakeCarrier, count: int = PEOPLE // 4) -> None:
    async with asyncio.timeout(SECONDS):
        while len(carrier.sent) < count:  # noqa: ASYNC110 - nobody could set an event
            await asyncio.sleep(0.002)


async def end_of(room: Newsroom, number: int) -> Report:
    """What came of it; what could not be noted as leaving is tried a minute later."""
    async with asyncio.timeout(SECONDS):
        while (report := await room.report(number)).sent + report.unknown < PEOPLE:
            room.clock.advance(seconds=20)
            await asyncio.sleep(0.1)
    return report


def assert_each_once(carrier: FakeCarrier, report: Report) -> None:
    assert Counter(Counter(number for number, _ in carrier.sent).values()) == {1: PEOPLE}
    assert (report.planned, report.sent, report.unknown, report.failed) == (PEOPLE, PEOPLE, 0, {})


async def test_a_database_that_is_locked_in_the_middle(room: Newsroom, database_url: str):
    await room.workers(PEOPLE)
    number = await room.scheduled(urgent=True)
    carrier = Slow()
    async with locked(database_url), a_bot(room, database_url, carrier):  # from the start on
        await asyncio.sleep(LOCKED_FOR)
        assert carrier.sent == []
    async with a_bot(room, database_url, carrier):
        await middle_of(carrier)
        async with locked(database_url):
            await asyncio.sleep(LOCKED_FOR)
            before = len(carrier.sent)
            await asyncio.sleep(LOCKED_FOR)
            assert len(carrier.sent) == before < PEOPLE
        report = await end_of(room, number)
    assert_each_once(carrier, report)


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_a_server_that_breaks_off_all_connections(room: Newsroom, database_url: str):
    await room.workers(PEOPLE)
    number = await room.scheduled(urgent=True)
    carrier, broken = Slow(), []
    async with a_bot(room, database_url, carrier):
        for part in (1, 2, 3):
            await middle_of(carrier, part * PEOPLE // 5)
            broken.append(await asyncio.to_thread(break_off, database_url))
        report = await end_of(room, number)
    assert all(broken)
    assert_each_once(carrier, report)


async def test_two_bots_started_by_mistake_and_one_more_in_the_middle(
    room: Newsroom, database_url: str
):
    await room.workers(PEOPLE)
    carrier = Slow()
    first, second, third = (a_bot(room, database_url, carrier) for _ in range(3))
    async with first, second:
        number = await room.scheduled(urgent=True)
        await middle_of(carrier)
        async with third:  # it takes what the others are sending for interrupted
            report = await end_of(room, number)
            await asyncio.sleep(0.2)
    assert_each_once(carrier, report)
