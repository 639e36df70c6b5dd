"""On the working day before a promised one, author and supporters hear that it is due, once."""

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from content.calendar_schema import CalendarYear
from db.models import Account, OutboxRow
from db.session import transaction
from services import cases, consents, working_days
from services.calendar import is_working_day
from services.staff.actors import Actor
from tests.services.casing import UNIT, Office
from tests.testers.chat import on_sqlite

EVE = "是承诺答复的日子"
# Handed in on Wednesday the 18th of November 2026: five working days end on Wednesday the 25th.
DUE, ON_EVE, TOMORROW = "2026-11-25", "2026-11-24", f"明天（2026-11-25）{EVE}"


def on(office: Office, day: str, hour: int = 10) -> None:
    local = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    office.clock.now = local + timedelta(hours=hour - 8)


async def told(office: Office, who: str | None = None) -> list[str]:
    """What was told of due answers, to everybody or to one."""
    query = select(OutboxRow, Account.worker_id).join(Account).order_by(OutboxRow.number)
    async with transaction(office.sessions) as session:
        rows = [(row, worker) for row, worker in await session.execute(query)]
    return [
        row.reply["text"]
        for row, worker in rows
        if EVE in row.reply["text"] and who in {None, worker}
    ]


@given(day=st.dates(date(2024, 1, 10), date(2026, 12, 31)))
def test_the_working_day_before_is_the_one_with_none_in_between(day: date):
    before = working_days.before(day)
    assert before is not None
    assert before < day
    assert is_working_day(before)
    between = [before + timedelta(days=n) for n in range(1, (day - before).days)]
    assert not any(is_working_day(each) for each in between)


def test_no_working_day_is_guessed():
    off = tuple(date(2030, 1, day) for day in range(1, 4))
    year = CalendarYear(source="通知", days_off=off, made_up_days=())
    years = MappingProxyType({2030: year})
    assert working_days.before(date(2030, 1, 7), years) == date(2030, 1, 4)
    assert working_days.before(date(2030, 1, 4), years) is None  # it lies in 2029


async def test_author_and_supporters_hear_it_once(office: Office, reviewer: Actor, handler: Actor):
    code = await office.at_unit(reviewer, handler)
    author, friend = str((await office.at(code)).worker_id), await office.worker()
    await office.support(friend, code)
    on(office, "2026-11-23")
    await office.tick()
    assert await told(office) == []
    on(office, ON_EVE)
    for _ in range(2):
        await office.tick()
    [own], [supported] = await told(office, author), await told(office, friend)
    assert own == f"你交的 {code}：{TOMORROW}。现在还在办，{UNIT}最晚明天答复。"
    assert supported.startswith(f"你说“我也是”的 {code}：{TOMORROW}")
    on(office, DUE)
    await office.tick()
    assert len(await told(office)) == 2


@on_sqlite
async def test_before_a_weekend_it_is_no_tomorrow(office: Office):
    on(office, "2026-11-16")  # five working days: Monday the 23rd
    await office.hand_in(await office.worker())
    on(office, "2026-11-20")
    await office.tick()
    [text] = await told(office)
    assert f"下一个工作日（2026-11-23）{EVE}。现在还在办，工作人员最晚那天答复" in text


@pytest.mark.parametrize("step", ["answer", "pause", "withdraw", "refuse", "ask", "archive"])
@on_sqlite
async def test_who_needs_no_more_waiting_is_not_told(
    office: Office, reviewer: Actor, handler: Actor, step: str
):
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    if step == "withdraw":
        async with transaction(office.sessions) as session:
            await cases.withdraw(session, office.library, office.clock, author, code)
    elif step == "refuse":
        await office.takes(reviewer, code, "refuse", reason="too_vague")
    elif step == "ask":
        await office.takes(reviewer, code, "ask", text="哪个门？")
    else:
        await office.takes(reviewer, code, "accept")
        await office.takes(reviewer, code, "assign", unit=UNIT)
        await office.takes(handler, code, "sign_for")
        if step == "pause":
            await office.takes(handler, code, "pause", note="等鉴定")
        else:
            await office.takes(handler, code, "answer", text="好", grade="B", is_public=True)
            await office.takes(reviewer, code, "approve")
        if step == "archive":
            async with transaction(office.sessions) as session:
                given = (session, office.library, office.clock, author, code)
                await cases.rate(*given, rating="good")
            await office.takes(reviewer, code, "archive")
    on(office, ON_EVE)
    await office.tick()
    assert await told(office) == []


@on_sqlite
async def test_an_answer_that_waits_for_its_yes_is_none_yet(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "answer", text="好", grade="B", is_public=True)
    on(office, ON_EVE)
    await office.tick()
    assert len(await told(office)) == 1


@on_sqlite
async def test_of_a_merged_case_the_main_one_tells(office: Office, reviewer: Actor):
    one, two = await office.worker(), await office.worker()
    old = (await office.hand_in(one)).case.code
    on(office, "2026-11-19")
    new = (await office.hand_in(two, "门口那条路")).case.code
    await office.takes(reviewer, old, "merge", target=new)
    on(office, ON_EVE)
    await office.tick()
    [first], [second] = await told(office, one), await told(office, two)
    assert first.startswith(f"你交的 {old} 并到 {new} 一起办：{TOMORROW}")
    assert second.startswith(f"你交的 {new}：{TOMORROW}")


@on_sqlite
async def test_a_day_that_moved_is_told_of_on_its_own_eve(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "extend", days=2, note="要会商")
    on(office, ON_EVE)
    await office.tick()
    assert await told(office) == []
    on(office, "2026-11-26")
    await office.tick()
    [text] = await told(office)
    assert "明天（2026-11-27）" in text


@on_sqlite
async def test_who_was_told_the_day_today_is_not_told_again(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    on(office, DUE, 8)
    await office.takes(handler, code, "extend", days=1, note="要会商")
    on(office, DUE, 10)
    assert (await office.tick()).claimed > 0
    assert await told(office) == []


@on_sqlite
async def test_who_wants_no_answer_or_no_news_or_closed_his_channel(office: Office):
    needs_none, no_news, gone = [await office.worker() for _ in "123"]
    await office.hand_in(needs_none, wants_answer=False)
    for who in (no_news, gone):
        await office.hand_in(who, f"别的事{who}")
    async with transaction(office.sessions) as session:
        await consents.withdraw(session, office.clock, no_news, consents.NEWS)
        closed = update(Account).where(Account.worker_id == gone)
        await session.execute(closed.values(gone_at=office.clock()))
    on(office, ON_EVE)
    assert (await office.tick()).claimed > 0
    assert await told(office) == []


@pytest.mark.parametrize(
    ("day", "hour", "count"), [(ON_EVE, 12, 0), (ON_EVE, 23, 0), (DUE, 10, 0)]
)
@on_sqlite
async def test_it_comes_neither_at_a_peak_nor_at_night_nor_too_late(
    office: Office, day: str, hour: int, count: int
):
    await office.hand_in(await office.worker())
    on(office, day, hour)
    await office.tick()
    assert len(await told(office)) == count


@on_sqlite
async def test_after_a_peak_it_comes(office: Office):
    await office.hand_in(await office.worker())
    for hour, count in ((12, 0), (14, 1), (21, 1)):
        on(office, ON_EVE, hour)
        await office.tick()
        assert len(await told(office)) == count


@on_sqlite
async def test_staff_are_not_reminded_of_what_workers_hear(
    office: Office, reviewer: Actor, handler: Actor
):
    begun = office.clock()
    await office.at_unit(reviewer, handler)
    on(office, ON_EVE)
    await office.tick()
    async with transaction(office.sessions) as session:
        mine = await cases.reminders(session, handler, begun)
        count = await cases.count_reminders(session, handler, begun)
    assert {each.clock for each in mine} == {"answer"}
    assert count == len(mine)
