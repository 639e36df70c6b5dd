"""What a worker's words point at."""

import pytest

from content.library import Library
from services.gazetteer import mentioned, nearest
from services.turns import Position


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("东涌附近", {("东涌", "town"), ("东涌站", "metro")}),
        ("黄阁那边", {("黄阁镇", "town"), ("黄阁站", "metro")}),
        ("黄阁地铁站", {("黄阁站", "metro")}),
        ("我在黄阁镇", {("黄阁镇", "town")}),
        ("东涌地铁站旁边", {("东涌站", "metro")}),
        ("黄阁汽车城站那边", {("黄阁汽车城站", "metro")}),
        ("没有地名", set()),
        ("", set()),
    ],
)
def test_mentioned(library: Library, text: str, expected: set[tuple[str, str]]):
    assert {(place.name, place.kind) for place in mentioned(library, text)} == expected


def test_every_place_is_found_by_its_own_name(library: Library):
    lost = [place.name for place in library.places if place not in mentioned(library, place.name)]
    assert not lost


def test_nearest(library: Library):
    beside = nearest(library, Position(22.8276, 113.5136), 1_000)
    assert beside is not None
    assert (beside.place.name, beside.distance_m < 50) == ("黄阁站", True)
    assert nearest(library, Position(22.8276, 113.5136), 1) is None
    assert nearest(library, Position(45.0, 90.0), 10_000) is None


def test_the_middle_of_a_town_is_beside_nothing(library: Library):
    for place in library.places:
        if place.kind == "town":
            beside = nearest(library, Position(place.lat, place.lon), 2_000)
            assert beside is None or beside.place.kind != "town"
