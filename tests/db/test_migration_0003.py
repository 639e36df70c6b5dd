"""Rows of the tables before the stops at the door survive the way there, and the way back."""

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, select

from db.migrate import config, migrating
from db.session import make_engine
from services.geo import Squares
from services.turns import Position
from tests.factories import NOON_OF_TESTS as AT

STOP = {
    "kind": "工会驿站", "province": "广东", "city": "广州", "entry": "unknown",
    "other_facilities": ["电吹风"], "status": "open_to_public",
}  # fmt: skip
STOPS = (
    {"id": "exact", "name": "一", "lat": 22.79, "lon": 113.53, "accuracy": "exact",
     "facilities": ["水", "热饭"], **STOP},
    {"id": "district", "name": "二", "lat": 22.7, "lon": 113.5, "accuracy": "district",
     "facilities": [], **STOP},
    {"id": "none", "name": "三", "accuracy": "none", "facilities": ["水"], **STOP},
)  # fmt: skip
EDITS = (
    {"id": "approved", "key": "exact", "approver": "b", "valid_from": AT},
    {"id": "proposed", "key": "exact"},
)


async def alembic(url, step, revision):
    async with migrating(url) as connection:
        await connection.run_sync(lambda sync: step(config(sync), revision))


@pytest.fixture
async def engine(empty_database_url):
    await alembic(empty_database_url, command.upgrade, "0002")
    made = make_engine(empty_database_url)
    yield made
    await made.dispose()


async def table(engine, name):
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: (known := MetaData()).reflect(sync) or known.tables[name]
        )


async def rows(engine, name):
    found = await table(engine, name)
    async with engine.connect() as connection:
        return {row["id"]: row for row in (await connection.execute(select(found))).mappings()}


async def put(engine, name, values):
    found = await table(engine, name)
    async with engine.begin() as connection:
        for value in values:
            await connection.execute(insert(found), value)


async def test_there_and_back(engine, empty_database_url):
    edit = {"kind": "rest_stop", "body": {}, "reason": "x", "author": "a", "created_at": AT}
    await put(engine, "rest_stops", STOPS)
    await put(engine, "revisions", [{**edit, **each} for each in EDITS])

    await alembic(empty_database_url, command.upgrade, "0003")

    stops = await rows(engine, "rest_stops")
    assert {key: row["facilities"] for key, row in stops.items()} == {
        "exact": "|水|热饭|", "district": "", "none": "|水|",
    }  # fmt: skip
    here = Position(22.79, 113.53)
    assert (stops["exact"]["cell"], stops["exact"]["block"]) == (
        Squares(200).number(here), Squares(20).number(here),
    )  # fmt: skip
    assert (stops["district"]["cell"], stops["none"]["cell"]) == (None, None)
    assert {row["confidence"] for row in stops.values()} == {"medium"}
    await put(engine, "revisions", [{**edit, "id": "edit", "key": "exact", "valid_from": AT}])

    await alembic(empty_database_url, command.downgrade, "0002")

    stops = await rows(engine, "rest_stops")
    assert {key: row["facilities"] for key, row in stops.items()} == {
        "exact": ["水", "热饭"], "district": [], "none": ["水"],
    }  # fmt: skip
    assert stops["exact"]["other_facilities"] == ["电吹风"]
    assert set(await rows(engine, "revisions")) == {"approved", "proposed"}
