"""Reports make themselves, once, and never change; each reads those of his own areas."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from bot.nights import look_at_figures
from content.library import Library
from db.session import Sessions, transaction
from kit.errors import NotFound
from services.figures import Period, reports
from services.figures.reports import MONTH, WEEK, Report, Wanted
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.factories import FixedClock
from tests.services.casing import Office
from tests.staffing import add_member

# Six in the morning of a Monday in Shanghai, and a minute before.
MONDAY = datetime(2026, 11, 22, 22, tzinfo=UTC)
WEEK_BEFORE = Period(date(2026, 11, 16), date(2026, 11, 22))
NANSHA = "广东/广州/南沙区"


def reader(*grants: Grant) -> Actor:
    return Actor("0" * 32, "陈静", "", grants or (Grant(Role.AUDITOR),))


async def all_of(office: Office, actor: Actor) -> list[Report]:
    async with transaction(office.sessions) as session:
        found = await reports.listed(session, actor, 1)
        return [await reports.one(session, actor, each.id) for each in found.items]


async def look(office: Office) -> None:
    await look_at_figures(office.sessions, office.library, office.clock)


@pytest.mark.parametrize(
    ("moment", "week", "month"),
    [
        (MONDAY, "2026-11-16", "2026-10-01"),
        (datetime(2026, 11, 22, 21, 59, tzinfo=UTC), "2026-11-09", "2026-10-01"),
        (datetime(2026, 11, 30, 21, 59, tzinfo=UTC), "2026-11-23", "2026-10-01"),
        (datetime(2026, 11, 30, 22, 0, tzinfo=UTC), "2026-11-23", "2026-11-01"),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), "2026-12-21", "2026-12-01"),
        (datetime(2027, 1, 3, 22, 0, tzinfo=UTC), "2026-12-28", "2026-12-01"),
    ],
)
def test_when_a_report_is_due(moment: datetime, week: str, month: str):
    found = reports.due(FixedClock(moment))
    assert [(kind, str(period.first)) for kind, period in found] == [(WEEK, week), (MONTH, month)]
    assert found[0][1].days == 7
    assert found[1][1].last.month == found[1][1].first.month


async def test_a_report_is_made_once_and_stays(office: Office):
    code = (await office.hand_in(await office.worker())).case.code
    office.clock.now = MONDAY
    await look(office)
    await look(office)
    week, month = sorted(await all_of(office, reader()), key=lambda each: each.entry.kind)[::-1]
    assert (week.entry.kind, week.entry.first, week.entry.last) == (
        *(WEEK, WEEK_BEFORE.first, WEEK_BEFORE.last),
    )
    assert month.entry.kind == MONTH
    assert week.figures.totals["arrived"] == 1
    assert week.figures.totals["responded"] == 0
    office.clock.advance(hours=1)
    await office.takes(await office.actor(), code, "take_up")
    await look(office)
    again = await all_of(office, reader())
    assert len(again) == 2
    assert week in again


async def test_two_processes_at_once_make_one(office: Office):
    office.clock.now = MONDAY
    wanted = Wanted(WEEK, WEEK_BEFORE, "")

    async def one() -> bool:
        async with transaction(office.sessions) as session:
            return await reports.make(session, office.library, office.clock, wanted)

    assert sorted(await asyncio.gather(one(), one(), one())) == [False, False, True]
    assert len(await all_of(office, reader())) == 1


async def test_each_reads_the_reports_of_his_areas(
    office: Office, sessions: Sessions, library: Library
):
    del library
    async with transaction(sessions) as session:
        await add_member(session, "李强", (Grant(Role.REVIEWER, districts=(NANSHA,)),))
        await add_member(session, "王芳", (Grant(Role.CONTENT_EDITOR, districts=("江苏",)),))
    await office.hand_in(await office.worker(), place="广州市南沙区蕉门")
    office.clock.now = MONDAY
    await look(office)
    everything = await all_of(office, reader())
    assert sorted({each.entry.area for each in everything}) == ["", NANSHA]
    own = await all_of(office, reader(Grant(Role.REVIEWER, districts=("广东/广州",))))
    assert {each.entry.area for each in own} == {NANSHA}
    assert all(each.figures.funnel is None for each in own)
    for grant in (
        Grant(Role.REVIEWER, districts=("江苏",)),
        Grant(Role.REVIEWER, districts=("广东/广",)),
        Grant(Role.REVIEWER, categories=("other",)),
        Grant(Role.HANDLER, unit="区城管"),
    ):
        assert await all_of(office, reader(grant)) == []
        async with transaction(sessions) as session:
            with pytest.raises(NotFound):
                await reports.one(session, reader(grant), everything[0].entry.id)
    async with transaction(sessions) as session:
        with pytest.raises(NotFound):
            await reports.one(session, reader(), "x' OR 1=1")
