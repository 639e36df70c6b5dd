"""Cases of older days survive the way there masked and sealed, and the way back masked."""

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, select

from db.migrate import config, migrating
from db.models import Case
from db.session import make_engine, make_sessions, transaction
from services import cases
from services.cases.sealing import unsealed
from tests.factories import MASTER_KEY
from tests.factories import NOON_OF_TESTS as AT
from tests.testers.chat import shipped_library

SAID = "打13812345678，路灯坏了"
CASE = {"kind": "hazard", "subject": SAID, "place": "蕉门", "created_at": AT}


async def alembic(url, step, revision):
    async with migrating(url) as connection:
        await connection.run_sync(lambda sync: step(config(sync), revision))


@pytest.fixture
async def engine(empty_database_url):
    await alembic(empty_database_url, command.upgrade, "0003")
    made = make_engine(empty_database_url)
    yield made
    await made.dispose()


async def table(engine, name):
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: (known := MetaData()).reflect(sync) or known.tables[name]
        )


async def put(engine, name, *values):
    found = await table(engine, name)
    async with engine.begin() as connection:
        for value in values:
            await connection.execute(insert(found), value)


async def rows(engine, name):
    found = await table(engine, name)
    async with engine.connect() as connection:
        return {row["id"]: row for row in (await connection.execute(select(found))).mappings()}


async def seal_older(sessions):
    async with transaction(sessions) as session:
        return await cases.seal_older(session, shipped_library())


async def test_there_and_back(engine, empty_database_url):
    await put(engine, "workers", {"id": "w", "created_at": AT})
    await put(engine, "staff", {"id": "s", "name": "陈静", "created_at": AT})
    await put(
        *(engine, "cases", {"id": "known", "code": "a", "worker_id": "w", **CASE}),
        {"id": "nobody", "code": "b", **CASE},
    )
    event = {"case_id": "known", "number": 1, "state": "received", "actor": "worker", "at": AT}
    await put(engine, "case_events", {"id": "e", **event})
    await put(engine, "case_views", {"id": "v", "case_id": "known", "staff_id": "s", "at": AT})

    await alembic(empty_database_url, command.upgrade, "head")

    assert (await rows(engine, "case_views"))["v"]["kind"] == "case"
    sessions = make_sessions(engine, master_key=MASTER_KEY)
    assert [await seal_older(sessions), await seal_older(sessions)] == [2, 0]
    async with transaction(sessions) as session:
        known, nobody = [await session.get_one(Case, key) for key in ("known", "nobody")]
        assert known.subject == nobody.subject == "打〔电话〕，路灯坏了"
        assert (known.wants_answer, known.extras, known.answer_days) == (True, {}, None)
        words = await unsealed(session, known)
        assert (words and words.subject, nobody.original) == (SAID, None)
    held = {**event, "id": "h", "case_id": "nobody", "state": "held", "step": "hand_in"}
    await put(engine, "case_events", held)

    await alembic(empty_database_url, command.downgrade, "0003")

    assert {row["subject"] for row in (await rows(engine, "cases")).values()} == {
        "打〔电话〕，路灯坏了"
    }
    assert (await rows(engine, "case_events"))["h"]["state"] == "received"
    assert set(await rows(engine, "case_views")) == {"v"}
