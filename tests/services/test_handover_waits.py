"""The waits of talks: each ends with a word to the worker, once, and nobody waits for ever."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.calendar_schema import CalendarYear
from db.repositories.accounts import AccountRepository
from db.session import transaction
from kit.clock import SHANGHAI
from kit.errors import AppError, BadInput, NotAllowed
from services.accounts import mark_gone
from services.handovers import hours, steps, ticking
from services.handovers.steps import NotYours
from services.staff.permissions import Role
from tests.services.talking import Desk
from tests.staffing import acting
from tests.testers.chat import Chat, on_sqlite, shipped_library
from tests.testers.worker import WorkerTester

MADE_UP = date(2026, 11, 22)  # a Sunday
HOLIDAY = date(2026, 11, 19)  # a Thursday
YEAR = CalendarYear(source="notice", days_off=(HOLIDAY,), made_up_days=(MADE_UP,))
RULES = shipped_library().handovers
FIRST = datetime(2026, 11, 16, tzinfo=SHANGHAI)
MOMENTS = st.integers(0, 14 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    chat.rasa.mode = "down"


@pytest.fixture
def desk(chat: Chat) -> Desk:
    return Desk(chat)


@cache
def naive(moment: datetime) -> bool:
    """Whether staff talk, said in the plainest way."""
    here = moment.astimezone(SHANGHAI)
    off = here.weekday() >= 5 or here.date() == HOLIDAY
    works = here.date() == MADE_UP or not off
    return works and time(9) <= here.time() < time(17, 30)


@given(moment=MOMENTS)
def test_the_hours_are_those_of_working_days(moment: datetime):
    years = {2026: YEAR}
    assert hours.is_open(RULES, years, moment.astimezone(UTC)) == naive(moment)
    opening = hours.next_opening(RULES, years, moment)
    assert opening > moment
    assert naive(opening)
    assert not naive(opening - timedelta(minutes=1))
    between = moment + timedelta(minutes=1)
    was_open = naive(moment)
    while between < opening:
        # It may still be open, but it never opens before.
        assert was_open or not naive(between)
        was_open = naive(between)
        between += timedelta(minutes=15)


def test_an_unpublished_year_has_its_weekdays():
    assert hours.works(date(2031, 3, 3), {})
    assert not hours.works(date(2031, 3, 2), {})


async def test_who_is_not_taken_is_told_once(worker: WorkerTester, desk: Desk):
    await desk.comes()
    await worker.says("转人工")
    assert await desk.ticks(minutes=4) == 0
    assert await desk.ticks(minutes=1) == 1
    assert await desk.ticks(minutes=1) == 0
    (told,) = await desk.told(worker)
    assert "已经等了5分钟，还没有人接" in told["text"]
    assert [each["title"] for each in told["choices"]] == ["接着等", "留言", "返回机器人"]
    await desk.presses(worker, "接着等")
    worker.sees("你排第1位")
    await desk.presses(worker, "留言")
    worker.sees("把要说的打在这里")


async def test_many_who_tick_at_once_act_once(chat: Chat, worker: WorkerTester, desk: Desk):
    await worker.says("转人工")
    chat.clock.advance(minutes=6)

    async def tick() -> int:
        async with transaction(chat.sessions) as session:
            return await ticking.tick(session, chat.library, chat.clock)

    assert sorted(await asyncio.gather(*(tick() for _ in range(4)))) == [0, 0, 0, 1]
    assert len(await desk.told(worker)) == 1


@on_sqlite
async def test_whose_staff_are_silent_is_first_again(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.writes(staff, talk, "你好")
    assert await desk.ticks(minutes=11) == 0
    await worker.says("在吗")
    await desk.ticks(minutes=5)
    await worker.says("还在吗")
    await desk.ticks(minutes=5)
    assert "工作人员一直没回话" in (await desk.told(worker))[-1]["text"]
    assert (await desk.talk_of(worker)).state == "waiting"
    with pytest.raises(NotYours):
        await desk.writes(staff, talk, "来了")


@on_sqlite
async def test_a_talk_that_nobody_goes_on_with_is_over(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.writes(staff, talk, "还有事吗")
    await desk.ticks(minutes=29)
    assert (await desk.talk_of(worker)).state == "taken"
    await desk.ticks(minutes=2)
    assert (await desk.talk_of(worker)).reason == "idle"
    assert "很久没人说话" in (await desk.told(worker))[-1]["text"]
    await worker.says("菜单")
    worker.sees("我能帮你")


@on_sqlite
async def test_at_the_end_of_the_day_all_are_told(chat: Chat, desk: Desk):
    staff = await desk.comes()
    chat.clock.advance(hours=6, minutes=55)  # 17:25
    silent, spoke, talks = [await chat.newcomer() for _ in range(3)]
    for each in (silent, spoke, talks):
        await each.says("转人工")
    await spoke.says("站点扣我钱")
    await desk.does(steps.take, staff, (await desk.talk_of(talks)).id)
    await desk.ticks(minutes=5)
    ends = [(await desk.told(each))[-1]["text"] for each in (silent, spoke, talks)]
    assert "今天没有人接到，对不住。下次是明天9点，也可以留言" in ends[0]
    assert "你说的都留着，明天9点以后有人看" in ends[1]
    assert "下班时间到了" in ends[2]
    states = [(await desk.talk_of(each)).state for each in (silent, spoke, talks)]
    assert states == ["closed", "left", "taken"]
    await spoke.says("菜单")
    spoke.sees("我能帮你")


@on_sqlite
async def test_word_that_is_left_waits_without_the_bot_waiting(
    chat: Chat, worker: WorkerTester, desk: Desk
):
    chat.clock.advance(hours=8)
    await worker.says("转人工")
    await worker.presses("留言")
    await worker.says("门锁着")
    await desk.ticks(minutes=31)
    assert "留言收下了" in (await desk.told(worker))[-1]["text"]
    await worker.says("菜单")
    worker.sees("我能帮你")
    staff = await desk.comes()
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.ticks(minutes=11)
    assert (await desk.talk_of(worker)).state == "left"
    await desk.does(steps.take, staff, talk)
    await desk.does(steps.end, staff, talk, why="elsewhere")
    assert "你的留言工作人员看过了" in (await desk.told(worker))[-1]["text"]


async def test_of_two_who_take_at_once_one_wins(chat: Chat, worker: WorkerTester, desk: Desk):
    pair = [await desk.comes("陈静"), await desk.comes("李强")]
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id

    async def take(number: int) -> str:
        try:
            await desk.does(steps.take, pair[number], talk)
        except AppError as error:
            return chat.library.say(error.key, **error.fields)
        return ""

    told = await asyncio.gather(take(0), take(1))
    loser = told.index(max(told))
    assert told[1 - loser] == ""
    assert f"已经由{pair[1 - loser].name}接了" in told[loser]
    assert len([r for r in await desk.told(worker) if "工作人员来了" in r["text"]]) == 1


async def test_a_form_sent_twice_says_it_once(worker: WorkerTester, desk: Desk):
    staff, other = await desk.comes("陈静"), await desk.comes("李强")
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    for _ in range(2):
        await desk.writes(staff, talk, "你好", form="token")
    assert [word.words for word in await desk.words()] == ["你好"]
    for text in ("", "字" * 1001):
        with pytest.raises(BadInput):
            await desk.writes(staff, talk, text)
    with pytest.raises(NotYours):
        await desk.writes(other, talk, "我来")
    await desk.does(steps.pass_on, staff, talk, to=other.id)
    await desk.writes(other, talk, "我来")
    await desk.does(steps.give_back, other, talk)
    assert "你排在最前面" in (await desk.told(worker))[-1]["text"]
    history = [each.kind for each in (await desk.thread(staff, talk)).history]
    assert history == ["asked", "taken", "passed", "given_back"]


@on_sqlite
async def test_words_are_sealed_and_deleted_in_time(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    await worker.says("我电话13812345678")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.writes(staff, talk, "好")
    said = (await desk.words())[0]
    assert "13812345678" not in (said.words or "")
    assert said.original is not None
    assert b"13812345678" not in said.original
    await worker.says("返回机器人")
    await desk.does_forget(days=29)
    assert len(await desk.words()) == 2
    await desk.does_forget(days=2)
    assert await desk.words() == []
    assert await desk.told(worker) == []
    assert (await desk.talk_of(worker)).reason == "worker"


@on_sqlite
async def test_only_who_may_talk_everywhere_sees_talks(chat: Chat, desk: Desk):
    async with transaction(chat.sessions) as session:
        auditor = await acting(session, chat.clock, "审计", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await desk.board(auditor)
    with pytest.raises(NotAllowed):
        await desk.does(steps.take, auditor, "x")


@on_sqlite
async def test_word_that_nobody_read_is_deleted_and_its_worker_told(
    chat: Chat, worker: WorkerTester, desk: Desk
):
    chat.clock.advance(hours=8)
    await worker.says("转人工")
    await worker.presses("留言")
    await worker.says("门锁着")
    await worker.says("返回机器人")
    await desk.does_forget(days=31)
    await desk.does_forget(days=31)
    assert await desk.words() == []
    assert [r["text"].splitlines()[0] for r in await desk.told(worker)] == [
        "你的留言一直没有人看，对不住。留言已经按期删掉了，要紧的事请打："
    ]


async def test_a_word_said_while_staff_end_the_talk_is_answered_by_one_of_them(
    chat: Chat, desk: Desk
):
    staff = await desk.comes()
    for _ in range(3):
        worker = await chat.newcomer()
        await worker.says("转人工")
        talk = (await desk.talk_of(worker)).id
        await desk.does(steps.take, staff, talk)
        end = desk.does(steps.end, staff, talk, why="solved")
        await asyncio.gather(end, worker.says("菜单上没有的话"))
        lines = (await desk.thread(staff, talk)).lines
        assert bool(lines) != bool(worker.replies)
        assert (await desk.talk_of(worker)).state == "closed"


async def test_staff_see_that_what_they_write_reaches_nobody(
    chat: Chat, worker: WorkerTester, desk: Desk
):
    """He closed the chat: they wrote on, and it stood there as if he had read it."""
    staff = await desk.comes()
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    assert not (await desk.thread(staff, talk)).is_gone
    async with transaction(chat.sessions) as session:
        for each in await AccountRepository(session).of_worker(worker.id):
            await mark_gone(session, chat.clock, each.id)
    assert (await desk.thread(staff, talk)).is_gone
