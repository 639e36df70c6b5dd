"""The shipped stops say what was published, and leave unknown what was not."""

import csv
import re

import pytest
from pydantic import ValidationError

from content.library import Library
from content.schema import RestStop, staff_only_fields
from tests.content.conftest import SHIPPED

MAP_DERIVED = SHIPPED.parent / "tests" / "fixtures" / "rest_stops_map_derived.csv"


def map_derived() -> list[dict[str, str]]:
    with MAP_DERIVED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_ascii_brackets(name: str) -> str:
    return name.replace("（", "(").replace("）", ")")


def test_the_known_stops_are_here(shipped: Library) -> None:
    assert len(shipped.stops) == 208
    cities = [stop.city for stop in shipped.stops.values()]
    assert (cities.count("广州"), cities.count("盐城")) == (16, 23)
    assert [s.id for s in shipped.stops.values() if s.district == "南沙区"] == ["gz-nansha-wanda"]


def test_no_map_derived_stop_is_shipped(shipped: Library) -> None:
    rows = map_derived()
    assert len(rows) == 26
    assert {row["city"] for row in rows} == {"郑州", "肇庆", "九江"}
    names = {in_ascii_brackets(stop.name) for stop in shipped.stops.values()}
    points = {(s.position.lat, s.position.lon) for s in shipped.stops.values() if s.position}
    for row in rows:
        assert row["name"] not in names
        assert (float(row["lat"]), float(row["lon"])) not in points
    assert "exact" not in {stop.accuracy for stop in shipped.stops.values()}


def test_nansha_wanda_as_published(shipped: Library) -> None:
    stop = shipped.stops["gz-nansha-wanda"]
    assert stop.position is not None
    assert (stop.position.lat, stop.position.lon) == (22.794742, 113.532817)
    assert (stop.position.datum, stop.accuracy) == ("gcj02", "street")
    assert (stop.hours_text, stop.opening_hours) == ("24小时", "24/7")
    assert stop.published_on == "2026（未标日期）"
    assert stop.facilities == ("休息",)
    assert stop.other_facilities == ("热饮（活动时）",)
    assert (stop.entry, stop.phone, stop.checked_on) == ("unknown", None, None)


def test_the_eight_better_positions_are_landmarks(shipped: Library) -> None:
    better = [
        s.position for s in shipped.stops.values() if s.accuracy == "landmark" and s.position
    ]
    assert len(better) == 8
    for position in better:
        assert position.landmark
        assert position.est_error_m
        assert position.credit == "© OpenStreetMap contributors"


def test_hours_are_derived_only_from_clear_words(shipped: Library) -> None:
    def hours(stop_id: str) -> tuple[str | None, str | None]:
        return shipped.stops[stop_id].hours_text, shipped.stops[stop_id].opening_hours

    text, rule = hours("gz-haizhu-dongxiaonan")
    assert rule == "24/7"  # the newest of two texts, both kept
    assert "8时到22时" in str(text)
    assert "2025-08" in str(text)
    assert hours("gz-baiyun-huangshijie") == ("每日9点至22点", "Mo-Su 09:00-22:00")
    assert hours("dg-daojiao-daojiaozhen") == ("每天对外开放（未公布时段）", None)
    assert hours("sh-baoshan-hutailu4361hao") == ("8:30-11:00,13:30-17:00", None)  # which days?
    for stop in shipped.stops.values():
        if stop.opening_hours:
            assert stop.hours_text, stop.id
            assert "未公布" not in stop.hours_text, stop.id
            assert re.search(r"24小时|全天候|每日|每天|周|工作日", stop.hours_text), stop.id


def test_no_hours_are_derived_from_a_source_that_guesses_them(shipped: Library) -> None:
    for stop in shipped.stops.values():
        assert stop.city != "郑州" or stop.opening_hours is None


def test_ways_in_come_from_published_words(shipped: Library) -> None:
    for stop in shipped.stops.values():
        assert stop.entry == "unknown" or stop.entry_note, stop.id
    assert shipped.stops["gz-yuexiu-haiyinqiao"].entry == "remote_button"
    assert shipped.stops["yc-dongtai-buxingjie"].entry == "face"


def test_a_stop_under_construction_is_not_said_to_be_open(shipped: Library) -> None:
    building = [s for s in shipped.stops.values() if s.status == "under_construction"]
    assert len(building) == 4
    assert {s.city for s in building} == {"盐城"}
    for stop in shipped.stops.values():
        assert "在建" not in stop.name
        assert "上锁" not in stop.name


def test_a_stop_seen_locked_in_its_hours_is_not_said_to_be_open(shipped: Library) -> None:
    stop = shipped.stops["tj-heping-shashidaolaozhongyi"]
    assert "上锁" in str(stop.note)
    assert (stop.hours_text, stop.opening_hours) == ("周一至周日9:00-17:00", None)


@pytest.mark.parametrize("words", ["活动时", "附近", "规划", "概括", "不定期", "充电宝", "冷饮"])
def test_a_conditional_facility_is_no_plain_yes(shipped: Library, words: str) -> None:
    found = [s for s in shipped.stops.values() if any(words in w for w in s.other_facilities)]
    assert found
    for stop in shipped.stops.values():
        assert set(stop.facilities) <= shipped.facilities.keys(), stop.id
    general = shipped.stops["gz-panyu-shidaibaowanwuliu"]  # the province's words about all such
    assert general.facilities == ()


def test_charging_of_what_stays_open(shipped: Library) -> None:
    stop = shipped.stops["fs-shunde-xinguishequsanxin"]
    assert "充电" in stop.other_facilities
    assert not {"手机充电", "电动车充电"} & set(stop.facilities)


def test_the_lead_to_a_source_is_for_staff(shipped: Library) -> None:
    assert staff_only_fields(RestStop) == {"source_url", "staff_note"}
    for stop in shipped.stops.values():
        shown = stop.model_dump(exclude=set(staff_only_fields(RestStop)))
        assert "http" not in str(shown), stop.id
        assert str(stop.source_url) not in repr(stop), stop.id


def test_only_landlines_and_no_map_numbers_are_published(shipped: Library) -> None:
    for stop in shipped.stops.values():
        assert not re.search(r"1[3-9]\d{9}", f"{stop.phone}{stop.address}{stop.operator}"), stop.id
        assert "POI" not in f"{stop.name}{stop.address}", stop.id


@pytest.mark.parametrize("source", ["https://example.org/list", "区总工会 WWW.example.org"])
def test_workers_are_given_no_address_of_the_web_as_a_source(
    shipped: Library, source: str
) -> None:
    stop = next(iter(shipped.stops.values())).model_dump()
    RestStop.model_validate({**stop, "source": "区总工会"})
    with pytest.raises(ValidationError, match="address of the web"):
        RestStop.model_validate({**stop, "source": source})
