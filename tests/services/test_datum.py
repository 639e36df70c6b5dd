"""A wrong datum is noticed where districts or stations say so; a right file is not blamed."""

import csv
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from content.library import Library
from services.districts import Districts
from services.geo import to_wgs84
from services.rest_stops.datum import DATUMS, DatumPoint, Verdict, complaint, judge
from services.turns import Datum, Position
from tests.services.simulated_files import (
    TrueBorders,
    at_stations,
    in_datum,
    of_districts,
    seeded,
)

EXACT = Path(__file__).parents[1] / "fixtures" / "rest_stops_map_derived.csv"
PAIRS = list(permutations(DATUMS, 2))


@pytest.fixture(scope="module")
def districts() -> Districts:
    """The borders that the judge uses."""
    return Districts()


@pytest.fixture(scope="module")
def borders() -> TrueBorders:
    """The borders that the files are drawn from."""
    return TrueBorders()


def a_row(
    lat: float, lon: float, city: str = "广州", district: str | None = "南沙区"
) -> DatumPoint:
    """One row, by default at 黄阁."""
    return DatumPoint(7, lat, lon, city, district, "工会驿站", "")


def exact_rows() -> list[DatumPoint]:
    """The 26 real stations whose positions came from a map, as WGS-84."""
    with EXACT.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["coord_accuracy"] == "exact"]
    there = [to_wgs84(Position(float(r["lat"]), float(r["lon"]), "gcj02")) for r in rows]
    return [
        DatumPoint(i, p.lat, p.lon, r["city"], r["district"], r["name"], r["address"])
        for i, (r, p) in enumerate(zip(rows, there, strict=True), start=2)
    ]


@pytest.mark.parametrize(("true", "claimed"), PAIRS)
def test_a_wrong_datum_is_noticed_where_stations_are_named(
    districts: Districts, library: Library, true: Datum, claimed: Datum
):
    points = in_datum(at_stations(seeded(1), library, "广州", 30), true)

    verdict = judge(points, claimed, districts, library)

    assert verdict.better == true
    assert len(verdict.rows) > 20
    assert set(verdict.rows) <= {point.row for point in points}


@pytest.mark.parametrize(("true", "claimed"), PAIRS)
def test_a_wrong_datum_is_noticed_where_districts_say_so(
    districts: Districts, library: Library, borders: TrueBorders, true: Datum, claimed: Datum
):
    cities = borders.city("广州市") + borders.city("佛山市") + borders.city("深圳市")
    points = in_datum(of_districts(seeded(2), cities, 2_000), true)

    assert judge(points, claimed, districts, library).better == true


def test_the_rows_that_show_it_lie_outside_their_district(
    districts: Districts, library: Library, borders: TrueBorders
):
    points = in_datum(of_districts(seeded(3), borders.city("广州市"), 2_000), "bd09")
    by_row = {point.row: point for point in points}

    verdict = judge(points, "wgs84", districts, library)

    assert verdict.better == "bd09"
    for row in verdict.rows:
        point = by_row[row]
        as_claimed = Position(point.lat, point.lon)
        as_better = Position(point.lat, point.lon, "bd09")
        assert districts.metres_outside(as_claimed, point.city, point.district)
        assert districts.metres_outside(as_better, point.city, point.district) == 0


@pytest.mark.parametrize("datum", DATUMS)
def test_right_files_of_one_district_are_not_blamed(
    districts: Districts, library: Library, borders: TrueBorders, datum: Datum
):
    """60 files; of the 3,420 of such files that ADR 0016 measures, none was."""
    blamed = []
    for seed in range(60):
        rng = seeded(seed)
        district = rng.choice(borders.all)
        points = in_datum(of_districts(rng, [district], rng.choice((5, 20, 100))), datum)
        if judge(points, datum, districts, library).better:
            blamed.append((seed, district.city, district.name))

    assert not blamed


@pytest.mark.parametrize("datum", DATUMS)
def test_right_files_of_a_city_are_not_blamed(
    districts: Districts, library: Library, borders: TrueBorders, datum: Datum
):
    rng = seeded(4)
    for city in ("广州市", "盐城市", "郑州市", "重庆市"):
        points = in_datum(of_districts(rng, borders.city(city), 1_000), datum)
        verdict = judge(points, datum, districts, library)
        assert verdict.better is None
        # Between the two maps the coast and the border of 北碚 have moved: asked, not refused.
        assert set(verdict.row_faults.values()) <= {"stops_import.point_beside"}
        assert len(verdict.row_faults) <= 5
    points = in_datum(at_stations(rng, library, "广州", 200), datum)
    assert judge(points, datum, districts, library) == Verdict(datum)


@pytest.mark.parametrize("true", DATUMS)
@pytest.mark.parametrize("claimed", DATUMS)
def test_of_few_rows_deep_inside_their_districts_nothing_is_said(
    districts: Districts, library: Library, true: Datum, claimed: Datum
):
    points = in_datum(exact_rows(), true)

    assert judge(points, claimed, districts, library) == Verdict(claimed)


def test_neighbours_have_one_vote(districts: Districts, library: Library):
    """A mall far from the station that all its addresses name is no proof."""
    one = in_datum(at_stations(seeded(1), library, "广州", 1), "bd09")[0]
    points = [replace(one, row=row) for row in range(2, 42)]

    assert judge(points, "wgs84", districts, library).better is None


def test_a_row_that_names_two_stations_proves_nothing(districts: Districts, library: Library):
    points = in_datum(at_stations(seeded(1), library, "广州", 30), "bd09")
    points = [replace(point, name="广州南站到西塱站之间") for point in points]

    assert judge(points, "wgs84", districts, library).better is None


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (a_row(22.8276, 113.5136), None),
        (a_row(0, 0), "stops_import.point_zero"),
        (a_row(0.0, 113.5), "stops_import.point_abroad"),
        (a_row(113.5136, 22.8276), "stops_import.point_swapped"),
        (a_row(48.86, 2.35), "stops_import.point_abroad"),
        (
            a_row(37.56, 126.98),
            "stops_import.point_abroad",
        ),  # Seoul: within the formulas' rectangle
        (a_row(float("nan"), 113.5), "stops_import.point_abroad"),
        (a_row(23.1336, 113.3164), "stops_import.point_beside"),  # 天河
        (a_row(22.9917, 113.2653), "stops_import.point_beside"),  # 广州南站 in 番禺
        (a_row(33.3500, 120.1600), "stops_import.point_far"),  # 盐城
        (a_row(23.1336, 113.3164, district=None), None),
        (a_row(23.1336, 113.3164, district="某开发区"), None),  # unknown, and still in 广州
        (a_row(33.3500, 120.1600, district="某开发区"), "stops_import.point_far"),
        (a_row(33.3500, 120.1600, city="某地", district="某区"), None),
    ],
)
def test_a_position_that_cannot_be_right(
    districts: Districts, library: Library, row: DatumPoint, key: str | None
):
    verdict = judge([row], "wgs84", districts, library)

    assert dict(verdict.row_faults) == ({7: key} if key else {})
    assert key is None or library.say(key)


@pytest.mark.parametrize("datum", DATUMS)
def test_a_row_is_not_blamed_for_the_datum(districts: Districts, library: Library, datum: Datum):
    """At a border any datum moves a point out of its district; that is no fault of the row."""
    points = in_datum([replace(row, row=row.row) for row in exact_rows()], datum)

    assert not judge(points, "wgs84", districts, library).row_faults


def test_where_many_rows_lie_beside_the_border_is_in_doubt(districts: Districts, library: Library):
    here = [replace(a_row(22.8276, 113.5136), row=row) for row in range(2, 12)]
    strays = [replace(a_row(22.9917, 113.2653), row=row) for row in range(12, 16)]

    few = judge([*here, *strays[:2]], "wgs84", districts, library)
    many = judge([*here, *strays], "wgs84", districts, library)

    assert few.row_faults == dict.fromkeys((12, 13), "stops_import.point_beside")
    assert not many.row_faults


def test_faulty_rows_do_not_speak_for_the_file(districts: Districts, library: Library):
    sound = at_stations(seeded(5), library, "广州", 30)
    swapped = [
        replace(point, row=point.row + 100, lat=point.lon, lon=point.lat) for point in sound
    ]

    verdict = judge([*sound, *swapped], "wgs84", districts, library)

    assert verdict.better is None
    assert set(verdict.row_faults) == {point.row for point in swapped}


def test_an_empty_file(districts: Districts, library: Library):
    assert judge([], "gcj02", districts, library) == Verdict("gcj02")


def test_the_complaint_names_both_datums_and_some_rows(library: Library):
    text = complaint(Verdict("wgs84", "bd09", tuple(range(2, 42))), library)

    assert text is not None
    for part in ("WGS-84", "BD-09", "40行", "2、3、4、5、6、7、8、9、10、11行"):
        assert part in text
    assert complaint(Verdict("wgs84"), library) is None
