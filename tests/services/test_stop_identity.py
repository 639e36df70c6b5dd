"""Entries of one stop have one identity, however a list writes its district."""

from dataclasses import replace

import pytest

from content.library import Library
from services.rest_stops.identity import Address, identity

ONE = Address("黄阁驿站", "工商银行黄阁支行", "广东", "广州", "南沙区", None, "黄阁大道1号")
DISTRICTS = ("南沙区", "南沙", "南沙县", None)


@pytest.mark.parametrize(
    ("address", "others"),
    [
        (
            "黄阁大道1号",
            ("南沙区黄阁大道1号", "广州市南沙区黄阁大道1号", "广东省广州市黄阁大道1号"),
        ),
        ("南沙大道1号", ("南沙区南沙大道1号",)),
        ("开发区北路2号", ("南沙区开发区北路2号",)),
    ],
)
def test_a_district_is_the_same_in_full_in_short_and_unsaid(
    library: Library, address: str, others: tuple[str, ...]
) -> None:
    found = {
        identity(library, replace(ONE, district=district, address=written))
        for district in DISTRICTS
        for written in (address, *others)
        # Nobody can tell a first 开发区 from a district where none is named before it.
        if not (written.startswith("开发区"))
    }
    assert len(found) == 1


@pytest.mark.parametrize("address", ["黄阁大道2号", "阳光小区1号", "南沙大道1号", "大道1号"])
def test_another_address_is_another_stop(library: Library, address: str) -> None:
    assert identity(library, replace(ONE, address=address)) != identity(library, ONE)


def test_a_housing_estate_is_no_district(library: Library) -> None:
    estates = ("阳光小区3号", "幸福小区3号", "北服务区3号", "3号")
    found = {identity(library, replace(ONE, address=each, district=None)) for each in estates}
    assert len(found) == len(estates)


@pytest.mark.parametrize("address", [None, "南沙区", "广州市南沙区"])
def test_without_more_of_an_address_the_district_counts(
    library: Library, address: str | None
) -> None:
    bare = replace(ONE, address=address)
    same = {identity(library, replace(bare, district=each)) for each in ("南沙区", "南沙")}
    others = {identity(library, replace(bare, district=each)) for each in ("天河区", "东区", "东")}
    assert (len(same), len(others)) == (1, 3)
    assert not same & others


def test_a_name_alone_counts_with_its_place(library: Library) -> None:
    bare = replace(ONE, name="驿站", host=None, address=None)
    near, far = (22.82761, 113.51362), (22.9, 113.5)
    places = [None, near, (22.8279, 113.5138), far]
    found = [identity(library, replace(bare, here=here)) for here in places]
    assert found[1] == found[2]
    assert len({*found}) == 3

    for given in ({"host": "工商银行"}, {"address": "黄阁大道1号"}):
        both = {identity(library, replace(bare, here=here, **given)) for here in places}
        assert len(both) == 1
