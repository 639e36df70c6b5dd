"""Stops lose their squares and get a version, and on the way back their squares again."""

from alembic import command

from db.session import make_engine
from services.geo import Squares
from services.turns import Position
from tests.db.test_migration_0003 import STOP, alembic, put, rows

MORE = {"facilities": "|水|", "lacks": "", "confidence": "medium", "identity": "", **STOP}
HERE = {"lat": 22.79, "lon": 113.53}
SQUARES = {"cell": Squares(200).number(Position(**HERE)),
           "block": Squares(20).number(Position(**HERE))}  # fmt: skip
STOPS = (
    {"id": "exact", "name": "一", "accuracy": "exact", **HERE, **SQUARES, **MORE},
    {"id": "district", "name": "二", "accuracy": "district", **HERE, **MORE},
)


async def test_there_and_back(empty_database_url):
    await alembic(empty_database_url, command.upgrade, "0003")
    engine = make_engine(empty_database_url)
    try:
        await put(engine, "rest_stops", STOPS)
        await alembic(empty_database_url, command.upgrade, "0004")
        there = await rows(engine, "rest_stops")
        await alembic(empty_database_url, command.downgrade, "0003")
        back = await rows(engine, "rest_stops")
    finally:
        await engine.dispose()
    # Read by an index that has read nothing yet, whatever the version is.
    assert {row["version"] for row in there.values()} == {0}
    assert there["exact"].keys().isdisjoint(SQUARES)
    assert {name: back["exact"][name] for name in SQUARES} == SQUARES
    assert {back["district"][name] for name in SQUARES} == {None}
