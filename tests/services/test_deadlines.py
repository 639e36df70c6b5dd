"""The last day of a time limit: asked for, counted, kept with a yes, reminded of once a time."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from content.notice_schema import Window
from db.models import Account, Consent, Deadline, DeadlineMoment, OutboxRow
from db.session import transaction
from kit.clock import SHANGHAI, in_shanghai
from services import consents, deadlines, workers
from services.deadlines import last_day, moments
from tests.factories import add_worker
from tests.fakes import heard
from tests.services.linking import link
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

ASKED = "劳动仲裁多久有效"
HEARD = {ASKED: heard("ask_labour_arbitration"), "最低工资": heard("ask_minimum_wage")}
TOPIC = "labour_arbitration"


@pytest.fixture(params=["up", "down"])
def rasa(request: pytest.FixtureRequest, chat: Chat) -> None:
    """The dialogue needs no understanding."""
    chat.rasa.mode, chat.rasa.hears = request.param, dict(HEARD)


def set_clock(chat: Chat, day: str, hour: int = 10, minute: int = 0) -> None:
    at = datetime.combine(date.fromisoformat(day), time(hour, minute), SHANGHAI)
    chat.clock.now = at.astimezone(UTC)


async def tick(chat: Chat) -> int:
    async with transaction(chat.sessions) as session:
        return await deadlines.tick(session, chat.library, chat.clock)


async def texts(chat: Chat) -> list[str]:
    async with transaction(chat.sessions) as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.number))
        return [row.reply["text"] for row in rows]


async def count(chat: Chat, table: type) -> int:
    async with transaction(chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def keep(chat: Chat, last: str, worker_id: str | None = None) -> str:
    """A kept last day, of a newcomer if nobody is named; returns whose it is."""
    async with transaction(chat.sessions) as session:
        worker_id = worker_id or (await add_worker(session)).id
        kept = (TOPIC, date.fromisoformat(last))
        await deadlines.keep(session, chat.library, chat.clock, worker_id, kept)
    return worker_id


# How days are counted.


@given(known=st.dates(date(1990, 1, 1), date(2080, 12, 31)), years=st.integers(1, 20))
def test_the_last_day_bears_the_same_date_some_years_later(known: date, years: int):
    found = last_day(known, years)
    day = date(known.year + years, known.month, 1)
    for _ in range(31):  # to that date, or to where the month ends before it
        following = day + timedelta(days=1)
        if day.day == known.day or following.month != day.month:
            break
        day = following
    assert found == day


WINDOWS = st.lists(
    st.builds(
        Window,
        start=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
        end=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
    ).filter(lambda window: window.start != window.end),
    max_size=3,
)


def is_quiet(moment: datetime, windows: list[Window]) -> bool:
    """Whether a minute lies in a window, by listing the window's minutes of a day."""
    now = moment.hour * 60 + moment.minute
    for window in windows:
        first, end = (at.hour * 60 + at.minute for at in (window.start, window.end))
        if now in {n % 1440 for n in range(first, end if first < end else end + 1440)}:
            return True
    return False


@given(
    last=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    before=st.frozensets(st.integers(1, 60), min_size=1, max_size=4),
    minutes=st.integers(-70 * 1440, 5 * 1440),
    windows=WINDOWS,
)
def test_reminders_come_in_the_first_minute_that_is_not_quiet(
    last: date, before: frozenset[int], minutes: int, windows: list[Window]
):
    now = datetime.combine(last, time(0), SHANGHAI) + timedelta(minutes=minutes)
    model = {}
    for days in before:
        at = datetime.combine(last - timedelta(days=days), time(9), SHANGHAI)
        for _ in range(3 * 1440):
            if not is_quiet(at, windows):
                break
            at += timedelta(minutes=1)
        else:
            return  # nobody is ever told anything: no such content is shipped
        if at > now:
            model[days] = at
    assert dict(moments(last, before, now, windows)) == model


# The conversation.


@pytest.mark.usefixtures("rasa")
async def test_from_the_answer_to_the_reminder(chat: Chat, worker: WorkerTester):
    if chat.rasa.mode == "up":
        await worker.says(ASKED)
    else:
        await worker.says("查权益")
        await worker.presses("劳动仲裁")
    assert worker.card("right")["topic"] == TOPIC
    await worker.presses("到期提醒我")
    worker.sees("申请劳动仲裁的最后一天", "应当知道", "不用提醒")
    await worker.says("2026年3月5日")
    worker.sees("最后一天是2027-03-05", "以仲裁机构认定为准", "会让时效重新起算", "第二十七条")
    worker.sees("30天、7天、1天", "只存“2027-03-05”这一个日子")
    assert await count(chat, Deadline) == 0
    await worker.presses("存下")
    worker.sees("最后一天2027-03-05", "30天、7天、1天")
    async with transaction(chat.sessions) as session:
        row = (await session.scalars(select(Deadline))).one()
        assert (row.worker_id, row.last_day) == (worker.id, date(2027, 3, 5))
        assert await consents.is_given(session, worker.id, consents.DEADLINE)
    await worker.says("我的提醒")
    worker.sees("申请劳动仲裁，最后一天2027-03-05")
    await worker.presses("取消 2027-03-05")
    worker.sees("取消了")
    assert (await count(chat, Deadline), await count(chat, DeadlineMoment)) == (0, 0)
    async with transaction(chat.sessions) as session:
        assert await consents.is_withdrawn(session, worker.id, consents.DEADLINE)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (["不知道"], ["没认出是哪一天", "哪天知道"]),
        (["2027年3月5日"], ["2027-03-05还没到", "哪天知道"]),
        (["上个月"], ["先按2026-10-01算", "2027-10-01"]),
        (["昨天"], ["最后一天是2027-11-17"]),
        (["3月5日", "4月6日"], ["最后一天是2027-04-06"]),
        (["3月5日", "返回"], ["哪天知道"]),
        (["取消"], ["好，不提醒"]),
        (["3月5日", "不用"], ["点"]),
        (["2025年3月5日"], ["2026-03-05已经过了一年", "可能中断、中止", "不下结论", "12333"]),
        (["2025年11月18日"], ["今天就是最后一天", "12333"]),
        (["2025年11月19日"], ["只剩1天", "来不及", "12333"]),
    ],
)
@on_sqlite
@pytest.mark.usefixtures("rasa")
async def test_what_is_said_to_a_day(
    chat: Chat, worker: WorkerTester, said: list[str], seen: list[str]
):
    await worker.says("到期提醒")
    for words in said:
        await worker.says(words)
    worker.sees(*seen)
    assert await count(chat, Deadline) == await count(chat, Consent) == 0


@on_sqlite
async def test_only_reminders_that_can_still_come_are_promised(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("提醒我")
    await worker.says("2025年11月23日")
    worker.sees("前1天的上午")
    await worker.says("好的")
    worker.sees("前1天提醒你")
    assert await count(chat, DeadlineMoment) == 1


@on_sqlite
async def test_another_question_leaves_it_and_another_right_does_not_offer_it(
    chat: Chat, worker: WorkerTester
):
    chat.rasa.hears = dict(HEARD)
    await worker.says("到期提醒")
    await worker.says("最低工资")
    assert worker.card("right")["topic"] == "minimum_wage"
    worker.sees_not("到期提醒我")


@on_sqlite
async def test_as_many_as_may_be_and_none_twice(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    most = chat.library.reminders.deadlines_most
    for number in (1, *range(1, most + 2)):
        await worker.says("到期提醒")
        await worker.says(f"2026年3月{number}日")
        await worker.presses("存下")
    worker.sees(f"最多存{most}个")
    assert await count(chat, Deadline) == most


@on_sqlite
async def test_who_wants_no_news_is_told_that_none_will_come(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("退订")
    await worker.presses("全部不收")
    await worker.says("到期提醒")
    await worker.presses("昨天")
    await worker.presses("存下")
    worker.sees("提醒发不出去", "还是发吧")


# What comes by itself.


async def test_each_reminder_comes_once_on_its_day(chat: Chat):
    await keep(chat, "2026-12-24")
    came = {}
    for _ in range(50):
        set_clock(chat, (in_shanghai(chat.clock()) + timedelta(days=1)).date().isoformat(), 9)
        before = len(await texts(chat))
        for minute in (0, 1):
            chat.clock.advance(minutes=minute)
            await tick(chat)
        for text in (await texts(chat))[before:]:
            came[in_shanghai(chat.clock()).date().isoformat()] = text
    assert list(came) == ["2026-11-24", "2026-12-17", "2026-12-23"]
    for left, text in zip((30, 7, 1), came.values(), strict=True):
        assert f"还有{left}天" in text
        assert "以仲裁机构认定为准" in text
        assert "12333" in text
    assert (await count(chat, Deadline), await count(chat, DeadlineMoment)) == (0, 0)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-12-20", "还有4天"),  # of two that were missed he hears once
        ("2026-12-24", "今天（2026-12-24）是最后一天"),
        ("2026-12-30", "最后一天2026-12-24已经过了"),
    ],
)
@on_sqlite
async def test_what_was_missed_comes_once_and_says_what_is_left(chat: Chat, on: str, said: str):
    await keep(chat, "2026-12-24")
    set_clock(chat, on)
    assert await tick(chat) >= 2
    [text] = await texts(chat)
    assert said in text
    assert await tick(chat) == 0


@pytest.mark.parametrize(("hour", "claimed"), [(6, 0), (9, 1), (12, 0), (18, 0), (21, 1), (23, 0)])
@on_sqlite
async def test_nobody_is_reminded_at_night_or_at_a_riding_peak(
    chat: Chat, hour: int, claimed: int
):
    await keep(chat, "2026-12-24")
    set_clock(chat, "2026-11-25", hour)
    assert await tick(chat) == claimed
    assert await count(chat, DeadlineMoment) == 3 - claimed


async def test_of_two_tickers_one_reminds(chat: Chat):
    for day in range(20, 26):
        await keep(chat, f"2026-12-{day}")
    set_clock(chat, "2026-11-26")
    claimed = await asyncio.gather(*(tick(chat) for _ in range(4)))
    assert sum(claimed) == 6
    assert len(await texts(chat)) == 6


async def test_who_opted_out_left_or_closed_his_channel_is_not_reminded(chat: Chat):
    opted_out, gone, forgotten, cancelled = [await keep(chat, "2026-12-24") for _ in "1234"]
    async with transaction(chat.sessions) as session:
        await consents.withdraw(session, chat.clock, opted_out, consents.NEWS)
        closed = update(Account).where(Account.worker_id == gone)
        await session.execute(closed.values(gone_at=chat.clock()))
        await deadlines.forget_worker(session, forgotten)
        [kept] = await deadlines.of_worker(session, chat.library, cancelled)
        await deadlines.cancel(session, chat.clock, cancelled, kept.id)
    set_clock(chat, "2026-11-25")
    assert await tick(chat) == 2
    assert await texts(chat) == []


async def test_who_has_his_data_deleted_has_none_left(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await keep(chat, "2026-12-24", worker.id)
    async with transaction(chat.sessions) as session:
        assert (await workers.stored(session, chat.clock, worker.id)).deadlines == 1
    chat.rasa.mode, chat.rasa.hears = "up", {"删掉": heard("delete_my_data")}
    await worker.says("删掉")
    await worker.presses("删掉")
    assert (await count(chat, Deadline), await count(chat, DeadlineMoment)) == (0, 0)


async def test_of_two_chats_of_one_person_one_day_is_kept_once(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    chat.rasa.mode = "down"
    for who, last in ((worker, "2026-12-24"), (phone, "2026-12-24"), (worker, "2026-12-30")):
        await keep(chat, last, who.id)
    await link(worker, phone)
    async with transaction(chat.sessions) as session:
        rows = (await session.scalars(select(Deadline).order_by(Deadline.last_day))).all()
        assert [(row.worker_id, row.last_day.day) for row in rows] == [
            (phone.id, 24),
            (phone.id, 30),
        ]
    assert await count(chat, DeadlineMoment) == 6


@on_sqlite
async def test_a_button_of_a_reminder_ends_it(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await keep(chat, "2026-12-24", worker.id)
    set_clock(chat, "2026-11-25")
    await tick(chat)
    async with transaction(chat.sessions) as session:
        row = (await session.scalars(select(OutboxRow))).one()
    [token] = [each["token"] for each in row.reply["choices"] if each["title"] == "不用再提醒"]
    await worker.sends({"choice": token})
    worker.sees("取消了")
    await worker.sends({"choice": token})
    worker.sees("已经没有了")


@on_sqlite
async def test_a_topic_that_an_edition_took_away_is_still_reminded_of(chat: Chat):
    await keep(chat, "2026-12-24")
    topics = {key: topic for key, topic in chat.library.topics.items() if key != TOPIC}
    texts_left = {k: v for k, v in chat.library.messages.items() if k != f"reminders.name_{TOPIC}"}
    messages = type(chat.library.messages)(texts_left)
    chat.library = replace(chat.library, topics=topics, messages=messages)
    set_clock(chat, "2026-11-25")
    assert await tick(chat) == 1
    [text] = await texts(chat)
    assert "2026-12-24" in text
