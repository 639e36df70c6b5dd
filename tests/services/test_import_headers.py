"""Headers as districts write them lead to the right field, or to a refusal."""

from dataclasses import fields

import pytest

from content.library import Library
from kit.errors import BadInput
from services.rest_stops.importing.data import StopValues
from services.rest_stops.importing.headers import Headers

# Filled from others, or by columns of their own.
DERIVED = {"lacks", "other_facilities", "hours_derived", "is_whole_list"}


@pytest.fixture(scope="module")
def headers(library: Library) -> Headers:
    return Headers(library)


def test_every_field_of_a_stop_has_a_header(library: Library) -> None:
    named = set(library.stop_columns["headers"]) - {"point"}

    assert named == {field.name for field in fields(StopValues)} - DERIVED


def test_no_header_is_also_a_facility(library: Library) -> None:
    heads = {word for words in library.stop_columns["headers"].values() for word in words}
    facilities = {word for key, words in library.facilities.items() for word in (key, *words)}

    assert heads & facilities == set()


def test_headers_are_known_with_marks_and_brackets(headers: Headers) -> None:
    told = (
        "序号",
        "*驿站名称（必填）",
        " 纬 度 ",
        "经度\n(WGS-84)",
        "Address",
        "Source_URL：",
        "",
    )

    columns = headers.assign(told)

    assert columns.fields == {1: "name", 2: "lat", 3: "lon", 4: "address", 5: "source_url"}
    assert columns.datum == "wgs84"
    assert columns.not_imported == ("序号",)


def test_the_day_a_table_was_edited_is_no_check_of_a_stop(headers: Headers) -> None:
    columns = headers.assign(("名称", "更新日期", "核实日期"))

    assert columns.fields == {0: "name", 2: "checked_on"}
    assert columns.not_imported == ("更新日期",)


def test_a_column_may_stand_for_one_facility(headers: Headers) -> None:
    columns = headers.assign(("名称", "饮水", "WiFi", "换电"))

    assert columns.facilities == {1: "水", 2: "WiFi", 3: "换电"}


@pytest.mark.parametrize(
    ("header", "datum"),
    [
        ("百度纬度", "bd09"),
        ("纬度(GCJ-02)", "gcj02"),
        ("经度【高德】", "gcj02"),
        ("坐标（WGS84）", "wgs84"),
        ("纬度", None),
        ("地址（百度地图上的）", None),
    ],
)
def test_the_datum_that_a_header_names_counts(
    headers: Headers, header: str, datum: str | None
) -> None:
    assert headers.assign(("名称", header)).datum == datum


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (("名称", "站名"), "two_columns"),
        (("名称", "名称"), "two_columns"),
        (("饮水", "热水"), "two_columns"),
        (("高德纬度", "百度经度"), "two_datums"),
    ],
    ids=str,
)
def test_headers_that_contradict_are_refused(
    headers: Headers, library: Library, told: tuple[str, ...], key: str
) -> None:
    with pytest.raises(BadInput) as caught:
        headers.assign(told)

    assert caught.value.key == f"stops_import.{key}"
    assert library.say(caught.value.key, **caught.value.fields)


def test_a_column_can_be_mapped_by_hand(library: Library) -> None:
    told = ("单位名", "站名", "编码（旧）", "百度经度")
    by_hand = {"单位名": "所属单位", "编码（旧）": "code", "百度经度": "-"}

    columns = Headers(library, by_hand).assign(told)

    assert columns.fields == {0: "host", 1: "name", 2: "code"}
    assert columns.not_imported == ("百度经度",)
    assert columns.datum is None


def test_a_mapped_header_helps_to_find_the_row_of_headers(library: Library) -> None:
    assert not Headers(library).knows("点位")
    assert Headers(library, {"点位": "name"}).knows(" 点位")


@pytest.mark.parametrize(
    ("by_hand", "key"), [({"点位": "名字"}, "map_no_field"), ({"点位": "名称"}, "map_no_column")]
)
def test_a_mapping_that_leads_nowhere_is_refused(
    library: Library, by_hand: dict[str, str], key: str
) -> None:
    with pytest.raises(BadInput, match=key) as caught:
        Headers(library, by_hand).assign(("名称", "地址"))

    assert "点位" in library.say(caught.value.key, **caught.value.fields) or "名字" in str(
        caught.value.fields
    )
