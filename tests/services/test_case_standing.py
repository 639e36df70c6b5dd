"""Cases that are paused or wait for a word of their author: they do not stand still for ever."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from content.calendar_schema import CalendarYear
from db.models import CaseReminder
from db.repositories.case_flow import CaseFlowRepository
from db.session import transaction
from services import cases, consents
from services.cases import parameters as cases_limits
from services.cases.states import STOPPED
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.services.casing import OTHER, UNIT, Office, news_of
from tests.testers.chat import on_sqlite

# From Wednesday the 18th of November 2026: three, five and ten working days.
HALF, ASKED_LONG, PAUSED_LONG = "2026-11-23", "2026-11-25", "2026-12-02"
AGAIN = "还在等你一句话"


def on(office: Office, day: str, hour: int = 10) -> None:
    """Set the clock on the wall of an office in China."""
    office.clock.now = datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")


async def heard(office: Office, actor: Actor) -> list[tuple[str, str, str | None]]:
    """Of which stopped cases this actor was reminded."""
    since = office.clock() - timedelta(days=90)
    async with transaction(office.sessions) as session:
        found = await cases.reminders(session, actor, since)
        assert await cases.count_reminders(session, actor, since) == len(found)
    return [(r.code, r.clock, r.unit) for r in found if r.clock in cases.STILL]


async def asked(office: Office, reviewer: Actor) -> tuple[str, str]:
    """A case whose author was asked something, and he."""
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.takes(reviewer, code, "ask", text="哪个门？")
    return code, author


async def reminded(office: Office, author: str) -> list[str]:
    return [text for text in await news_of(office, author) if AGAIN in text]


async def test_a_paused_case_is_brought_to_mind_once(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    stranger = await office.actor(Role.HANDLER, unit=OTHER)
    far = await office.actor(districts=("广东/广州",))
    await office.takes(handler, code, "pause", note="等鉴定")
    on(office, "2026-12-01")
    await office.tick()
    assert await heard(office, handler) == []
    on(office, PAUSED_LONG)
    await office.takes(handler, code, "note", note="还在等")
    for _ in range(2):
        await office.tick()
    on(office, "2026-12-31")
    await office.takes(handler, code, "note", note="还在等")
    await office.tick()
    assert await heard(office, handler) == [(code, "paused", UNIT)]
    assert await heard(office, reviewer) == [(code, "paused", UNIT)]
    assert await heard(office, stranger) == await heard(office, far) == []


async def test_one_that_goes_on_in_time_is_not(office: Office, reviewer: Actor, handler: Actor):
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "pause", note="等鉴定")
    on(office, "2026-11-30")
    await office.takes(handler, code, "resume")
    await office.takes(handler, code, "pause", note="又等")
    on(office, PAUSED_LONG)
    await office.tick()
    assert await heard(office, handler) == []
    on(office, "2026-12-14")  # ten from the second time on
    await office.tick()
    assert await heard(office, handler) == [(code, "paused", UNIT)]


async def test_a_question_is_asked_again_half_way_and_then_staff_hear(
    office: Office, reviewer: Actor
):
    code, author = await asked(office, reviewer)
    on(office, "2026-11-20")
    await office.tick()
    assert await reminded(office, author) == []
    on(office, HALF)
    for _ in range(2):
        await office.tick()
    [text] = await reminded(office, author)
    assert "哪个门？" in text
    assert await heard(office, reviewer) == []
    for day in (ASKED_LONG, "2026-12-31"):
        on(office, day)
        await office.tick()
    assert await heard(office, reviewer) == [(code, "asked", None)]
    assert len(await reminded(office, author)) == 1


@on_sqlite
async def test_who_answered_is_not_asked_again(office: Office, reviewer: Actor):
    code, author = await asked(office, reviewer)
    await office.add(author, code, "东门")
    for day in (HALF, ASKED_LONG):
        on(office, day)
        await office.tick()
    assert await reminded(office, author) == []
    assert await heard(office, reviewer) == []


@on_sqlite
async def test_who_wants_no_news_is_not_asked_again(office: Office, reviewer: Actor):
    _, author = await asked(office, reviewer)
    async with transaction(office.sessions) as session:
        await consents.withdraw(session, office.clock, author, consents.NEWS)
    on(office, HALF)
    await office.tick()
    assert await reminded(office, author) == []


@on_sqlite
async def test_it_waits_for_the_end_of_a_peak_or_the_night(office: Office, reviewer: Actor):
    _, author = await asked(office, reviewer)
    for hour, count in ((12, 0), (23, 0), (14, 1)):
        on(office, HALF, hour)
        await office.tick()
        assert len(await reminded(office, author)) == count


async def test_what_was_stopped_before_there_were_such_reminders(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "pause", note="等鉴定")
    async with transaction(office.sessions) as session:
        await session.execute(delete(CaseReminder))
    on(office, PAUSED_LONG)
    for _ in range(2):
        await office.tick()
    assert await heard(office, handler) == [(code, "paused", UNIT)]


@on_sqlite
async def test_what_was_stopped_before_a_calendar_was_published(
    office: Office, reviewer: Actor, handler: Actor
):
    on(office, "2026-12-22")
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "pause", note="等鉴定")
    on(office, "2027-02-01")
    await office.tick()
    assert await heard(office, handler) == []
    year = CalendarYear(source="通知", days_off=(date(2027, 1, 1),), made_up_days=())
    office.library = replace(office.library, calendar={2027: year})
    await office.tick()
    assert await heard(office, handler) == [(code, "paused", UNIT)]


@on_sqlite
async def test_who_is_noted_is_not_looked_at_again(office: Office, reviewer: Actor):
    for _ in range(2):
        await asked(office, reviewer)
        office.clock.advance(days=15)  # the newer question comes after all moments of the older
    async with transaction(office.sessions) as session:
        rows = CaseFlowRepository(session)
        assert await rows.unminded(sorted(STOPPED), cases.STILL, 9) == []


async def test_its_limit_is_one_of_those_that_staff_change(
    office: Office, reviewer: Actor, handler: Actor
):
    editor, other = [await office.actor(Role.CONTENT_EDITOR) for _ in "12"]
    given = (office.library, office.clock)
    async with transaction(office.sessions) as session:
        change = await cases_limits.propose(
            *(session, *given, editor), values={"paused_days": 2}, reason="早点提醒", seen=""
        )
        await session.flush()
        await cases_limits.approve(session, office.clock, other, change)
    code = await office.at_unit(reviewer, handler)
    await office.takes(handler, code, "pause", note="等鉴定")
    query = select(CaseReminder.due).where(CaseReminder.clock == "paused")
    async with transaction(office.sessions) as session:
        assert [str(due) for due in await session.scalars(query)] == ["2026-11-20"]
