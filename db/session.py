"""Engine, sessions and the one way to open a transaction."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import URL, Dialect, NullPool, Select, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import await_only

T = TypeVar("T")

# Where `session.info` holds the master key that services/vault.py seals and unseals under.
MASTER_KEY = "master_key"

# What is raised while the database is away, locked or full: the same work may succeed later. What
# else it raises speaks of the work itself.
AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)

# How long a writer waits for another before it gives up, in seconds. Our transactions take
# milliseconds; a longer wait means that something is wrong, and the worker gets the menu.
LOCK_WAIT = 10
# So often, and so many seconds apart, a new file is opened that another process opens too.
_REFUSALS, _AGAIN_AFTER = 20, 0.05
# How PostgreSQL plans for us: docs/adr/0039-plans-of-postgresql.md.
PLANNING = "-c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off"


def make_engine(url: str) -> AsyncEngine:
    """An engine for SQLite (WAL, foreign keys on, writers queue) or PostgreSQL.

    Its errors do not quote parameters: those are what workers wrote.
    """
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"options": f"-c lock_timeout={LOCK_WAIT * 1000} {PLANNING}"},
        )
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": LOCK_WAIT},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(engine.sync_engine, "invalidate", _let_go_of_locks)
    return engine


class Beside:
    """What a process keeps in memory of its database, and the way to read what is committed."""

    def __init__(self, url: URL) -> None:
        # Opened when it is needed, which is seldom, and closed at once: nothing is to be ended.
        self._engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
        self._kept: dict[type, Any] = {}

    def keep(self, kind: type[T]) -> T:
        """The one of its kind, made when it is first asked for."""
        if kind not in self._kept:
            self._kept[kind] = kind()
        kept: T = self._kept[kind]
        return kept

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees what is committed, and of no open transaction anything."""
        async with self._engine.connect() as connection:
            yield connection


class Sessions(async_sessionmaker[AsyncSession]):
    """The factory of sessions; objects stay readable after the commit.

    Without the master key nothing can be sealed or unsealed in them.
    """

    def __init__(self, engine: AsyncEngine, master_key: bytes | None = None) -> None:
        self.beside = Beside(engine.url)
        info: dict[object, object] = {Beside: self.beside, MASTER_KEY: master_key}
        super().__init__(engine, expire_on_commit=False, info=info)


def make_sessions(engine: AsyncEngine, *, master_key: bytes | None = None) -> Sessions:
    """The factory of sessions of a process, with what is kept beside them."""
    return Sessions(engine, master_key)


def beside(session: AsyncSession) -> Beside:
    """What is kept in memory beside the sessions that this one belongs to."""
    kept: Beside = session.info[Beside]
    return kept


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncGenerator[AsyncSession]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Only the edges open one (see docs/adr/0004-the-edge-commits.md), and none is held across a
    network call.
    """
    async with sessions() as session, session.begin():
        yield session


async def fetch_all(
    session: AsyncSession, query: Select[Any], values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """All rows of a query of plain columns, as the driver gives them; in the same transaction.

    For what every search asks: on SQLite each step of a query through SQLAlchemy (cursor, execute,
    fetch, close) waits for the driver's thread, 0.6 ms in all; the driver does them together in
    0.2. What the session has not flushed is not seen.
    """
    connection = await session.connection()
    dialect = connection.dialect
    compiled = _compiled(query, dialect)
    given = compiled.construct_params(values)
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    words = str(compiled)
    rows: Sequence[tuple[Any, ...]]
    with _errors_of(dialect, words):
        if dialect.name == "sqlite":
            in_order = [given[name] for name in compiled.positiontup or ()]
            rows = await driver.execute_fetchall(words, in_order)
        else:
            cursor = await driver.execute(words, given)
            rows = await cursor.fetchall()
    return rows


@contextmanager
def _errors_of(dialect: Dialect, words: str) -> Generator[None]:
    """What the driver raises, as SQLAlchemy raises it; the values are not quoted."""
    # Untyped: each driver has classes of its own.
    driver: Any = dialect.dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(
            words, None, error, driver.Error, hide_parameters=True, dialect=dialect
        ) from error


@lru_cache(maxsize=256)
def _compiled(query: Select[Any], dialect: Dialect) -> SQLCompiler:
    """A query is compiled once; its identity is what it is known by."""
    compiled = query.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(query)
    return compiled


# 64 MB of memory instead of 2: with hundreds of thousands of stops each row lies on a page of its
# own.
_PREPARED = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA foreign_keys=ON;
PRAGMA cache_size=-65536;
"""


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    raw: Any = connection
    with ExitStack() as undoing:
        # Whoever waits may be cancelled here: the pool forgets a connection that it has not got.
        undoing.callback(raw.terminate)
        # The driver would begin transactions by itself, late and deferred; we do it in `begin`.
        raw.isolation_level = None
        await_only(_prepared(raw.driver_connection))
        undoing.pop_all()


async def _prepared(driver: Any) -> None:  # noqa: ANN401 - each driver has classes of its own
    # Whoever writes in a new file that it is a WAL one has it alone for that moment, and SQLite
    # refuses all others at once, however long they would wait: of eight processes that start
    # together on an empty folder one in a hundred.
    for _ in range(_REFUSALS):
        try:
            await driver.executescript(_PREPARED)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(_AGAIN_AFTER)
        else:
            return
    await driver.executescript(_PREPARED)


def _let_go_of_locks(connection: DBAPIConnection, *_: object) -> None:
    # Whoever asked was cancelled in the middle, and the connection will be closed. SQLite keeps
    # the locks of a closed connection while a cursor of it lives, here as long as the traceback
    # does: nobody could write for as long.
    raw: Any = connection
    await_only(asyncio.shield(raw.driver_connection.rollback()))


def _begin_immediate(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event is untyped
    # A deferred transaction that reads first and writes later fails at once when another writer
    # came between; taking the write lock at the start makes writers wait for each other instead.
    #
    # Past SQLAlchemy's cursor, which would wait for the driver's thread three times.
    words, driver = "BEGIN IMMEDIATE", connection.connection.driver_connection
    with _errors_of(connection.dialect, words):
        await_only(driver.execute_fetchall(words))
