"""Made-up stops are the same for a seed and crowded where people are, with the shares of life."""

from itertools import islice

import pytest

from content.library import Library
from services.districts import Districts
from services.geo import distance_m, to_wgs84
from services.rest_stops.importing.candidates import prepare
from services.rest_stops.importing.data import StopValues
from services.turns import Position
from tools.stops.made_up import Draws, made_up

COUNT = 3_000
MIDDLES = {"上海": (31.23, 121.47), "广州": (23.13, 113.27), "成都": (30.66, 104.06)}


@pytest.fixture(scope="module")
def stops(library: Library) -> list[StopValues]:
    return list(made_up(library, COUNT, 7))


def share(stops: list[StopValues], **said: object) -> float:
    [(name, value)] = said.items()
    return sum(getattr(stop, name) == value for stop in stops) / len(stops)


def test_a_seed_always_gives_the_same(library: Library, stops: list[StopValues]) -> None:
    assert list(islice(made_up(library, COUNT, 7), 50)) == stops[:50]
    assert list(made_up(library, 50, 8)) != stops[:50]
    draws = Draws(0)
    # SplitMix64 from 0 begins with 0xe220a8397b1dcdaf.
    assert draws.share() == (0xE220A8397B1DCDAF >> 11) / 2**53


def test_no_two_are_the_same_stop(library: Library, stops: list[StopValues]) -> None:
    assert len({prepare(library, 2, stop).identity for stop in stops}) == COUNT


def test_each_lies_in_the_district_it_names(stops: list[StopValues]) -> None:
    districts = Districts()
    for stop in stops[:300]:
        area = districts.at(Position(stop.lat or 0, stop.lon or 0, "gcj02"))
        assert area is not None
        assert (area.province, area.city) == (stop.province, stop.city)


def test_they_are_crowded_where_people_are(stops: list[StopValues]) -> None:
    for middle in MIDDLES.values():
        here = Position(*middle)
        near = sum(
            distance_m(here, to_wgs84(Position(s.lat or 0, s.lon or 0, "gcj02"))) < 15_100
            for s in stops
        )
        assert near == pytest.approx(COUNT / 2 / 30, rel=0.5)
    assert len({stop.city for stop in stops}) > 150


def test_they_have_what_stops_have(stops: list[StopValues]) -> None:
    assert share(stops, hours_text=None) == pytest.approx(0.30, abs=0.03)
    assert share(stops, opening_hours="24/7") == pytest.approx(0.065, abs=0.02)
    assert share(stops, accuracy="exact") == pytest.approx(0.85, abs=0.03)
    assert share(stops, accuracy="street") == pytest.approx(0.10, abs=0.03)
    swaps = sum("换电" in stop.facilities for stop in stops) / COUNT
    assert swaps == pytest.approx(0.04, abs=0.015)
