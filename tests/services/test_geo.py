"""Distances and datums, held against the package prcoords, which we did not write."""

import random
from math import cos, radians, sin

import prcoords
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.geo import GRID, box, distance_m, from_wgs84, in_china, to_wgs84
from services.turns import Datum, Position

METRES_A_DEGREE = 111_195
inside = st.builds(
    Position, st.floats(18.0, 53.5, allow_nan=False), st.floats(73.6, 134.9, allow_nan=False)
)
# West of 72 degrees, south of the equator, or east of 138: outside of the publishers' rectangle.
abroad = st.one_of(
    st.builds(Position, st.floats(-80, 80), st.floats(-179, 71.9)),
    st.builds(Position, st.floats(-80, 0.7), st.floats(-179, 179)),
    st.builds(Position, st.floats(-80, 80), st.floats(137.9, 179)),
)


def metres(a: Position, b: Position) -> float:
    """The gap between two positions of one datum; flat, since it is far below a kilometre."""
    east = (a.lon - b.lon) * METRES_A_DEGREE * cos(radians(a.lat))
    return float(((a.lat - b.lat) ** 2 * METRES_A_DEGREE**2 + east**2) ** 0.5)


@settings(max_examples=2_000, deadline=None)
@given(inside)
def test_forward_as_prcoords(here: Position):
    theirs = prcoords.wgs_gcj(prcoords.Coords(here.lat, here.lon))
    ours = from_wgs84(here, "gcj02")
    assert metres(ours, Position(theirs.lat, theirs.lon)) <= 0.05
    theirs = prcoords.gcj_bd(theirs)
    assert metres(from_wgs84(here, "bd09"), Position(theirs.lat, theirs.lon)) <= 0.05


@settings(max_examples=2_000, deadline=None)
@given(inside, st.sampled_from(["gcj02", "bd09", "wgs84"]))
def test_there_and_back(here: Position, datum: Datum):
    there = from_wgs84(here, datum)
    assert there.datum == datum
    back = to_wgs84(there)
    assert back.datum == "wgs84"
    assert metres(back, here) <= 0.1


def test_ten_thousand_points_in_china():
    draw = random.Random(20_261_122)  # noqa: S311 - the same points in every run
    for _ in range(10_000):
        here = Position(draw.uniform(18.0, 53.5), draw.uniform(73.6, 134.9))
        gcj = prcoords.wgs_gcj(prcoords.Coords(here.lat, here.lon))
        bd = prcoords.gcj_bd(gcj)
        for datum, theirs in (("gcj02", gcj), ("bd09", bd)):
            there = from_wgs84(here, datum)
            assert metres(there, Position(theirs.lat, theirs.lon)) <= 1, here
            assert metres(to_wgs84(there), here) <= 0.1, here


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (35.6812, 139.7671),  # Tokyo
        (51.5074, -0.1278),  # London
        (40.7128, -74.0060),  # New York
        (-33.8688, 151.2093),  # Sydney
        (-6.2088, 106.8456),  # Jakarta
        (55.7558, 37.6173),  # Moscow
        (48.8566, 2.3522),  # Paris
        (25.2048, 55.2708),  # Dubai
        (30.0444, 31.2357),  # Cairo
        (-1.2921, 36.8219),  # Nairobi
        (37.7749, -122.4194),  # San Francisco
        (-23.5505, -46.6333),  # São Paulo
        (24.8607, 67.0011),  # Karachi
        (0.0, 0.0),
    ],
)
def test_named_places_abroad_are_not_shifted(lat: float, lon: float):
    there = from_wgs84(Position(lat, lon), "gcj02")
    assert (there.lat, there.lon) == (lat, lon)
    assert to_wgs84(there) == Position(lat, lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(37.5665, 126.9780), (21.0278, 105.8342), (1.3521, 103.8198)],  # Seoul, Hanoi, Singapore
)
def test_neighbours_within_the_rectangle_are_shifted_as_the_reference_does(lat: float, lon: float):
    theirs = prcoords.wgs_gcj(prcoords.Coords(lat, lon))
    there = from_wgs84(Position(lat, lon), "gcj02")
    assert in_china(lat, lon)
    assert metres(there, Position(theirs.lat, theirs.lon)) <= 1
    assert metres(to_wgs84(there), Position(lat, lon)) <= 0.1


@settings(max_examples=300, deadline=None)
@given(abroad)
def test_no_shift_abroad(here: Position):
    assert not in_china(here.lat, here.lon)
    there = from_wgs84(here, "gcj02")
    assert (there.lat, there.lon) == (here.lat, here.lon)
    back = to_wgs84(Position(here.lat, here.lon, "gcj02"))
    assert (back.lat, back.lon) == (here.lat, here.lon)


def test_the_shift_in_nansha_is_half_a_kilometre():
    here = Position(22.7947, 113.5328)
    assert 470 <= metres(from_wgs84(here, "gcj02"), here) <= 635


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Position(0, 0), Position(0, 1), 111_195),
        (Position(22.5, 113.5), Position(22.5, 113.5), 0),
        (Position(90, 0), Position(-90, 0), 20_015_115),
        (Position(22.82753, 113.51349), Position(22.83857, 113.50447), 1_537),
    ],
)
def test_distances(a: Position, b: Position, expected: float):
    assert distance_m(a, b) == pytest.approx(expected, abs=2)


@settings(deadline=None)
@given(inside, st.floats(1, 20_000), st.floats(-1, 1), st.floats(-1, 1))
def test_a_box_holds_its_circle(centre: Position, radius: float, north: float, east: float):
    south_edge, north_edge, west_edge, east_edge = box(centre, radius)
    lat = centre.lat + north * radius / 100_000
    lon = centre.lon + east * radius / 100_000 / cos(radians(centre.lat))
    if distance_m(centre, Position(lat, lon)) <= radius:
        assert south_edge <= lat <= north_edge
        assert west_edge <= lon <= east_edge


@given(
    st.floats(18, 53), st.floats(74, 134), st.floats(0, 1), st.floats(0, 6.28),
    st.sampled_from((500, 3_000, 12_000, 30_000)),
)  # fmt: skip
def test_the_squares_around_a_circle_hold_it(lat, lon, part, angle, radius):
    here = Position(lat, lon)
    north, east = radius * part * cos(angle), radius * part * sin(angle)
    there = Position(lat + north / 111_195, lon + east / 111_195 / cos(radians(lat)))
    if distance_m(here, there) <= radius:
        number, runs = GRID.number(there), GRID.around(here, radius)
        assert any(first <= number <= last for first, last in runs)
