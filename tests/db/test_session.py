"""Transactions and what each database promises under them."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.models import Case, OutboxRow, TurnRow, Worker
from db.repositories.turns import TurnRepository
from db.session import LOCK_WAIT, make_engine, transaction
from kit.ids import new_id
from tests.factories import NOON_OF_TESTS, add_account, add_case, add_turn, add_worker
from tests.testers.chat import on_postgres, on_sqlite

SHANGHAI_NOON = datetime(2026, 11, 18, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


async def count(sessions, model):
    async with transaction(sessions) as session:
        return await session.scalar(select(func.count()).select_from(model))


async def test_what_the_block_did_is_kept(sessions):
    async with transaction(sessions) as session:
        await add_worker(session)

    assert await count(sessions, Worker) == 1


async def test_what_a_failing_block_did_is_undone(sessions):
    async def work():
        async with transaction(sessions) as session:
            await add_worker(session)
            raise LookupError

    with pytest.raises(LookupError):
        await work()

    assert await count(sessions, Worker) == 0


async def test_what_a_cancelled_block_did_is_undone(sessions):
    reached = asyncio.Event()

    async def work():
        async with transaction(sessions) as session:
            await add_worker(session)
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count(sessions, Worker) == 0


async def test_rows_stay_readable_after_the_commit(sessions):
    async with transaction(sessions) as session:
        worker = await add_worker(session)

    assert worker.created_at == NOON_OF_TESTS


async def test_a_moment_comes_back_in_utc(sessions):
    async with transaction(sessions) as session:
        worker = await add_worker(session, created_at=SHANGHAI_NOON)
    async with transaction(sessions) as session:
        read = await session.scalar(select(Worker.created_at).where(Worker.id == worker.id))

    assert read == SHANGHAI_NOON
    assert read.tzinfo is UTC


async def test_moments_compare_and_sort_whatever_zone_they_were_given_in(sessions):
    async with transaction(sessions) as session:
        later = await add_worker(session, created_at=SHANGHAI_NOON)
        sooner = await add_worker(session, created_at=datetime(2026, 11, 18, 3, 59, tzinfo=UTC))
        order = (await session.scalars(select(Worker.id).order_by(Worker.created_at))).all()
        since = await session.scalars(select(Worker.id).where(Worker.created_at >= SHANGHAI_NOON))

        assert order == [sooner.id, later.id]
        assert since.all() == [later.id]


async def test_a_moment_without_a_zone_is_refused(sessions):
    with pytest.raises(StatementError, match="without a zone"):
        async with transaction(sessions) as session:
            await add_worker(session, created_at=datetime(2026, 11, 18))  # noqa: DTZ001 - the fault


async def test_json_and_dates_come_back_as_they_were(sessions):
    replies = [{"text": "你好\n“歇脚”", "choices": [], "cards": [{"distance_m": None, "x": 1.5}]}]
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        turn = await add_turn(session, worker.id, replies=replies, answered_at=SHANGHAI_NOON)
        case = await add_case(session, worker.id, due=date(2026, 12, 1))
    async with transaction(sessions) as session:
        assert (await session.get_one(TurnRow, turn.id)).replies == replies
        assert (await session.get_one(Case, case.id)).due == date(2026, 12, 1)


async def test_a_row_cannot_point_nowhere(sessions):
    with pytest.raises(IntegrityError):
        async with transaction(sessions) as session:
            await add_turn(session, new_id())


async def test_what_belongs_to_a_worker_goes_with_him_but_his_case_stays(sessions):
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        turn = await add_turn(session, worker.id)
        case = await add_case(session, worker.id, turn_id=turn.id)
    async with transaction(sessions) as session:
        await session.execute(delete(Worker).where(Worker.id == worker.id))
    async with transaction(sessions) as session:
        left = await session.get_one(Case, case.id)

    assert (left.worker_id, left.turn_id) == (None, None)
    assert await count(sessions, TurnRow) == 0


async def test_writers_wait_for_each_other(sessions):
    """Each reads first and writes then: the order that a deferred SQLite transaction fails in."""
    async with transaction(sessions) as session:
        worker = await add_worker(session, area="0")

    async def add_one():
        async with transaction(sessions) as session:
            row = await session.get_one(Worker, worker.id, with_for_update=True)
            await asyncio.sleep(0.01)
            row.area = str(int(row.area) + 1)

    await asyncio.gather(*(add_one() for _ in range(10)))

    async with transaction(sessions) as session:
        assert (await session.get_one(Worker, worker.id)).area == "10"


async def test_of_twenty_that_claim_a_turn_one_gets_it(sessions):
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        turn = await add_turn(session, worker.id)

    async def claim(road):
        async with transaction(sessions) as session:
            return await TurnRepository(session).claim(turn.id, road)

    won = await asyncio.gather(*(claim(road) for road in ["rasa", "bot"] * 10))

    assert won.count(True) == 1
    async with transaction(sessions) as session:
        taken_by = await session.scalar(select(TurnRow.taken_by))
    assert taken_by == ["rasa", "bot"][won.index(True) % 2]


async def test_a_claim_that_is_rolled_back_leaves_the_turn_to_others(sessions):
    async with transaction(sessions) as session:
        turn = await add_turn(session, (await add_worker(session)).id)

    async def claim_and_fail():
        async with transaction(sessions) as session:
            await TurnRepository(session).claim(turn.id, "rasa")
            raise LookupError

    with pytest.raises(LookupError):
        await claim_and_fail()

    async with transaction(sessions) as session:
        assert await TurnRepository(session).claim(turn.id, "bot")


async def test_a_turn_that_does_not_exist_cannot_be_claimed(sessions):
    async with transaction(sessions) as session:
        assert not await TurnRepository(session).claim(new_id(), "bot")


async def test_a_number_of_the_outbox_is_never_used_again(sessions):
    async def put(session, account_id):
        row = OutboxRow(
            id=new_id(),
            account_id=account_id,
            cause=new_id(),
            reply={},
            priority=1,
            state="waiting",
            parts_sent=0,
            attempts=0,
            due_at=SHANGHAI_NOON,
            created_at=SHANGHAI_NOON,
        )
        session.add(row)
        await session.flush()
        return row.number

    async with transaction(sessions) as session:
        worker = await add_worker(session)
        account = await add_account(session, worker.id)
        first = await put(session, account.id)
        await session.execute(delete(OutboxRow))
        second = await put(session, account.id)

    assert second > first


async def test_an_error_does_not_quote_what_a_worker_wrote(sessions):
    with pytest.raises(IntegrityError) as caught:
        async with transaction(sessions) as session:
            await add_turn(session, new_id(), text="我家住在南沙大道7号")

    assert "南沙" not in str(caught.value)


@on_sqlite
async def test_sqlite_is_set_up_for_several_processes(engine):
    async with engine.connect() as connection:
        said = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]

    assert said == ["wal", 1, 10_000]


async def test_many_processes_may_open_a_new_file_at_once(tmp_path):
    """SQLite refuses at once who opens a file that another makes a WAL one in this moment."""
    for number in range(20):
        url = f"sqlite+aiosqlite:///{tmp_path / str(number)}.db"
        engines = [make_engine(url) for _ in range(8)]

        async def opens(engine: AsyncEngine) -> None:
            async with engine.begin() as connection:
                await connection.execute(text("CREATE TABLE IF NOT EXISTS t (x INTEGER)"))

        await asyncio.gather(*map(opens, engines))
        await asyncio.gather(*(engine.dispose() for engine in engines))


async def test_whoever_is_cancelled_in_the_middle_locks_out_nobody(sessions):
    async def work() -> None:
        while True:
            async with transaction(sessions) as session:
                await session.execute(text("SELECT 1"))

    kept = []  # an error keeps alive what it went through, a cursor among it
    for number in range(80):
        task = asyncio.create_task(work())
        await asyncio.sleep(number / 4_000)
        task.cancel()
        kept += await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(LOCK_WAIT / 2), transaction(sessions) as session:
            await session.execute(text("SELECT 1"))
    assert {type(each) for each in kept} == {asyncio.CancelledError}


@on_postgres
async def test_a_connection_to_postgresql_plans_for_what_is_asked(sessions):
    """Not for any value, nor for a disk that turns (docs/adr/0039-plans-of-postgresql.md)."""
    async with transaction(sessions) as session:
        said = [
            await session.scalar(text(f"SHOW {each}"))
            for each in ("plan_cache_mode", "random_page_cost", "jit")
        ]
    assert said == ["force_custom_plan", "1.1", "off"]
