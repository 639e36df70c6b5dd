"""Which stops are offered, in which order, and what may truly be said of their distance."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from content.library import Library
from db.models import RestStopRow
from db.session import Sessions, transaction
from kit.clock import SHANGHAI
from services import editions, rest_stops
from services.geo import distance_m, to_wgs84
from services.turns import Position
from tests.factories import FixedClock
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

MAP_DERIVED = Path(__file__).resolve().parents[1] / "fixtures" / "rest_stops_map_derived.csv"
CENTRE = Position(23.0, 113.0)
NOON = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
METRE = 1 / 111_195


def stop(key: str, north_m: float | None, accuracy: str = "exact", **fields) -> RestStopRow:
    """A stop so many metres north of the centre; without a position when that is None."""
    lat, lon = (None, None) if north_m is None else (CENTRE.lat + north_m * METRE, CENTRE.lon)
    given = {
        "id": key, "name": f"{key}驿站", "kind": "工会驿站", "province": "广东", "city": "广州",
        "district": "测试区", "street": None, "address": "测试路1号", "lat": lat, "lon": lon,
        "accuracy": accuracy, "entry": "unknown", "facilities": [], "other_facilities": [],
        "status": "open_to_public", **fields,
    }  # fmt: skip
    return RestStopRow(**given)


async def store(sessions: Sessions, *stops: RestStopRow) -> None:
    async with transaction(sessions) as session:
        session.add_all(stops)


async def near(sessions: Sessions, radius: float = 5_000) -> rest_stops.Found:
    async with transaction(sessions) as session:
        return await rest_stops.near(session, lambda: NOON, CENTRE, radius)


async def test_open_before_unknown_before_closed_before_building(sessions: Sessions):
    building = {"status": "under_construction", "opening_hours": "24/7"}
    await store(
        sessions,
        stop("building", 10, **building),
        stop("closed", 20, opening_hours="Mo-Su 00:00-01:00"),
        stop("unknown-far", 900),
        stop("unknown-near", 30),
        stop("open-far", 2_000, opening_hours="24/7"),
        stop("open-near", 400, opening_hours="Mo-Su 08:00-20:00"),
        stop("too-far", 6_000, opening_hours="24/7"),
        stop("withdrawn", 5, status="withdrawn"),
    )
    order = ["open-near", "open-far", "unknown-near", "unknown-far", "closed", "building"]
    assert (await near(sessions)).ids == order


async def test_only_good_positions_have_a_distance(sessions: Sessions, library: Library):
    await store(
        sessions,
        stop("exact", 1_234),
        stop("landmark", 1_234, "landmark", landmark="测试站", est_error_m=200),
        stop("street", 1_234, "street"),
        stop("district", 1_234, "district"),
        stop("none", None, "none"),
    )
    found = await near(sessions)
    cards = {
        row.id: rest_stops.card(library, row, NOON, found.distances.get(row.id))
        for row in found.rows
    }
    assert set(cards) == {"exact", "landmark", "street"}
    assert (cards["exact"].distance_m, cards["exact"].distance_about) == (1_230, False)
    assert (cards["landmark"].distance_m, cards["landmark"].distance_about) == (1_200, True)
    assert cards["street"].distance_m is None
    assert "测试站" in "".join(cards["landmark"].lines)
    assert "没有准确位置" in "".join(cards["street"].lines)


async def test_under_construction_is_shown_as_such(sessions: Sessions, library: Library):
    await store(sessions, stop("building", 10, status="under_construction", opening_hours="24/7"))
    [row] = (await near(sessions)).rows
    card = rest_stops.card(library, row, NOON, 10.0)
    assert (card.under_construction, card.open_state, card.map_url) == (True, "closed", None)


def map_derived() -> list[RestStopRow]:
    """The 26 rows whose positions were derived from maps: exact, but only fit for tests."""
    with MAP_DERIVED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = []
    for number, row in enumerate(rows):
        given = Position(float(row["lat"]), float(row["lon"]), row["coord_system"])
        inside = to_wgs84(given)
        names = ("name", "kind", "province", "city", "district", "address")
        fields = {name: row[name] or None for name in names}
        made.append(stop(f"m{number}", 0, **fields, lat=inside.lat, lon=inside.lon))
    return made


async def test_real_positions_give_real_distances(sessions: Sessions, library: Library):
    stops = map_derived()
    assert len(stops) == 26
    await store(sessions, *stops)
    for stop_ in stops:
        here = Position(stop_.lat, stop_.lon)
        async with transaction(sessions) as session:
            found = await rest_stops.near(session, lambda: NOON, here, 5_000)
        assert found.rows[0].lat == stop_.lat
        metres = [found.distances[row.id] for row in found.rows]
        assert metres == sorted(metres)
        assert metres[-1] <= 5_000
        for row in found.rows:
            card = rest_stops.card(library, row, NOON, found.distances[row.id])
            real = distance_m(here, Position(row.lat, row.lon))
            assert card.distance_m == pytest.approx(real, abs=10)
            assert "position=" in (card.map_url or "")


@pytest.mark.usefixtures("stocked")
async def test_nansha_as_the_issue_tells_it(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("找驿站")
    worker.sees("你在哪")
    assert worker.replies[0]["ask"] == "location"
    await worker.is_at(22.7947, 113.5328)
    first = worker.cards("rest_stop")[0]
    assert "南沙万达" in first["name"]
    assert (first["distance_m"], first["open_state"], first["hours_text"]) == (
        None,
        "open",
        "24小时",
    )
    assert "没公布" in first["entry"]
    worker.sees("没有收录", "12351")
    for card in worker.cards("rest_stop"):
        assert "source_url" not in card
        assert card["distance_m"] is None


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_vague_stops_are_never_called_near(worker: WorkerTester):
    await worker.is_at(22.99457, 113.32751)  # 汉溪长隆: the district knows one stop, nobody where
    worker.sees("同在番禺区", "没有收录准确位置")
    worker.sees_not("公里")
    assert [card["distance_m"] for card in worker.cards("rest_stop")] == [None]


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_no_distance_without_a_good_position(chat: Chat, library: Library):
    vague = {"district", "none", "street"}
    seen = 0
    for place in library.places[:60]:
        async with transaction(chat.sessions) as session:
            centre = Position(place.lat, place.lon)
            found = await rest_stops.near(session, chat.clock, centre, rest_stops.NEAR_M)
        for row in found.rows:
            card = rest_stops.card(library, row, NOON, found.distances.get(row.id))
            if row.accuracy in vague:
                seen += 1
                assert card.distance_m is None
    assert seen


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_a_place_with_namesakes_is_asked_about(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("找驿站")
    await worker.says("东涌")
    worker.sees("不止一处", "东涌站（地铁）", "东涌（镇街）")
    await worker.says("1")
    worker.sees("东涌")


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_where_nothing_is_known_that_is_said(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.is_at(31.5, 90.0)
    worker.sees("还没有收录驿站", "12351", "广州")
    assert worker.cards("rest_stop") == []
    await worker.presses("盐城")
    worker.sees("盐城")
    assert worker.cards("rest_stop")


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_leafing_through_a_list_shows_each_once(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("找驿站")
    await worker.says("盐城")
    seen = [card["id"] for card in worker.cards("rest_stop")]
    while any(title.startswith("还有") for title in worker.titles):
        await worker.presses("还有")
        seen += [card["id"] for card in worker.cards("rest_stop")]
    assert len(seen) == len(set(seen)) > rest_stops.SHOWN_AT_ONCE
    async with transaction(chat.sessions) as session:
        whole = await rest_stops.in_area(session, chat.clock, "盐城")
    assert seen == whole.ids
    states = [row.status == "under_construction" for row in whole.rows]
    assert states == sorted(states)
    assert any(states)


@on_sqlite
async def test_what_is_needed_comes_first_or_is_said_to_be_unknown(
    chat: Chat, clock: FixedClock, library: Library
):
    async with transaction(chat.sessions) as session:
        await editions.load(session, library, clock)
        found = await rest_stops.in_area(session, clock, "广州")
    fitting = rest_stops.with_need(found, "热饭")
    assert 0 < len(fitting.rows) < len(found.rows)
    both = rest_stops.also(fitting, found)
    assert both.rows[: len(fitting.rows)] == fitting.rows
    assert sorted(both.ids) == sorted(found.ids)
    assert rest_stops.with_need(found, "游泳池").rows == ()
