"""Rows of the first tables survive the way to accounts, and the way back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic import command
from sqlalchemy import MetaData, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.migrate import config, migrating
from db.session import make_engine, make_sessions, transaction
from kit.errors import NotKnown
from kit.ids import digest
from services import accounts, deliveries
from tests.factories import NOON_OF_TESTS as AT

SECRET = "what only his phone knows"  # noqa: S105 - of a test's worker

# A worker of the web chat, one whose token was lost, and one of a Telegram that never was.
WORKERS = (
    {"id": "lost", "channel": "web", "token_digest": None},
    {"id": "tg", "channel": "telegram", "token_digest": None},
    {"id": "web", "channel": "web", "token_digest": digest(SECRET)},
)
TURN = {"message_id": "m", "received_at": AT, "taken_by": "bot", "replies": [], "answered_at": AT}
NEWS = {"reply": {"text": "hello"}, "created_at": AT}
OLD = (
    *(("workers", {"created_at": AT, **worker}) for worker in WORKERS),
    ("consents", {"id": "c", "worker_id": "web", "notice": "news", "version": 1}
        | {"decision": "given", "decided_at": AT}),
    ("turns", {"id": "turn-lost", "worker_id": "lost", "kind": "text", **TURN}),
    ("turns", {"id": "turn-tg", "worker_id": "tg", "kind": "choice", **TURN}),
    ("turns", {"id": "turn-web", "worker_id": "web", "kind": "photo", **TURN}),
    ("choices", {"token": "press", "worker_id": "web", "turn_id": "turn-web", "number": 1}
        | {"title": "yes", "task": "cases.confirm", "args": {}}),
    ("cases", {"id": "case", "code": "A1", "worker_id": "web", "turn_id": "turn-web"}
        | {"kind": "hazard", "subject": "a lamp", "created_at": AT}),
    ("case_events", {"id": "event", "case_id": "case", "number": 1, "state": "received"}
        | {"actor": "worker", "at": AT}),
    *(
        ("outbox", {"id": f"{worker}-{state}", "worker_id": worker, "cause": f"case:{state}"}
            | {"state": state, **NEWS})
        for worker, state in (
            ("web", "sent"), ("web", "waiting"), ("lost", "waiting"), ("tg", "waiting"),
            ("web", "failed"),
        )
    ),
)  # fmt: skip

TO_ACCOUNT = {"reply": {}, "state": "waiting", "parts_sent": 0, "attempts": 0} | {
    "due_at": AT, "created_at": AT,
}  # fmt: skip
NEWER = (
    ("accounts", {"id": "linked", "worker_id": "web", "channel": "telegram", "key": "1001"}
        | {"created_at": AT}),
    ("turns", {"id": "start", "worker_id": "web", "channel": "telegram", "kind": "command"}
        | TURN | {"message_id": "tg7"}),
    ("choices", {"token": "menu", "worker_id": "web", "turn_id": "start", "number": 1}
        | {"title": "stops", "task": "rest_stops.find", "args": {}}),
    ("cases", {"id": "of-start", "code": "A2", "worker_id": "web", "turn_id": "start"}
        | {"kind": "hazard", "subject": "a hole", "created_at": AT}),
    *(
        ("outbox", {"id": f"{cause}-{account}", "account_id": account, "cause": cause}
            | {"priority": priority, **TO_ACCOUNT})
        for account, cause, priority in (
            ("linked", "tg7:0", 0), ("linked", "again:start", 0),
            ("linked", "case:step", 1), ("web", "case:step", 1),
        )
    ),
    (
        "updates",
        {
            "bot": 1,
            "id": 7,
            "digest": "d",
            "lane": "1",
            "body": {},
            "state": "waiting",
            "received_at": AT,
        },
    ),
    ("link_codes", {"code": "123456", "account_id": "linked", "expires_at": AT}),
    ("link_tries", {"id": "try", "account_id": "linked", "at": AT}),
    ("photos", {"id": "p", "worker_id": "web", "digest": "d", "width": 1, "height": 1}
        | {"size": 1, "created_at": AT}),
    ("case_photos", {"case_id": "case", "number": 1, "photo_id": "p"}),
)  # fmt: skip


async def alembic(url, run, to):
    async with migrating(url) as connection:
        await connection.run_sync(lambda sync: run(config(sync), to))


@asynccontextmanager
async def connection_to(url) -> AsyncIterator[tuple[AsyncConnection, MetaData]]:
    """A transaction as a process of ours has it, and the tables as they are now."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        found = MetaData()
        await connection.run_sync(found.reflect)
        yield connection, found
    await engine.dispose()


@asynccontextmanager
async def session_on(url) -> AsyncIterator[AsyncSession]:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        yield session
    await engine.dispose()


async def write(url, *rows):
    async with connection_to(url) as (connection, found):
        for table, row in rows:
            await connection.execute(insert(found.tables[table]).values(row))


async def read(url, query):
    async with connection_to(url) as (connection, _):
        return [tuple(row) for row in await connection.execute(text(query))]


async def everything(url):
    """Every row of every table, by its key."""
    async with connection_to(url) as (connection, found):
        return {
            table.name: [
                dict(row)
                for row in (
                    await connection.execute(select(table).order_by(*table.primary_key))
                ).mappings()
            ]
            for table in found.sorted_tables
            if table.name != "alembic_version"
        }


@pytest.fixture
async def url(empty_database_url):
    """A database at the first revision, with rows; a worker had his message number 5 deleted."""
    await alembic(empty_database_url, command.upgrade, "0001")
    await write(empty_database_url, *OLD)
    async with connection_to(empty_database_url) as (connection, found):
        messages = found.tables["outbox"]
        await connection.execute(delete(messages).where(messages.c.number == 5))
    return empty_database_url


@pytest.fixture
async def upgraded(url):
    await alembic(url, command.upgrade, "0002")
    return url


async def test_each_worker_has_an_account_of_the_channel_he_came_by(upgraded):
    asked = "SELECT worker_id, channel, key, gone_at IS NULL FROM accounts ORDER BY id"

    assert await read(upgraded, asked) == [
        ("lost", "web", "lost", 1),
        ("tg", "telegram", "tg", 0),
        ("web", "web", digest(SECRET), 1),
    ]


async def test_the_token_still_opens_the_chat_and_an_id_never_does(upgraded):
    async with session_on(upgraded) as session:
        assert (await accounts.by_token(session, SECRET)).worker_id == "web"
        with pytest.raises(NotKnown):
            await accounts.by_token(session, "lost")


async def test_who_has_no_number_at_telegram_is_not_written_to(upgraded, clock):
    await alembic(upgraded, command.upgrade, "head")  # the query is today's
    async with session_on(upgraded) as session:
        assert await deliveries.accounts_due(session, clock, "telegram", 10) == []
        assert await deliveries.next_for(session, clock, ["tg"]) == {}


async def test_turns_know_their_channel(upgraded):
    assert await read(upgraded, "SELECT id, channel, photos FROM turns ORDER BY id") == [
        ("turn-lost", "web", None),
        ("turn-tg", "telegram", None),
        ("turn-web", "web", None),
    ]


async def test_what_waited_for_a_worker_waits_for_his_account_as_news(upgraded):
    asked = (
        "SELECT outbox.id, worker_id, state, priority, parts_sent, attempts,"
        " due_at = outbox.created_at FROM outbox JOIN accounts ON accounts.id = account_id"
        " ORDER BY number"
    )

    assert await read(upgraded, asked) == [
        ("web-sent", "web", "sent", 1, 0, 0, 1),
        ("web-waiting", "web", "waiting", 1, 0, 0, 1),
        ("lost-waiting", "lost", "waiting", 1, 0, 0, 1),
        ("tg-waiting", "tg", "waiting", 1, 0, 0, 1),
    ]


async def test_a_worker_still_gets_what_he_had_not_seen(upgraded):
    async with session_on(upgraded) as session:
        account = await accounts.by_token(session, SECRET)

    asked = "SELECT number, account_id FROM outbox WHERE number > 1 ORDER BY number LIMIT 1"
    assert await read(upgraded, asked) == [(2, account.id)]


async def test_a_number_that_was_sent_once_is_never_given_again(upgraded):
    row = {"id": "next", "account_id": "web", "cause": "case:next", "priority": 1, **TO_ACCOUNT}
    await write(upgraded, ("outbox", row))
    assert await read(upgraded, "SELECT max(number) FROM outbox") == [(6,)]

    async with connection_to(upgraded) as (connection, found):
        await connection.execute(delete(found.tables["outbox"]))
    await alembic(upgraded, command.downgrade, "0001")
    row = {"id": "new", "worker_id": "web", "cause": "case:new", "state": "waiting", **NEWS}
    await write(upgraded, ("outbox", row))

    assert await read(upgraded, "SELECT max(number) FROM outbox") == [(7,)]


async def test_up_and_back_leaves_every_row_as_it_was(url):
    before = await everything(url)
    assert {table for table, _ in OLD} == {table for table, rows in before.items() if rows}

    await alembic(url, command.upgrade, "0002")
    await alembic(url, command.downgrade, "0001")

    assert await everything(url) == before


async def test_upgraded_twice_is_like_upgraded_once(upgraded):
    before = await everything(upgraded)

    await alembic(upgraded, command.downgrade, "0001")
    await alembic(upgraded, command.upgrade, "0002")

    assert await everything(upgraded) == before


async def test_what_only_the_newer_tables_knew_goes_and_nothing_points_at_it(upgraded):
    await write(upgraded, *NEWER)

    await alembic(upgraded, command.downgrade, "0001")

    assert await read(upgraded, "SELECT id FROM turns WHERE kind = 'command'") == []
    assert await read(upgraded, "SELECT token FROM choices") == [("press",)]
    cases = await read(upgraded, "SELECT code, turn_id FROM cases ORDER BY code")
    assert cases == [("A1", "turn-web"), ("A2", None)]
    # Live replies are gone, and news to both of a worker's accounts is one message to him.
    assert await read(upgraded, "SELECT worker_id, cause FROM outbox ORDER BY number") == [
        ("web", "case:sent"),
        ("web", "case:waiting"),
        ("lost", "case:waiting"),
        ("tg", "case:waiting"),
        ("web", "case:step"),
    ]
    workers = await read(upgraded, "SELECT id, channel, token_digest FROM workers ORDER BY id")
    assert workers == [tuple(worker.values()) for worker in WORKERS]
