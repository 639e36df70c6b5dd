"""Loading a shipped edition: once, without losing what staff have edited."""

from dataclasses import replace

from sqlalchemy import select

from content.library import Library
from db.models import RestStopRow, Revision
from db.session import Sessions, transaction
from kit.ids import new_id
from services import editions
from services.editions import Loaded
from tests.factories import FixedClock

KEY = "gz-haizhu-dongxiaonan"


async def load(sessions: Sessions, library: Library, clock: FixedClock) -> Loaded:
    async with transaction(sessions) as session:
        return await editions.load(session, library, clock)


async def stops(sessions: Sessions) -> dict[str, RestStopRow]:
    async with transaction(sessions) as session:
        return {row.id: row for row in await session.scalars(select(RestStopRow))}


def newer(library: Library, version: str, *, without: str = "", **changes: object) -> Library:
    """The next edition: one stop changed, one left out."""
    shipped = {key: stop for key, stop in library.stops.items() if key != without}
    shipped[KEY] = library.stops[KEY].model_copy(update=changes)
    return replace(library, stops=shipped, version=version)


async def test_a_load_brings_every_stop_and_again_does_nothing(
    sessions: Sessions, clock: FixedClock, library: Library
):
    total = len(library.stops)
    assert await load(sessions, library, clock) == Loaded(new=total)
    assert await load(sessions, library, clock) == Loaded()
    rows = await stops(sessions)
    assert rows.keys() == library.stops.keys()
    for key, row in rows.items():
        position = library.stops[key].position
        assert (row.lat is None) == (position is None)
        if position is not None and row.published_position is not None:
            assert row.accuracy == position.accuracy
            assert row.published_position["datum"] == position.datum


async def test_a_newer_edition_changes_withdraws_and_brings_back(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await load(sessions, library, clock)
    gone = next(key for key in library.stops if key != KEY)
    second = newer(library, "second", without=gone, name="改了名的驿站", position=None)
    assert await load(sessions, second, clock) == Loaded(changed=1, withdrawn=1)
    rows = await stops(sessions)
    assert (rows[KEY].name, rows[KEY].lat, rows[KEY].accuracy) == ("改了名的驿站", None, "none")
    assert rows[gone].status == "withdrawn"
    third = replace(library, version="third")
    assert await load(sessions, third, clock) == Loaded(changed=2)
    assert (await stops(sessions))[gone].status != "withdrawn"


async def test_an_edit_of_staff_is_kept_and_the_newer_one_proposed(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await load(sessions, library, clock)
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, KEY)
        row.name = "工作人员改的名"
        given = {"kind": "rest_stop", "key": KEY, "body": {"name": row.name}, "reason": "核实"}
        people = {"author": "a" * 32, "approver": "b" * 32}
        session.add(
            Revision(id=new_id(), **given, **people, created_at=clock(), valid_from=clock())
        )
    second = newer(library, "second", name="新版的名")
    assert await load(sessions, second, clock) == Loaded(proposed=1)
    assert (await stops(sessions))[KEY].name == "工作人员改的名"
    async with transaction(sessions) as session:
        proposals = list(
            await session.scalars(select(Revision).where(Revision.author == editions.SHIPPED_BY))
        )
    assert [(p.key, p.body["name"], p.approver) for p in proposals] == [(KEY, "新版的名", None)]


async def test_a_stop_of_a_district_is_not_the_editions_to_withdraw(
    sessions: Sessions, clock: FixedClock, library: Library
):
    await load(sessions, library, clock)
    async with transaction(sessions) as session:
        session.add(
            RestStopRow(
                id="own", name="区里自己的", kind="驿站", province="广东", city="广州",
                accuracy="none", entry="unknown", facilities=[], other_facilities=[],
                status="open_to_public", edition=None,
            )
        )  # fmt: skip
    assert await load(sessions, replace(library, version="next"), clock) == Loaded()
    assert (await stops(sessions))["own"].status == "open_to_public"
