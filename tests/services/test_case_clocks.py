"""Promises in working days: the faults that other systems' users reported, each as a test."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from content.calendar_schema import CalendarYear
from content.case_schema import CaseLimits
from content.library import Library
from db.models import Case, CaseReminder, OutboxRow
from db.session import transaction
from kit.errors import NotAllowed
from services import cases, changes, working_days
from services.calendar import is_working_day
from services.cases import parameters
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.services.casing import OTHER, UNIT, Office

# A notice as the operator types it before any package carries it; made up for these tests.
YEAR_2027 = CalendarYear(
    source="国务院办公厅通知",
    days_off=(date(2027, 1, 1), *(date(2027, 2, day) for day in range(5, 12))),
    made_up_days=(date(2027, 1, 3),),
)


@pytest.fixture
def on(office: Office) -> Callable[..., None]:
    """Set the clock on the wall of an office in China."""

    def to(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> None:
        # Servers keep UTC; people read a clock that is eight hours ahead.
        local = datetime(year, month, day, hour, minute, tzinfo=UTC)
        office.clock.now = local.replace(hour=0) if hour < 8 else local.replace(hour=hour - 8)
        if hour < 8:
            office.clock.now = office.clock.now.replace(hour=hour + 16)
            office.clock.advance(days=-1)

    return to


async def handed_in(office: Office, **fields: object) -> str:
    return (await office.hand_in(await office.worker(), **fields)).case.code


async def due(office: Office, code: str) -> str:
    return str((await office.at(code)).due)


async def clocks(office: Office, code: str) -> set[str]:
    """The clocks of a case that still wait, but for what its author is told."""
    which = (CaseReminder.claimed_at.is_(None), CaseReminder.clock != "eve")
    query = select(CaseReminder.clock).join(Case).where(Case.code == code, *which)
    async with transaction(office.sessions) as session:
        return set(await session.scalars(query))


async def moments(office: Office, code: str, clock: str = "answer") -> list[tuple[int, str]]:
    """When a clock of a case reminds, as people in China read it."""
    query = (
        select(CaseReminder)
        .join(Case)
        .where(Case.code == code, CaseReminder.clock == clock)
        .order_by(CaseReminder.at)
    )
    async with transaction(office.sessions) as session:
        rows = (await session.scalars(query)).all()
    return [(row.share, f"{row.at:%m-%d %H:%M}") for row in rows]


async def late(office: Office, actor: Actor) -> list[tuple[str, int]]:
    async with transaction(office.sessions) as session:
        wanted = cases.Wanted(overdue=True)
        page = await cases.inbox(session, office.clock, actor, wanted=wanted)
    assert page.overdue == len(page.items)
    return [(each.code, each.days_late) for each in page.items]


async def test_friday_17_59(office: Office, on: Callable[..., None]):
    on(2026, 11, 20, 17, 59)
    first = await handed_in(office)
    on(2026, 11, 20, 23, 59)
    assert await due(office, first) == await due(office, await handed_in(office)) == "2026-11-27"


async def test_national_day_and_a_made_up_saturday(office: Office, on: Callable[..., None]):
    on(2026, 9, 30)
    code = await handed_in(office)
    # Off from the 1st to the 7th; Saturday the 10th is worked.
    assert is_working_day(date(2026, 10, 10))
    assert await due(office, code) == "2026-10-13"
    assert await moments(office, code) == [
        (50, "10-10 01:00"), (80, "10-12 01:00"), (100, "10-13 01:00"),
    ]  # fmt: skip


async def test_server_in_utc_users_in_china(office: Office, on: Callable[..., None]):
    on(2026, 11, 24, 0, 30)  # still Monday the 23rd in UTC
    assert office.clock().day == 23
    assert await due(office, await handed_in(office)) == "2026-12-01"


async def test_reopened(office: Office, on: Callable[..., None], reviewer: Actor):
    """Zammad #188: a case opened anew was late at once."""
    code = await handed_in(office)
    await office.takes(reviewer, code, "refuse", reason="too_vague")
    on(2026, 12, 14)
    await office.takes(reviewer, code, "reopen", note="说清楚了")
    assert await due(office, code) == "2026-12-21"
    assert await late(office, reviewer) == []


async def test_merged_ticket_does_not_escalate(
    office: Office, on: Callable[..., None], reviewer: Actor
):
    """Zammad #904; and the earlier of two promised days holds."""
    old = await handed_in(office)
    on(2026, 11, 20)
    new = await handed_in(office)
    await office.takes(reviewer, old, "merge", target=new)
    assert await clocks(office, old) == set()
    assert await due(office, new) == "2026-11-25"
    on(2026, 12, 1)
    assert await late(office, reviewer) == [(new, 6)]


async def test_stopped_clock_does_not_escalate(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    """Zammad #4353: it still escalated with the clock off. Here: paused, asked, refused."""
    paused = await office.at_unit(reviewer, handler)
    await office.takes(handler, paused, "pause", note="等鉴定")
    asked = await handed_in(office, subject="门禁打不开")
    refused_ = await handed_in(office, subject="都不行")
    await office.takes(reviewer, asked, "ask", text="哪个门？")
    await office.takes(reviewer, refused_, "refuse", reason="too_vague")
    on(2026, 12, 10)
    await office.tick()
    async with transaction(office.sessions) as session:
        heard = await cases.reminders(session, reviewer, office.clock())
    # That they stand still is said, once; nothing of a day that were past.
    assert {(each.code, each.clock) for each in heard} == {(paused, "paused"), (asked, "asked")}
    assert len(heard) == 2
    assert await late(office, reviewer) == []


async def test_paused_days_are_given_back(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    on(2026, 11, 19)
    await office.takes(handler, code, "pause", note="等鉴定")
    on(2026, 11, 30)
    await office.takes(handler, code, "resume")
    assert await due(office, code) == str(working_days.after(date(2026, 11, 25), 7))


async def test_recalculated_after_reply(office: Office, on: Callable[..., None], reviewer: Actor):
    """Zammad #2082: the worker's reply sets the clock going again, with the days he took."""
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.takes(reviewer, code, "ask", text="哪个门？")
    on(2026, 11, 20)
    await office.add(author, code, "东门")
    assert await due(office, code) == "2026-11-27"
    assert "answer" in await clocks(office, code)


async def test_answered_by_web_reply_stops_the_clock(
    office: Office, reviewer: Actor, handler: Actor
):
    """Zammad #1322, #2579: an answer counts wherever it was written, and it closes."""
    code = await office.answered(reviewer, handler)
    assert await clocks(office, code) == {"rating"}


async def test_who_spoke_last_does_not_escalate(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    """Zammad #3140: after the answer nobody is late, whatever the worker adds or thinks."""
    code = await office.answered(reviewer, handler)
    author = str((await office.at(code)).worker_id)
    async with transaction(office.sessions) as session:
        await cases.rate(session, office.library, office.clock, author, code, rating="good")
    on(2026, 12, 10)
    assert (await office.tick()).claimed == 0
    assert await late(office, reviewer) == []


async def test_one_clock_does_not_override_another(
    office: Office, on: Callable[..., None], reviewer: Actor
):
    """Zammad #5177: looking at a case stops the first look, not the answer."""
    code = await handed_in(office)
    assert await clocks(office, code) == {"first_look", "decide", "answer"}
    await office.takes(reviewer, code, "take_up")
    assert await clocks(office, code) == {"decide", "answer"}
    before = await moments(office, code)
    on(2026, 11, 19)
    await office.takes(reviewer, code, "accept")
    assert await clocks(office, code) == {"answer"}
    assert await moments(office, code) == before


async def test_category_changed(office: Office, reviewer: Actor):
    code = await handed_in(office)
    complex_one = next(c.id for c in office.library.categories.values() if c.complex)
    plain = next(c.id for c in office.library.categories.values() if not c.complex)
    await office.takes(reviewer, code, "sort", category=complex_one)
    assert await due(office, code) == str(working_days.after(date(2026, 11, 18), 15))
    await office.takes(reviewer, code, "sort", category=plain)
    # A day that was promised never comes and goes: the longer promise stays.
    assert await due(office, code) == str(working_days.after(date(2026, 11, 18), 15))


async def test_clock_of_a_returned_item(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    """Counted from day one, not from the last signature."""
    code = await handed_in(office)
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    on(2026, 11, 24)
    await office.takes(handler, code, "send_back", note="不归我们")
    await office.takes(reviewer, code, "assign", unit=OTHER)
    assert await due(office, code) == "2026-11-25"
    on(2026, 11, 27)
    assert await late(office, reviewer) == [(code, 2)]


async def test_extended_once_with_a_reason(office: Office, reviewer: Actor, handler: Actor):
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "extend", days=5, note="要会商")
    assert await due(office, code) == "2026-12-02"
    with pytest.raises(NotAllowed):
        await office.takes(handler, code, "extend", days=5, note="还要会商")


async def test_year_end_without_a_published_holiday_list(
    office: Office, on: Callable[..., None], reviewer: Actor
):
    on(2026, 12, 30)
    code = await handed_in(office)
    assert await due(office, code) == "None"
    assert (await office.tick()).dated == 0
    far = await office.actor(districts=("广东/广州",))
    async with transaction(office.sessions) as session:
        [warning] = await cases.warnings(session, office.library, office.clock, reviewer)
        [elsewhere] = await cases.warnings(session, office.library, office.clock, far)
    assert (warning.key, warning.count, warning.year) == ("case_steps.calendar_missing", 1, 2027)
    # Who cannot open the case is not told of it.
    assert (elsewhere.key, elsewhere.count) == ("case_steps.calendar_awaited", 0)
    await office.takes(reviewer, code, "accept")  # work goes on meanwhile


async def test_calendar_published_late(office: Office, on: Callable[..., None], reviewer: Actor):
    on(2026, 12, 30)
    code = await handed_in(office)
    await office.takes(reviewer, code, "ask", text="哪个门？")
    author = str((await office.at(code)).worker_id)
    on(2027, 1, 5)
    await office.add(author, code, "东门")
    assert await due(office, code) == "None"
    office.library = replace(office.library, calendar={2027: YEAR_2027})
    assert (await office.tick()).dated == 1
    # Five days, and the three (31 December, Sunday the 3rd made up, the 4th, the 5th) he took.
    assert await due(office, code) == str(
        working_days.after(date(2026, 12, 30), 9, office.library.calendar)
    )
    assert "answer" in await clocks(office, code)
    async with transaction(office.sessions) as session:
        assert await cases.warnings(session, office.library, office.clock, reviewer) == []


async def test_calendar_edited_later(office: Office, reviewer: Actor):
    """A day that was printed stays; what is given from now on counts by the new calendar."""
    code = await handed_in(office)
    off = tuple(date(2026, 11, day) for day in range(19, 27))
    year = CalendarYear(source="国务院办公厅补充通知", days_off=off, made_up_days=())
    office.library = replace(office.library, calendar={2026: year})
    await office.takes(reviewer, code, "take_up")
    await office.tick()
    assert await due(office, code) == "2026-11-25"
    assert await due(office, await handed_in(office, subject="别的事")) == "2026-12-03"


async def test_the_notice_typed_in_goes_before_the_package():
    year = CalendarYear(source="通知", days_off=(date(2026, 11, 18),), made_up_days=())
    assert is_working_day(date(2026, 11, 18))
    assert is_working_day(date(2026, 11, 18), {2026: year}) is False
    assert is_working_day(date(2026, 10, 10), {2026: year}) is False  # no longer made up
    assert is_working_day(date(2027, 1, 4), {2026: year}) is None


async def test_two_tickers_at_once_remind_once(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    code = await office.answered(reviewer, handler)
    others = [await handed_in(office, subject=f"第{n}件事") for n in range(5)]
    on(2026, 11, 19)
    done = await asyncio.gather(*(office.tick() for _ in range(4)))
    # The rating of one, the first look of five; the calendar's half of three days is tomorrow.
    assert sum(each.claimed for each in done) == 1 + len(others)
    async with transaction(office.sessions) as session:
        asked = [
            row.cause
            for row in await session.scalars(select(OutboxRow))
            if row.cause.endswith(":rating")
        ]
    assert len(asked) == 1
    assert code in asked[0]
    assert (await office.tick()).claimed == 0


async def test_reminders_reach_the_responsible(
    office: Office, on: Callable[..., None], reviewer: Actor, handler: Actor
):
    begun = office.clock()
    code = await office.at_unit(reviewer, handler)
    stranger = await office.actor(Role.HANDLER, unit=OTHER)
    on(2026, 11, 25)
    await office.tick()
    async with transaction(office.sessions) as session:
        mine = await cases.reminders(session, handler, begun)
        none = await cases.reminders(session, stranger, begun)
    assert {(r.code, r.clock) for r in mine} == {(code, "answer")}
    assert sorted(r.share for r in mine) == [50, 80, 100]
    assert none == []


async def test_limits_change_by_two_people_and_keep_their_history(office: Office):
    editor, other = [await office.actor(Role.CONTENT_EDITOR) for _ in "12"]
    before = await handed_in(office)

    async def proposed(seen: str = "", **values: int) -> str:
        async with transaction(office.sessions) as session:
            return await parameters.propose(
                *(session, office.library, office.clock, editor),
                values=values,
                reason="人手不够",
                seen=seen,
            )

    async def in_force(library: Library) -> CaseLimits:
        async with transaction(office.sessions) as session:
            return await parameters.in_force(session, library, office.clock)

    change = await proposed(answer_days=10)
    assert await due(office, await handed_in(office, subject="第二件")) == "2026-11-25"
    with pytest.raises(NotAllowed):
        async with transaction(office.sessions) as session:
            await parameters.approve(session, office.clock, editor, change)
    async with transaction(office.sessions) as session:
        await parameters.approve(session, office.clock, other, change)
    assert await due(office, await handed_in(office, subject="第三件")) == "2026-12-02"
    assert await due(office, before) == "2026-11-25"  # a promise is a promise
    async with transaction(office.sessions) as session:
        shown = await parameters.show(session, office.library, office.clock, editor)
    [kept] = shown.changes.history
    assert (kept.author_id, kept.state, kept.reason) == (editor.id, "in_force", "人手不够")
    assert kept.approver is not None
    # What nobody changed follows the next edition; what was changed holds against it.
    was = office.library.case_limits
    next_one = was.model_copy(update={"returns": was.returns + 1, "answer_days": 4})
    limits = await in_force(replace(office.library, case_limits=next_one))
    assert (limits.returns, limits.answer_days) == (was.returns + 1, 10)
    # Against one that the change does not fit, the set holds on which two people agreed.
    shorter = was.model_copy(update={"complex_answer_days": 6, "returns": was.returns + 1})
    assert await in_force(replace(office.library, case_limits=shorter)) == shown.now
    # One that was written before would bring the old days back.
    with pytest.raises(changes.Stale):
        await proposed(returns=3)
