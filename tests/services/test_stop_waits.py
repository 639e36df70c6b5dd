"""Who found a stop shut hears once that it is open again, by staff or by those at the door."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from content.library import Library
from db.models import Account, OutboxRow, RestStopRow, StopWait
from db.session import Sessions, transaction
from kit.errors import NotFound
from services import consents, workers
from services.rest_stops import checking, editing, settling, waits
from services.rest_stops.editing import Signed
from services.rest_stops.reports import KINDS
from services.rest_stops.settling import Look
from services.rest_stops.standing import SHUT, Voice, open_again, standing
from tests.factories import NOON_OF_TESTS, FixedClock, add_staff, add_worker
from tests.fakes import heard
from tests.services.linking import link
from tests.services.stops import CENTRE, stop, store
from tests.staffing import everything
from tests.stops import add_report, add_stop
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

STOP = "gz-1"
BY_VOICES, BY_STAFF = "有骑手说开着了", "工作人员核实过，现在能用了"


class Door:
    """One stop, those who stand before it, staff, and the tick."""

    def __init__(self, sessions: Sessions, library: Library, clock: FixedClock) -> None:
        self.sessions, self.library, self.clock = sessions, library, clock

    async def says(self, kind: str, worker_id: str | None = None, **fields: object) -> str:
        """Somebody at the door, a minute later; returns who."""
        self.clock.advance(minutes=1)
        async with transaction(self.sessions) as session:
            if await session.get(RestStopRow, STOP) is None:
                await add_stop(session, self.library)
            return await add_report(session, self.clock, STOP, kind, worker_id=worker_id, **fields)

    async def waits(self, worker_id: str | None = None) -> str:
        """Who found it shut, and wants to hear when it is open."""
        worker_id = worker_id or await self.says("locked")
        self.clock.advance(seconds=10)
        async with transaction(self.sessions) as session:
            await waits.wait(session, self.library, self.clock, worker_id, STOP)
        return worker_id

    async def settles(self, outcome: str) -> None:
        """Staff look at it."""
        self.clock.advance(minutes=1)
        async with transaction(self.sessions) as session:
            staff = everything((await add_staff(session)).id)
            detail = await checking.show(session, self.library, self.clock, staff, STOP)
            look = Look(staff, outcome, "", detail.heard)
            await settling.settle(session, self.library, self.clock, STOP, look)

    async def edits(self, **values: object) -> None:
        """Staff change it, without settling anything."""
        async with transaction(self.sessions) as session:
            row = await session.get_one(RestStopRow, STOP)
            signed = Signed((await add_staff(session)).id, "电话问过")
            await editing.change(session, self.clock, row, values, signed)

    async def tick(self) -> int:
        async with transaction(self.sessions) as session:
            return await waits.tick(session, self.library, self.clock)

    async def told(self) -> list[tuple[str, str]]:
        """Who was told what."""
        query = select(Account.worker_id, OutboxRow).join(Account).order_by(OutboxRow.number)
        async with transaction(self.sessions) as session:
            return [(row[0], row[1].reply["text"]) for row in await session.execute(query)]

    async def waiting(self) -> int:
        async with transaction(self.sessions) as session:
            return await session.scalar(select(func.count()).select_from(StopWait)) or 0


@pytest.fixture
def door(sessions: Sessions, library: Library, clock: FixedClock) -> Door:
    return Door(sessions, library, clock)


VOICES = st.lists(
    st.builds(
        Voice,
        kind=st.sampled_from(KINDS),
        at=st.integers(0, 40).map(lambda n: NOON_OF_TESTS + timedelta(minutes=n)),
        counts=st.booleans(),
    ),
    max_size=7,
)


@given(voices=VOICES)
def test_open_again_is_what_the_newest_words_say(voices: Sequence[Voice]):
    """A model that asks of each good voice whether anything stands against it."""
    now = NOON_OF_TESTS + timedelta(hours=1)
    hides = {"locked": "hours", "moved": "place", "refused": "entry"}
    good = [
        voice.at
        for voice in voices
        if voice.kind == "open"
        and voice.counts
        and all(other.at < voice.at for other in voices if other.kind in SHUT)
    ]
    is_hidden = bool(standing(voices, now).hidden & set(hides.values()))
    assert open_again(voices) == (max(good) if good and not is_hidden else None)


async def test_somebody_found_it_open(door: Door):
    waiter = await door.waits()
    assert await door.tick() == 0
    await door.says("open")
    assert await door.tick() == 1
    assert [(who, BY_VOICES in text) for who, text in await door.told()] == [(waiter, True)]
    assert (await door.tick(), await door.waiting()) == (0, 0)
    await door.says("open")
    assert (await door.tick(), len(await door.told())) == (0, 1)


@pytest.mark.parametrize(
    ("words", "is_open"),
    [
        ([("open", {"days": 0})], False),  # a newcomer far away counts for nothing
        ([("open", {"days": 0, "near": True})], True),
        ([("open", {}), ("locked", {})], False),
        ([("open", {}), ("locked", {"days": 0})], False),
        ([("open", {}), ("dry", {})], True),
        ([("moved", {}), ("open", {})], True),
        ([("locked", {}), ("open", {})], False),  # two who agree are undone by two
        ([("locked", {}), ("open", {}), ("open", {})], True),
    ],
)
@on_sqlite
async def test_what_those_at_the_door_come_to(
    door: Door,
    words: list[tuple[str, dict[str, object]]],
    is_open: bool,  # noqa: FBT001 - a table
):
    await door.waits()
    for kind, fields in words:
        await door.says(kind, **fields)
    assert await door.tick() == int(is_open)


@on_sqlite
async def test_a_word_of_before_he_asked_is_no_news(door: Door):
    waiter = await door.says("locked")
    await door.says("open")
    await door.waits(waiter)
    assert await door.tick() == 0


@on_sqlite
async def test_who_finds_it_open_himself_waits_no_more(door: Door):
    waiter = await door.waits()
    await door.says("open", waiter)
    assert await door.waiting() == 0


@pytest.mark.parametrize(("outcome", "left"), [("right", 0), ("withdrawn", 1)])
async def test_the_answer_to_his_report_is_not_said_twice(door: Door, outcome: str, left: int):
    await door.waits()
    await door.settles(outcome)
    assert await door.tick() == 0
    [(_, text)] = await door.told()
    assert "你说“锁门”的" in text
    assert await door.waiting() == left


@on_sqlite
async def test_staff_answer_who_waits_and_reported_nothing_that_was_open(door: Door):
    """His report was settled before he asked: the next look answers others, and he is told."""
    waiter = await door.says("locked")
    await door.settles("right")
    await door.waits(waiter)
    other = await door.says("locked")
    await door.settles("right")
    assert await door.tick() == 1
    news = [(who, text) for who, text in await door.told() if BY_STAFF in text]
    assert [who for who, _ in news] == [waiter]
    assert other != waiter


@on_sqlite
async def test_a_look_of_staff_does_not_outlive_a_newer_word(door: Door):
    waiter = await door.says("locked")
    await door.settles("right")
    await door.waits(waiter)
    await door.says("locked")
    await door.settles("right")
    await door.says("refused")
    assert await door.tick() == 0


async def test_a_stop_that_comes_back_to_the_map(door: Door):
    waiter = await door.waits()
    await door.settles("withdrawn")
    assert (await door.tick(), await door.waiting()) == (0, 1)
    await door.edits(status="open_to_public")
    assert await door.tick() == 1
    assert [who for who, text in await door.told() if BY_STAFF in text] == [waiter]


@on_sqlite
async def test_a_wait_ends_after_its_days(door: Door):
    await door.waits()
    door.clock.advance(days=door.library.reminders.stop_days)
    await door.says("open")
    assert (await door.tick(), await door.waiting()) == (0, 0)


@pytest.mark.parametrize(("hour", "told"), [(2, 0), (12, 0), (15, 1), (18, 0)])
@on_sqlite
async def test_nobody_is_told_at_night_or_at_a_riding_peak(door: Door, hour: int, told: int):
    await door.waits()
    await door.says("open")
    shanghai = datetime(2026, 11, 19, hour, tzinfo=UTC) - timedelta(hours=8)
    door.clock.now = shanghai
    assert await door.tick() == told


@on_sqlite
async def test_what_is_shut_again_by_morning_is_not_told(door: Door):
    await door.waits()
    door.clock.now = datetime(2026, 11, 18, 15, tzinfo=UTC)  # 23:00
    await door.says("open")
    assert await door.tick() == 0
    await door.says("locked")
    door.clock.now = datetime(2026, 11, 19, 0, tzinfo=UTC)  # 8:00
    assert (await door.tick(), await door.waiting()) == (0, 1)


async def test_of_two_tickers_one_tells(door: Door):
    who = [await door.says("refused", near=number > 0) for number in range(5)]
    for each in who:
        await door.waits(each)
    for _ in range(2):
        await door.says("open")
    done = await asyncio.gather(*(door.tick() for _ in range(4)))
    assert sum(done) == len(await door.told()) == 5


async def test_who_opted_out_closed_his_channel_or_left_hears_nothing(door: Door):
    opted_out, gone, left = [await door.waits() for _ in "123"]
    async with transaction(door.sessions) as session:
        await consents.withdraw(session, door.clock, opted_out, consents.NEWS)
        closed = update(Account).where(Account.worker_id == gone)
        await session.execute(closed.values(gone_at=door.clock()))
        assert (await workers.stored(session, door.clock, left)).waits == 1
        await waits.forget_worker(session, left)
    for _ in range(2):
        await door.says("open")
    assert await door.tick() == 2
    assert await door.told() == []


@on_sqlite
async def test_nobody_waits_for_what_is_not_there(door: Door):
    async with transaction(door.sessions) as session:
        worker = await add_worker(session)
        with pytest.raises(NotFound):
            await waits.wait(session, door.library, door.clock, worker.id, STOP)


@on_sqlite
async def test_the_offer_stands_beside_a_report_that_it_is_shut(
    chat: Chat, sessions: Sessions, worker: WorkerTester, phone: WorkerTester
):
    chat.rasa.hears = {"删掉": heard("delete_my_data")}
    await store(sessions, stop("first", 20, opening_hours="24/7", hours_text="24小时"))
    for who in (worker, phone):
        await who.is_at(CENTRE.lat, CENTRE.lon)
    await worker.presses("没水没电")
    worker.sees_not("开了告诉我")
    for who in (worker, phone):
        await who.is_at(CENTRE.lat, CENTRE.lon)
        await who.presses("锁门")
        await who.presses("开了告诉我")
        who.sees("first驿站开了就告诉你一次", "2026-12-18")
    await worker.is_at(CENTRE.lat, CENTRE.lon)
    await worker.presses("不让进")
    worker.sees_not("开了告诉我")  # he waits already
    await link(worker, phone)
    await phone.says("我的提醒")
    phone.sees("等“first驿站”开门，最晚等到2026-12-18")
    assert phone.titles.count("不等first驿站") == 1
    await phone.presses("不等first驿站")
    phone.sees("不等了")
    await phone.says("我的提醒")
    phone.sees("你没有要过提醒")
