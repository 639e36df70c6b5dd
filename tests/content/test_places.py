"""The gazetteer: each licence in a table of its own, each name with its city."""

import csv

from content.library import Library
from tests.content.conftest import SHIPPED


def test_the_places_are_here_with_their_credits(shipped: Library) -> None:
    assert len(shipped.places) == 485
    counted: dict[tuple[str, str], int] = {}
    for place in shipped.places:
        counted[place.kind, place.city] = counted.get((place.kind, place.city), 0) + 1
        assert place.credit, place.name
    assert counted["metro", "广州"] == 274
    assert counted["metro", "佛山"] == 22
    assert counted["metro", "深圳"] == 56
    assert (counted["town", "广州"], counted["town", "盐城"]) == (76, 51)
    assert sum(count for (kind, _), count in counted.items() if kind == "airport") == 6


def test_every_table_holds_one_licence_and_its_readme_says_so() -> None:
    readme = (SHIPPED / "places" / "README.md").read_text("utf-8")
    for path in (SHIPPED / "places").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        ((licence, credit),) = {(row["licence"], row["credit"]) for row in rows}
        assert f"`{path.name}` | {len(rows)} |" in readme
        assert licence in readme
        assert credit in readme
    assert "© OpenStreetMap contributors" in readme


def test_names_that_stand_in_two_cities_come_back_twice(shipped: Library) -> None:
    assert {place.city for place in shipped.places_named("塘坑站")} == {"广州", "深圳"}
    assert shipped.places_named("没有这个地方") == ()


def test_a_city_lies_in_its_province(shipped: Library) -> None:
    assert shipped.province_of("广州") == "广东"
    assert shipped.province_of("江苏") == "江苏"
    assert shipped.province_of("上海") == "上海"
    assert shipped.province_of("东京") is None
    for place in shipped.places:
        assert shipped.province_of(place.city), place.city
