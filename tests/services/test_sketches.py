"""What a schematic map keeps of a position: how little, for whom, and for how long."""

import json

import pytest
from sqlalchemy import select

from db.models import StopSketch
from db.session import Sessions, transaction
from services import workers
from services.rest_stops import sketches
from services.turns import Position, Turn
from tests.factories import FixedClock, add_worker
from tests.services.stops import CENTRE, stop, store
from tests.sketching import scene, spot
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

EXACT = (23.123456, 113.987654)


async def rows(sessions: Sessions) -> list[StopSketch]:
    async with transaction(sessions) as session:
        return list(await session.scalars(select(StopSketch)))


async def shared(sessions: Sessions, worker: WorkerTester) -> str:
    """The token of the map that a shared position brings."""
    await store(
        sessions,
        stop("a", 300, opening_hours="24/7"),
        stop("b", 500, "landmark", opening_hours="24/7"),
        stop("c", 700, "street", opening_hours="24/7"),
    )
    await worker.is_at(CENTRE.lat + 0.000_016, CENTRE.lon)
    token = worker.replies[0]["picture"]
    assert isinstance(token, str)
    return token


async def test_a_list_around_a_position_has_a_map(sessions: Sessions, worker: WorkerTester):
    await shared(sessions, worker)
    [row] = await rows(sessions)
    assert (row.worker_id, row.scene["of_place"]) == (worker.id, False)
    drawn = [(each["number"], each["about"]) for each in row.scene["stops"]]
    numbers = [card["name"][0] for card in worker.cards("rest_stop")]
    assert drawn == [(numbers.index("a") + 1, False), (numbers.index("b") + 1, True)]


async def test_it_holds_no_finer_position_than_ten_metres(
    sessions: Sessions, worker: WorkerTester
):
    await shared(sessions, worker)
    [row] = await rows(sessions)
    assert (row.scene["lat"], row.scene["lon"]) == (CENTRE.lat, CENTRE.lon)
    assert "000016" not in json.dumps(row.scene)


async def test_only_its_worker_gets_it_and_only_for_a_quarter_of_an_hour(
    sessions: Sessions, worker: WorkerTester, chat: Chat, clock: FixedClock
):
    token = await shared(sessions, worker)
    other = await chat.newcomer()
    async with transaction(sessions) as session:
        assert await sketches.of(session, clock, worker.id, token)
        assert await sketches.of(session, clock, None, token)
        assert await sketches.of(session, clock, other.id, token) is None
        assert await sketches.of(session, clock, worker.id, token + "x") is None
        clock.advance(minutes=15, seconds=1)
        assert await sketches.of(session, clock, worker.id, token) is None


async def test_the_sweep_leaves_no_position_behind(
    sessions: Sessions, worker: WorkerTester, clock: FixedClock
):
    await shared(sessions, worker)
    clock.advance(minutes=14)
    async with transaction(sessions) as session:
        await sketches.sweep(session, clock)
    assert len(await rows(sessions)) == 1
    clock.advance(minutes=2)
    async with transaction(sessions) as session:
        await sketches.sweep(session, clock)
    assert await rows(sessions) == []


async def test_a_worker_takes_it_along_when_he_deletes_what_is_stored_of_him(
    sessions: Sessions, worker: WorkerTester, chat: Chat, clock: FixedClock
):
    await shared(sessions, worker)
    turn = Turn("none", worker.id, "text")
    async with transaction(sessions) as session:
        await workers.forget(session, chat.library, clock, turn)
    assert await rows(sessions) == []


async def test_stops_without_a_good_position_have_no_map(sessions: Sessions, worker: WorkerTester):
    await store(sessions, stop("c", 700, "street", opening_hours="24/7"))
    await worker.is_at(CENTRE.lat, CENTRE.lon)
    assert worker.cards("rest_stop")
    assert [reply["picture"] for reply in worker.replies] == [None] * len(worker.replies)
    assert await rows(sessions) == []


async def test_what_is_kept_is_what_was_put(sessions: Sessions, clock: FixedClock):
    put = scene(23.1, 113.9, spot(23.1, 113.9, 2, "closed", about=True), of_place=True)
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        token = await sketches.put(session, clock, worker.id, put)
    async with transaction(sessions) as session:
        assert await sketches.of(session, clock, worker.id, token) == put
        await sketches.drop(session, token)
    assert await rows(sessions) == []


@pytest.mark.parametrize(
    "changes",
    [{"scale": 2}, {"stops": None}, {"stops": [{"number": 1}]}, {"stops": ["a"]}, {"stops": [3]}],
)
@on_sqlite
async def test_a_scene_of_another_releases_shape_is_none(
    sessions: Sessions, clock: FixedClock, changes: dict[str, object]
):
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        token = await sketches.put(session, clock, worker.id, scene(23.1, 113.9, spot(23, 113)))
    [row] = await rows(sessions)
    for shape in ({**row.scene, **changes}, {"stops": []}, {}):
        async with transaction(sessions) as session:
            (await session.get_one(StopSketch, token)).scene = shape
        async with transaction(sessions) as session:
            assert await sketches.of(session, clock, worker.id, token) is None


def test_a_position_never_shows_in_a_log():
    one = spot(*EXACT)
    assert "23.1" not in f"{scene(*EXACT, one)!r}{one!r}"
    assert sketches.scene_of(Position(*EXACT), (), of_place=False) is None
