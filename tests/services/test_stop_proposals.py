"""A proposed place reaches the map only through staff, and its proposer hears what came of it."""

import asyncio
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import floats
from sqlalchemy import select

from content.library import Library
from db.models import RestStopRow, StopArea, StopProposal, Worker
from db.session import Sessions, transaction
from kit.errors import AppError, NotAllowed, NotFound
from services.rest_stops import checking, deciding
from services.rest_stops.fields import BadFields
from tests.factories import NOON_OF_TESTS, FixedClock, add_staff
from tests.staffing import everything
from tests.stops import TODAY, add_proposal, add_stop, told

FORM = {"kind": "爱心商家", "city": "广州", "district": "南沙区", "hours_text": "每天8点至20点"}
ANYBODY = everything("anybody")


class Desk:
    """Staff before the one proposal there is."""

    def __init__(self, sessions: Sessions, library: Library, clock: FixedClock) -> None:
        self.sessions, self.library, self.clock = sessions, library, clock

    async def shows(self) -> deciding.Proposal:
        async with transaction(self.sessions) as session:
            return await deciding.show(session, ANYBODY, await self._id(session))

    async def accepts(self, **changes: str) -> str:
        proposal = await self.shows()
        form = {**deciding.prefilled(self.library, self.clock, proposal), **FORM, **changes}
        async with transaction(self.sessions) as session:
            staff = await add_staff(session)
            by = {"actor": everything(staff.id)}
            return await deciding.accept(
                session, self.library, self.clock, proposal.id, form, **by
            )

    async def declines(self, reason: str) -> None:
        async with transaction(self.sessions) as session:
            staff = await add_staff(session)
            key = await self._id(session)
            by = {"actor": everything(staff.id)}
            await deciding.decline(session, self.library, self.clock, key, reason, **by)

    async def words(self) -> list[str]:
        async with transaction(self.sessions) as session:
            return await told(session)

    async def _id(self, session: Any) -> str:
        return (await session.scalars(select(StopProposal.id))).one()


@pytest.fixture
async def desk(sessions: Sessions, library: Library, clock: FixedClock) -> Desk:
    async with transaction(sessions) as session:
        await add_proposal(session, clock)
    return Desk(sessions, library, clock)


async def test_an_accepted_place_is_a_stop_that_says_where_it_comes_from(
    desk: Desk, sessions: Sessions
):
    stop_id = await desk.accepts()
    assert stop_id.startswith("own-")
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, stop_id)
        areas = [(area.district, area.known) for area in await session.scalars(select(StopArea))]
    assert (row.name, row.address, row.province) == ("阿婶糖水铺", "东涌市场南门", "广东")
    assert (row.source, row.published_on) == ("骑手推荐，工作人员核实", "2026-11-18")
    assert (row.checked_on, row.accuracy, row.lat, row.edition) == (TODAY, "none", None, None)
    assert (row.opening_hours, row.entry, row.facilities) == ("Mo-Su 08:00-20:00", "unknown", ())
    assert row.identity
    assert areas == [("南沙区", 1)]
    proposal = await desk.shows()
    assert (proposal.state, proposal.stop_id) == ("accepted", stop_id)
    assert await desk.words() == [
        "你推荐的“阿婶糖水铺”，工作人员核实后加进了名单，叫“阿婶糖水铺”。谢谢你。"
    ]


async def test_a_position_may_be_given(desk: Desk, sessions: Sessions):
    given = {"lat": "22.794742", "lon": "113.532817", "datum": "gcj02", "accuracy": "exact"}
    stop_id = await desk.accepts(has_水="yes", **given)
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, stop_id)
    assert row.lat is not None
    assert row.published_position == {"lat": 22.794742, "lon": 113.532817, "datum": "gcj02"}
    assert row.facilities == ("水",)


@pytest.mark.parametrize("key", ["position", "position_beside"])
@given(lat=floats(-90, 90), lon=floats(-180, 180))
def test_a_shared_position_is_a_point_and_no_address(
    library: Library, key: str, lat: float, lon: float
):
    written = (f"{lat:.5f}", f"{lon:.5f}")
    words = library.say(f"form.{key}", place="东涌", point=",".join(written))
    proposal = deciding.Proposal(
        "p", "糖水铺", words, None, "waiting", NOON_OF_TESTS, None, None, None, None
    )
    form = deciding.prefilled(library, FixedClock(), proposal)
    assert (form["lat"], form["lon"], form["datum"]) == (*written, "wgs84")
    assert (form["address"], form["accuracy"]) == ("", "none")


async def test_how_exact_a_shared_position_is_staff_must_say(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        words = library.say("form.position_beside", place="东涌", point="22.89012,113.45678")
        await add_proposal(session, clock, "糖水铺", words)
    desk = Desk(sessions, library, clock)
    with pytest.raises(BadFields) as refusal:
        await desk.accepts()
    assert set(refusal.value.faults) == {"accuracy"}
    stop_id = await desk.accepts(accuracy="exact", address="东涌市场南门")
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, stop_id)
    assert (row.address, row.lat, row.lon) == ("东涌市场南门", 22.89012, 113.45678)


async def test_the_history_begins_with_who_accepted_it(
    desk: Desk, sessions: Sessions, library: Library, clock: FixedClock
):
    stop_id = await desk.accepts()
    async with transaction(sessions) as session:
        (entry,) = (await checking.show(session, library, clock, ANYBODY, stop_id)).history
    assert (entry.road, entry.reason) == ("staff", "骑手推荐，核实后加入")
    assert entry.by
    assert ("kind", None, "爱心商家") in [(c.field, c.old, c.new) for c in entry.changes]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("kind", {"kind": ""}),
        ("city", {"city": ""}),
        ("phone", {"phone": "13812345678"}),
        ("datum", {"lat": "22.79", "lon": "113.53", "accuracy": "exact"}),
        ("entry", {"entry": ""}),
    ],
)
async def test_what_cannot_be_a_stop_makes_none(
    desk: Desk, sessions: Sessions, field: str, changes: dict[str, str]
):
    with pytest.raises(BadFields) as refusal:
        await desk.accepts(**changes)
    assert set(refusal.value.faults) == {field}
    async with transaction(sessions) as session:
        assert (await session.scalars(select(RestStopRow))).all() == []
    assert (await desk.shows()).state == "waiting"
    assert await desk.words() == []


async def test_a_place_on_the_list_is_not_listed_twice(
    desk: Desk, sessions: Sessions, library: Library
):
    same = {"name": "阿婶糖水铺", "address": "东涌市场南门", "district": "南沙区"}
    async with transaction(sessions) as session:
        await add_stop(session, library, **same)
    with pytest.raises(BadFields) as refusal:
        await desk.accepts()
    assert "gz-1" in refusal.value.faults["address"]
    async with transaction(sessions) as session:
        (await session.get_one(RestStopRow, "gz-1")).status = "withdrawn"
    assert await desk.accepts()


async def test_a_declined_place_is_answered_with_the_reason(desk: Desk, sessions: Sessions):
    for reason in ("", "不", "长" * 201, "打13812345678"):
        with pytest.raises(BadFields) as refusal:
            await desk.declines(reason)
        assert set(refusal.value.faults) == {"answer"}
    await desk.declines("老板说不方便")
    proposal = await desk.shows()
    assert (proposal.state, proposal.answer, proposal.stop_id) == (
        "declined",
        "老板说不方便",
        None,
    )
    assert proposal.decided_by
    assert await desk.words() == [
        "你推荐的“阿婶糖水铺”，这次没有加进名单。工作人员说：老板说不方便"
    ]
    async with transaction(sessions) as session:
        assert (await session.scalars(select(RestStopRow))).all() == []


async def test_of_two_at_once_one_decides(desk: Desk):
    tries = (desk.accepts(), desk.declines("老板说不方便"), desk.accepts())
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, AppError)]
    assert {(type(one), one.key) for one in refused} == {(NotAllowed, "console.proposal_decided")}
    assert len(refused) == 2
    assert len(await desk.words()) == 1


async def test_who_left_is_told_nothing(desk: Desk, sessions: Sessions):
    async with transaction(sessions) as session:
        await session.delete((await session.scalars(select(Worker))).one())
    await desk.declines("老板说不方便")
    assert await desk.words() == []


async def test_numbers_of_people_are_masked_where_staff_read_and_in_the_answer(
    sessions: Sessions, library: Library, clock: FixedClock
):
    words = ("老王13812345678的店", "找13812345678", "有水，电话13812345678")
    async with transaction(sessions) as session:
        worker = await add_proposal(session, clock, *words)
    desk = Desk(sessions, library, clock)
    proposal = await desk.shows()
    form = deciding.prefilled(library, clock, proposal)
    await desk.declines("老板说不方便")
    everything = f"{asdict(proposal)} {form} {await desk.words()}"
    assert "〔电话〕" in everything
    assert not [one for one in ("13812345678", worker) if one in everything]


async def test_a_long_proposal_fits_the_form(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        await add_proposal(session, clock, "店" * 2000, "地" * 2000)
    stop_id = await Desk(sessions, library, clock).accepts()
    assert stop_id


async def test_proposals_come_in_pages_the_oldest_first(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        for number in range(deciding.PAGE_SIZE + 1):
            clock.advance(minutes=1)
            await add_proposal(session, clock, f"第{number}处", "路边")
        first = await deciding.page(session, ANYBODY, "waiting")
        last = await deciding.page(session, ANYBODY, "waiting", 99)
        none = await deciding.page(session, ANYBODY, "declined")
        assert await deciding.count_waiting(session, ANYBODY) == 51
    assert (first.pages, first.items[0].subject) == (2, "第0处")
    assert [item.subject for item in last.items] == ["第50处"]
    assert (none.items, none.counts) == ((), {"waiting": 51, "accepted": 0, "declined": 0})


@pytest.mark.parametrize("proposal_id", ["", "none", "\x00", "推荐", "../x", "a" * 5000])
async def test_an_unknown_proposal_is_said_to_be_unknown(sessions: Sessions, proposal_id: str):
    async with transaction(sessions) as session:
        with pytest.raises(NotFound):
            await deciding.show(session, ANYBODY, proposal_id)
