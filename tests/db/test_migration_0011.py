"""Cases of before the table of steps: their history says what was done, and finds the way back."""

import pytest
from alembic import command
from sqlalchemy import text

from db.migrate import config, migrating
from db.session import make_engine
from tests.factories import NOON_OF_TESTS as AT

HISTORIES = {
    "a": ["received", "in_review", "in_review", "withdrawn"],
    "b": ["held", "received"],
    "c": [],
}


async def alembic(url, step, revision):
    async with migrating(url) as connection:
        await connection.run_sync(lambda sync: step(config(sync), revision))


@pytest.fixture
async def engine(empty_database_url):
    await alembic(empty_database_url, command.upgrade, "0010")
    made = make_engine(empty_database_url)
    yield made
    await made.dispose()


async def fetch(engine, query):
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_there_and_back(engine, empty_database_url):
    async with engine.begin() as connection:
        for case, states in HISTORIES.items():
            await connection.execute(
                text(
                    "INSERT INTO cases (id, code, kind, subject, extras, wants_answer, created_at)"
                    " VALUES (:id, :id, 'hazard', 'x', '{}', true, :at)"
                ),
                {"id": case, "at": AT},
            )
            for number, state in enumerate(states, 1):
                await connection.execute(
                    text(
                        "INSERT INTO case_events (id, case_id, number, state, actor, at)"
                        " VALUES (:id, :case, :number, :state, 'staff', :at)"
                    ),
                    {"id": f"{case}{number}", "case": case, "number": number}
                    | {"state": state, "at": AT},
                )

    await alembic(empty_database_url, command.upgrade, "0011")

    assert await fetch(engine, "SELECT id, state FROM cases ORDER BY id") == [
        ("a", "withdrawn"), ("b", "received"), ("c", "received"),
    ]  # fmt: skip
    assert await fetch(engine, "SELECT step FROM case_events ORDER BY id") == [
        ("hand_in",), ("take_up",), ("hide",), ("withdraw",), ("hand_in",), ("release",),
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE case_events SET state = 'answered' WHERE id = 'b2'"))

    await alembic(empty_database_url, command.downgrade, "0010")

    assert await fetch(engine, "SELECT state FROM case_events WHERE id = 'b2'") == [
        ("in_review",),
    ]
