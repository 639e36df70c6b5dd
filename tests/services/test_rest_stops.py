"""What may truly be said of a stop, and the shipped ones as workers find them."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from content.library import Library
from db.models import RestStopRow
from db.session import Sessions, transaction
from kit.clock import SHANGHAI
from services import hours
from services.dialogues.stop_search import SHOWN_AT_ONCE
from services.geo import distance_m, to_wgs84
from services.rest_stops import cards, finding
from services.rest_stops.around import around
from services.rest_stops.finding import Area
from services.rest_stops.ranking import Judged
from services.rest_stops.standing import NOTHING_SAID, Standing, Voice, standing
from services.turns import Position, RestStopCard
from tests.services.stops import stop, store
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

MAP_DERIVED = Path(__file__).resolve().parents[1] / "fixtures" / "rest_stops_map_derived.csv"
NOON = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)


def card(
    library: Library,
    row: RestStopRow,
    *,
    metres: float | None = None,
    stands: Standing = NOTHING_SAID,
    moment: datetime = NOON,
) -> RestStopCard:
    judged = Judged(row, hours.status(row.opening_hours, moment), stands, metres)
    return cards.card(library, row, judged, moment)


def test_a_distance_is_never_finer_than_the_position(library: Library):
    exact = card(library, stop("a", 0), metres=1_234)
    assert (exact.distance_m, exact.distance_about) == (1_230, False)
    landmark = stop("b", 0, "landmark", landmark="测试站", est_error_m=200)
    about = card(library, landmark, metres=1_234)
    assert (about.distance_m, about.distance_about) == (1_200, True)
    assert "测试站" in "".join(about.lines)
    street = card(library, stop("c", 0, "street"))
    assert street.distance_m is None
    assert "没有准确位置" in "".join(street.lines)


def test_what_is_not_known_is_said_to_be_unknown(library: Library):
    bare = card(library, stop("a", None, "none", address=None, hours_text=None))
    assert (bare.address, bare.hours_text, bare.entry) == (
        "门牌地址未核到",
        "营业时间未知",
        "没公布",
    )
    assert (bare.fee, bare.admits, bare.hours_now, bare.checked_on) == (None,) * 4
    assert bare.map_url is None
    assert not hasattr(bare, "source_url")


def test_hours_as_they_are_now(library: Library):
    row = stop("a", 0, opening_hours="Mo-Su 08:00-12:20", hours_text="8:00-12:20")
    assert card(library, row).hours_now == "20分钟后关门"
    early = card(library, row, moment=NOON - timedelta(hours=6))
    assert (early.open_state, early.hours_now) == ("closed", "8点开门")
    new_year = card(library, row, moment=datetime(2031, 1, 6, 9, tzinfo=SHANGHAI))
    assert (new_year.open_state, new_year.hours_now) == ("unknown", "节假日安排未公布")


def test_three_maps_lead_to_an_exact_place_and_a_search_to_any_other(library: Library):
    exact = card(library, stop("a", 0))
    assert [link.app for link in exact.maps] == ["amap", "baidu", "tencent"]
    assert exact.map_url == exact.maps[0].url
    assert "navigation" in exact.maps[0].url
    street = card(library, stop("c", 0, "street"))
    assert all("23.0" not in link.url and "113.0" not in link.url for link in street.maps)
    assert street.position is None


def test_a_word_from_the_door_stands_on_the_card(library: Library):
    said = standing([Voice("locked", NOON - timedelta(hours=2), counts=False)], NOON)
    told = card(library, stop("a", 0, opening_hours="24/7"), stands=said)
    assert told.voices == ("2小时前有骑手说锁门",)
    assert told.open_state == "unknown"  # the rule says open, but somebody stood outside
    titles = [choice.title for choice in told.choices]
    assert titles == ["还开着", "锁门", "搬走", "没水没电", "不让进"]


def test_staff_and_source_and_date_are_named(library: Library):
    row = stop("a", 0, source="南沙区总工会", published_on="2026-03", checked_on=date(2026, 11, 1))
    told = card(library, row)
    assert (told.source, told.published_on, told.checked_on) == (
        "南沙区总工会", "2026-03", "2026-11-01",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metres", "accuracy", "said"),
    [
        (0, "exact", "10 米"),
        (88, "landmark", "约 100 米"),
        (994, "exact", "990 米"),
        (1_000, "exact", "1 公里"),
        (1_249, "exact", "1.3 公里"),
        (1_244, "exact", "1.2 公里"),
        (12_340, "exact", "12.3 公里"),
    ],
)
def test_distances_read_plainly(library: Library, metres: float, accuracy: str, said: str):
    row = stop("a", 0, accuracy)
    assert card(library, row, metres=metres).distance_text == said
    judged = Judged(row, hours.status(None, NOON), NOTHING_SAID, metres)
    from_there = cards.card(library, row, judged, NOON, "黄阁地铁站")
    assert from_there.distance_text == f"离黄阁地铁站 {said}"
    assert card(library, stop("b", 0, "street")).distance_text is None


def test_who_said_so_and_when_is_one_line(library: Library):
    row = stop("a", 0, source="南沙区总工会", published_on="2026-03", checked_on=date(2026, 11, 1))
    assert card(library, row).told == "南沙区总工会 · 2026-03 公布 · 2026-11-01 核对过"
    assert card(library, stop("b", 0)).told == "公布日期没查到 · 还没有核对过"


def test_what_it_costs_whom_it_admits_and_what_it_lacks_is_said_where_published(library: Library):
    row = stop("a", 0, fee="免费", admits="户外劳动者", lacks=("换电", "淋浴"))
    assert card(library, row).lines == ("收费：免费", "谁能进：户外劳动者", "写明没有：换电、淋浴")
    assert card(library, stop("b", 0)).lines == ()


def test_under_construction_is_shown_as_such(library: Library):
    row = stop("building", 10, status="under_construction", opening_hours="24/7")
    told = card(library, row, metres=10.0)
    assert (told.under_construction, told.open_state, told.map_url) == (True, "closed", None)
    assert told.choices == ()


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
        made.append(stop(f"m{number:02}", 0, **fields, lat=inside.lat, lon=inside.lon))
    return made


async def test_real_positions_give_real_distances(sessions: Sessions, library: Library):
    stops = map_derived()
    assert len(stops) == 26
    await store(sessions, *stops)
    for stop_ in stops:
        here = Position(stop_.lat, stop_.lon)
        async with transaction(sessions) as session:
            found = await around(session, lambda: NOON, here)
            told = await cards.cards(
                session, library, lambda: NOON, found.ids, metres=found.metres
            )
        assert (told[0].id, told[0].distance_m) == (stop_.id, 10)
        near = [found.metres[key] for key in found.ids if key in found.near]
        assert near == sorted(near)
        for each in told:
            assert each.position is not None
            real = distance_m(here, Position(*each.position))
            assert each.distance_m == pytest.approx(real, abs=10)
            assert "navigation" in (each.map_url or "")


@pytest.mark.usefixtures("stocked")
async def test_nansha_as_the_issue_tells_it(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("找驿站")
    worker.sees("你在哪")
    assert worker.replies[0]["ask"] == "location"
    await worker.is_at(22.7947, 113.5328)
    worker.sees("金洲站附近")
    first = worker.cards("rest_stop")[0]
    assert "南沙万达" in first["name"]
    assert (first["distance_m"], first["open_state"], first["hours_text"]) == (
        None,
        "open",
        "24小时",
    )
    assert "没公布" in first["entry"]
    for card in worker.cards("rest_stop"):
        assert "source_url" not in card
        assert card["distance_m"] is None


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_vague_stops_are_never_called_near(worker: WorkerTester):
    await worker.is_at(22.99457, 113.32751)  # 汉溪长隆: the district knows one stop, nobody where
    worker.sees("位置写得不准的", "番禺区")
    await worker.presses("看这个区的")
    assert [card["distance_m"] for card in worker.cards("rest_stop")] == [None]


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_no_distance_without_a_good_position(chat: Chat, library: Library):
    vague = {"district", "none", "street"}
    seen = 0
    for place in library.places[:60]:
        async with transaction(chat.sessions) as session:
            found = await around(session, chat.clock, Position(place.lat, place.lon))
        for judged in found.stops:
            if judged.stop.accuracy in vague:
                seen += 1
                assert judged.metres is None
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
    assert len(seen) == len(set(seen)) > SHOWN_AT_ONCE
    async with transaction(chat.sessions) as session:
        whole = await finding.in_area(session, chat.clock, Area("盐城"))
    assert seen == whole.ids
    states = [judged.use == "building" for judged in whole.stops]
    assert states == sorted(states)
    assert any(states)
