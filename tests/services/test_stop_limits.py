"""An editor of some districts sees, edits and settles the stops and proposals of these alone."""

import pytest
from sqlalchemy import select, update

from content.library import Library
from db.models import RestStopRow, StopProposal
from db.session import Sessions, transaction
from kit.errors import NotFound
from services.rest_stops import checking, deciding, editing, proposals, settling
from services.rest_stops.editing import Edit
from services.rest_stops.fields import BadFields
from services.rest_stops.settling import Look
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.factories import FixedClock, add_staff, add_turn, add_worker
from tests.staffing import everything
from tests.stops import add_proposal, add_report, add_stop

OURS, THEIRS = "ours", "theirs"
FORM = {"kind": "爱心商家", "address": "南沙大道9号", "hours_text": "每天8点至20点"}
ANYBODY = everything("anybody")


def of(*districts: str, staff_id: str = "id", **limits: tuple[str, ...]) -> Actor:
    return Actor(staff_id, "李强", "", (Grant(Role.CONTENT_EDITOR, districts, **limits),))


NANSHA = of("广东/广州/南沙区")


@pytest.fixture
async def two(sessions: Sessions, library: Library, clock: FixedClock) -> None:
    """A stop in 南沙区 and one in 海珠区, both complained of."""
    async with transaction(sessions) as session:
        for stop, district in ((OURS, "南沙区"), (THEIRS, "海珠区")):
            await add_stop(session, library, id=stop, district=district, address=f"{stop}路1号")
            for _ in range(2):
                await add_report(session, clock, stop, "locked")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (NANSHA, [OURS]),
        (of("广东/广州"), [OURS, THEIRS]),
        (of("广东/广州/南沙区", "广东/广州/海珠区"), [OURS, THEIRS]),
        (of("浙江"), []),
        (of(categories=("road",)), []),
        (of(), [OURS, THEIRS]),
    ],
)
async def test_lists_searches_and_counts_keep_to_the_district(
    sessions: Sessions, clock: FixedClock, actor: Actor, seen: list[str]
):
    async with transaction(sessions) as session:
        page = await checking.to_check(session, clock, actor)
        found = await checking.search(session, actor, "路1号")
        assert await checking.count_to_check(session, actor) == len(seen)
    assert sorted(item.id for item in page.items) == seen
    assert page.total == len(seen)
    assert [item.id for item in found.items] == seen
    assert all(item.hidden for item in page.items)


@pytest.mark.usefixtures("two")
async def test_a_stop_elsewhere_is_not_there(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        assert (await checking.show(session, library, clock, NANSHA, OURS)).id == OURS
        theirs = await checking.show(session, library, clock, ANYBODY, THEIRS)
        with pytest.raises(NotFound):
            await checking.show(session, library, clock, NANSHA, THEIRS)
        edit = Edit(NANSHA, theirs.form, "电话问过", checked=True, seen=theirs.seen)
        with pytest.raises(NotFound):
            await editing.edit(session, library, clock, THEIRS, edit)
        look = Look(NANSHA, "right", "", theirs.heard)
        with pytest.raises(NotFound):
            await settling.settle(session, library, clock, THEIRS, look)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("moved", "field"),
    [
        ({"district": "海珠区"}, "district"),
        ({"district": ""}, "district"),
        ({"city": "深圳", "district": "南山区"}, "city"),
        ({"note": "门口有坡"}, None),
    ],
)
async def test_an_edit_moves_no_stop_out_of_reach(
    sessions: Sessions,
    library: Library,
    clock: FixedClock,
    moved: dict[str, str],
    field: str | None,
):
    async with transaction(sessions) as session:
        actor = of("广东/广州/南沙区", staff_id=(await add_staff(session)).id)
        shown = await checking.show(session, library, clock, actor, OURS)
        edit = Edit(actor, {**shown.form, **moved}, "电话问过", checked=False, seen=shown.seen)
        if field is None:
            await editing.edit(session, library, clock, OURS, edit)
            return
        with pytest.raises(BadFields) as refusal:
            await editing.edit(session, library, clock, OURS, edit)
        assert set(refusal.value.faults) == {field}
        assert "广东 广州 南沙区" in refusal.value.faults[field]
        assert (await session.get_one(RestStopRow, OURS)).district == "南沙区"


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("东涌市场南门", (None, None, None)),
        ("南沙区东涌市场南门", (None, None, None)),
        ("广州南沙东涌市场", ("广东", "广州", "南沙区")),
        ("海珠区的路口", ("广东", "广州", "海珠区")),
        ("朝阳区的路口", (None, None, None)),
        ("我发的位置（22.79474,113.53282）", ("广东", "广州", "南沙区")),
        ("南沙区（22.54310,114.05790）", ("广东", "深圳", "福田区")),
        ("海上（10.00000,114.00000）", (None, None, None)),
    ],
)
async def test_a_proposal_has_the_area_that_it_says(
    sessions: Sessions, clock: FixedClock, place: str, area: tuple[str | None, ...]
):
    async with transaction(sessions) as session:
        await add_proposal(session, clock, "糖水铺", place)
        row = (await session.scalars(select(StopProposal))).one()
        assert (row.province, row.city, row.district) == area


async def test_of_two_districts_of_one_name_it_is_that_of_the_proposers_city(
    sessions: Sessions, clock: FixedClock
):
    async with transaction(sessions) as session:
        worker = await add_worker(session, city="广州")
        turn = await add_turn(session, worker.id)
        draft = proposals.Draft("糖水铺", "南沙区东涌市场")
        await proposals.hand_in(session, clock, worker.id, turn.id, draft)
        row = (await session.scalars(select(StopProposal))).one()
        assert (row.city, row.district) == ("广州", "南沙区")


async def test_proposals_keep_to_the_district_and_unknown_ones_to_the_unlimited(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        for place in ("广州南沙市场", "海珠区市场", "市场"):
            await add_proposal(session, clock, "糖水铺", place)
        ids = {row.place: row.id for row in await session.scalars(select(StopProposal))}
        page = await deciding.page(session, NANSHA, proposals.WAITING)
        assert [each.id for each in page.items] == [ids["广州南沙市场"]]
        assert page.counts == {"waiting": 1, "accepted": 0, "declined": 0}
        assert await deciding.count_waiting(session, ANYBODY) == 3
        for place in ("海珠区市场", "市场"):
            with pytest.raises(NotFound):
                await deciding.show(session, NANSHA, ids[place])
            with pytest.raises(NotFound):
                await deciding.decline(
                    session, library, clock, ids[place], "问过不方便", actor=NANSHA
                )
        row = await session.get_one(StopProposal, ids["市场"])
        assert row.state == proposals.WAITING


async def test_a_stop_is_made_of_a_proposal_only_where_one_reaches(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        await add_proposal(session, clock, "糖水铺", "广州南沙市场")
        actor = of("广东/广州/南沙区", staff_id=(await add_staff(session)).id)
        (key,) = await session.scalars(select(StopProposal.id))
        shown = await deciding.show(session, actor, key)
        form = {**deciding.prefilled(library, clock, shown), **FORM}
        assert (form["city"], form["district"]) == ("广州", "南沙区")
        elsewhere = {**form, "district": "海珠区"}
        with pytest.raises(BadFields):
            await deciding.accept(session, library, clock, key, elsewhere, actor=actor)
        stop_id = await deciding.accept(session, library, clock, key, form, actor=actor)
        assert (await checking.show(session, library, clock, actor, stop_id)).id == stop_id
        await session.execute(update(StopProposal).values(district=None))
        with pytest.raises(NotFound):
            await deciding.show(session, actor, key)
