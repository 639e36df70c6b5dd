"""Which cases a role reaches: the rule in Python and the same in SQL."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    column,
    create_engine,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from content.library import Library
from kit.errors import BadInput
from services.staff import members
from services.staff.actors import Actor, CaseColumns, Grant, may_see, seen_by
from services.staff.permissions import Permission, Role


@dataclass(frozen=True)
class Matter:
    """A case as far as it counts here."""

    province: str | None = "广东"
    city: str | None = "广州"
    district: str | None = "南沙区"
    category: str | None = "road"
    units: tuple[str, ...] = field(default=())
    kept_out: tuple[str, ...] = field(default=())


def acting(*grants: Grant) -> Actor:
    return Actor("id", "陈静", "csrf", grants)


@pytest.mark.parametrize(
    ("grant", "matter", "sees"),
    [
        (Grant(Role.REVIEWER), Matter(), True),
        (Grant(Role.REVIEWER), Matter(None, None, None, None), True),
        (Grant(Role.REVIEWER, ("广东",)), Matter(), True),
        (Grant(Role.REVIEWER, ("广东/广州",)), Matter(), True),
        (Grant(Role.REVIEWER, ("广东/广州/南沙区",)), Matter(), True),
        (Grant(Role.REVIEWER, ("广东/广州/番禺区",)), Matter(), False),
        (Grant(Role.REVIEWER, ("广东/广州/番禺区", "广东/广州/南沙区")), Matter(), True),
        (Grant(Role.REVIEWER, ("广东/深圳",)), Matter(), False),
        (Grant(Role.REVIEWER, ("广东/广州/南沙区",)), Matter(district=None), False),
        (Grant(Role.REVIEWER, ("广东",)), Matter(None, None, None), False),
        (Grant(Role.REVIEWER, categories=("road",)), Matter(), True),
        (Grant(Role.REVIEWER, categories=("pay",)), Matter(), False),
        (Grant(Role.REVIEWER, categories=("road",)), Matter(category=None), False),
        (Grant(Role.HANDLER, unit="市政"), Matter(), False),
        (Grant(Role.HANDLER, unit="市政"), Matter(units=("交警", "市政")), True),
        (Grant(Role.HANDLER, ("广东/深圳",), unit="市政"), Matter(units=("市政",)), False),
        (Grant(Role.HANDLER, unit="市政"), Matter(units=("市政",), kept_out=("市政",)), False),
        (Grant(Role.HANDLER, unit="市政"), Matter(units=("市政",), kept_out=("交警",)), True),
        (Grant(Role.REVIEWER), Matter(kept_out=("id",)), False),
        (Grant(Role.ADMIN), Matter(), False),
        (Grant(Role.NOTICE_AUTHOR), Matter(), False),
        (Grant(Role.AUDITOR), Matter(), True),
    ],
)
def test_a_role_reaches_so_far(grant: Grant, matter: Matter, *, sees: bool):
    assert may_see(acting(grant), matter) is sees


def test_two_half_rights_are_no_whole_one():
    """Who reviews 广州 and handles for a unit does not decide on what the unit has elsewhere."""
    actor = acting(Grant(Role.REVIEWER, ("广东/广州",)), Grant(Role.HANDLER, unit="市政"))
    elsewhere = Matter(city="深圳", district=None, units=("市政",))
    assert actor.may_for(Permission.HANDLE_CASES, elsewhere)
    assert not actor.may_for(Permission.DECIDE_CASES, elsewhere)
    assert actor.may(Permission.DECIDE_CASES)
    assert not actor.may_everywhere(Permission.DECIDE_CASES)


IN_MEMORY = create_engine("sqlite://")
AREAS = ("广东", "广东/广州", "广东/广州/南沙区", "广东/深圳", "浙江")
CATEGORIES, UNITS = ("road", "pay"), ("市政", "交警")
GRANTS = st.builds(
    Grant,
    st.sampled_from([Role.REVIEWER, Role.HANDLER, Role.AUDITOR, Role.ADMIN]),
    st.lists(st.sampled_from(AREAS), max_size=2).map(tuple),
    st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
    st.none() | st.sampled_from(UNITS),
)
MATTERS = st.builds(
    Matter,
    st.none() | st.sampled_from(["广东", "浙江"]),
    st.none() | st.sampled_from(["广州", "深圳"]),
    st.none() | st.just("南沙区"),
    st.none() | st.sampled_from(CATEGORIES),
    st.lists(st.sampled_from(UNITS), max_size=1).map(tuple),
    st.lists(st.sampled_from([*UNITS, "id"]), max_size=1).map(tuple),
)


def question(actor: Actor, matters: list[Matter]) -> Select[tuple[int]]:
    """The numbers of the matters that the condition lets through, as a query."""
    names = ("province", "city", "district", "category", "unit", "kept_out")
    rows = [
        (
            *(number, each.province, each.city, each.district, each.category),
            *("".join(each.units), "".join(each.kept_out)),
        )
        for number, each in enumerate(matters)
    ]
    columns = [column("number", Integer()), *(column(name, Text()) for name in names)]
    table = values(*columns, name="given", literal_binds=True).data(rows).cte("matters")

    def handed_to(unit: str) -> ColumnElement[bool]:
        return table.c.unit == unit

    def keeps_out(who: Collection[str]) -> ColumnElement[bool]:
        return table.c.kept_out.in_(who)

    found = CaseColumns(*(table.c[name] for name in names[:4]), handed_to, keeps_out)
    return select(table.c.number).where(seen_by(actor, found))


@given(grants=st.lists(GRANTS, max_size=3), matters=st.lists(MATTERS, min_size=1, max_size=8))
def test_sql_says_the_same(grants: list[Grant], matters: list[Matter]):
    actor = acting(*grants)
    with IN_MEMORY.connect() as connection:
        found = set(connection.scalars(question(actor, matters)))
    assert found == {number for number, each in enumerate(matters) if may_see(actor, each)}


async def test_sql_says_the_same_on_either_database(engine: AsyncEngine):
    actor = acting(
        Grant(Role.REVIEWER, ("广东/广州",), ("road",)), Grant(Role.HANDLER, unit="市政")
    )
    matters = [
        Matter(),
        Matter(category="pay"),
        Matter(city="深圳"),
        Matter(None, None, None, None),
        Matter(city="深圳", units=("市政",)),
    ]
    async with engine.connect() as connection:
        assert set(await connection.scalars(question(actor, matters))) == {0, 4}
        assert set(await connection.scalars(question(acting(), matters))) == set()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("广东", "广东"),
        ("广东 广州", "广东/广州"),
        ("广州", "广东/广州"),
        ("广州市 南沙区", "广东/广州/南沙区"),
        ("广东/广州/南沙", "广东/广州/南沙区"),
        (" 广东，广州、南沙区 ", "广东/广州/南沙区"),
        ("北京", "北京"),
        ("北京 朝阳区", "北京/北京/朝阳区"),
        ("北京 北京 朝阳区", "北京/北京/朝阳区"),
        ("东莞", "广东/东莞"),
    ],
)
def test_a_district_is_read_as_it_is_written(library: Library, text: str, path: str):
    assert members.read_district(library, text) == path


@pytest.mark.parametrize(
    "text", ["", "火星", "浙江 广州", "广东 南沙区", "广州 没有区", "广东 广州 南沙区 南沙街"]
)
def test_a_district_that_is_none_is_refused(library: Library, text: str):
    with pytest.raises(BadInput) as refusal:
        members.read_district(library, text)
    assert refusal.value.key == "staff.no_such_district"


def test_a_grant_is_read_from_a_form(library: Library):
    read = members.read_grant
    assert read(
        library, Role.REVIEWER, "广州\n\n广州 南沙区\n广州", "road pay、road", "市政"
    ) == Grant(Role.REVIEWER, ("广东/广州", "广东/广州/南沙区"), ("road", "pay"))
    assert read(library, Role.ADMIN, "广州", "road", "市政") == Grant(Role.ADMIN)
    assert read(library, Role.HANDLER, "", "", " 市政\u200b ") == Grant(Role.HANDLER, unit="市政")
    with pytest.raises(BadInput):
        read(library, Role.HANDLER, "", "", "  ")
    with pytest.raises(BadInput):
        read(library, Role.REVIEWER, "", "道路", "")
