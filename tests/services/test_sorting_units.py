"""Who looks after a matter: the most specific rule wins, and the reason is told."""

import pytest

from content.library import Library
from content.loader import load
from db.models import AreaUnit, SortingImport
from db.session import Sessions, transaction
from kit.ids import new_id
from services.cases.sorting import located, responsible
from services.turns import Position
from tests.content.conftest import SHIPPED
from tests.factories import NOON_OF_TESTS

NANSHA = Position(22.794742, 113.532817, "wgs84")
CITY = {"city": "广州"}
DISTRICT = {**CITY, "district": "南沙区"}
STREET = {**DISTRICT, "street": "黄阁镇"}
ROAD = {**DISTRICT, "road": "进港大道"}


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED)


@pytest.fixture
def ask(sessions: Sessions, library: Library):
    """Who looks after a matter, by these rules."""

    async def run(rules, text, *, category="manhole", spot=None, place=None):
        async with transaction(sessions) as session:
            row = SortingImport(
                id=new_id(), kind="units", file_name="a", digest="d", imported_by="王敏",
                counts={}, at=NOON_OF_TESTS,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            for where, unit in rules:
                empty = dict.fromkeys(
                    ("category", "province", "city", "district", "street", "road"), ""
                )
                session.add(
                    AreaUnit(id=new_id(), import_id=row.id, unit=unit, **{**empty, **where})
                )
        async with transaction(sessions) as session:
            return await responsible(
                session, library, category, located(library, text, spot, place)
            )

    return run


ALL = (
    (CITY, "市城管局"),
    (DISTRICT, "区城管局"),
    (STREET, "镇城管办"),
    (ROAD, "区公路局"),
)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("进港大道有个井盖不见了", "区公路局"),
        ("黄阁镇进港大道有个井盖不见了", "区公路局"),
        ("黄阁镇市场门口井盖不见了", "镇城管办"),
        ("门口井盖不见了", "区城管局"),
    ],
)
async def test_the_most_specific_rule_wins(ask, text, unit):
    assert (await ask(ALL, text, spot=NANSHA)).unit == unit


async def test_the_reason_names_the_table_the_place_and_the_unit(ask):
    found = await ask(ALL, "进港大道有个井盖不见了", spot=NANSHA)
    assert found.because == "路段归属表：进港大道→区公路局"


async def test_a_rule_of_the_category_goes_before_one_for_all(ask):
    rules = ((ROAD, "区公路局"), ({**ROAD, "category": "manhole"}, "区水务局"))
    assert (await ask(rules, "进港大道有个井盖不见了")).unit == "区水务局"
    assert (await ask((), "进港大道路灯坏了", category="lights_signals")).unit == "区公路局"


async def test_a_rule_of_another_category_is_none(ask, library):
    rules = (({**ROAD, "category": "lights_signals"}, "路灯所"),)
    found = await ask(rules, "进港大道有个井盖不见了")
    assert found.unit == library.categories["manhole"].unit
    assert library.categories["manhole"].name in found.because


async def test_a_road_of_the_same_name_in_another_city_is_another_road(ask, library):
    rules = (({"city": "盐城", "district": "亭湖区", "road": "进港大道"}, "亭湖区公路站"),)
    found = await ask(rules, "进港大道有个井盖不见了", spot=NANSHA)
    assert found.unit == library.categories["manhole"].unit


async def test_two_roads_of_one_name_and_no_place_are_not_guessed(ask, library):
    rules = (
        (ROAD, "区公路局"),
        ({"city": "盐城", "district": "亭湖区", "road": "进港大道"}, "亭湖区公路站"),
    )
    usual = library.categories["manhole"].unit
    assert (await ask(rules, "进港大道有个井盖不见了")).unit == usual
    assert (await ask((), "进港大道有个井盖不见了", place="广州南沙")).unit == "区公路局"


async def test_a_district_that_nobody_named_is_not_assumed(ask, library):
    found = await ask(((DISTRICT, "区城管局"),), "门口井盖不见了")
    assert found.unit == library.categories["manhole"].unit


async def test_without_category_and_rule_there_is_no_unit(ask):
    assert await ask((), "井盖不见了", category=None) is None
