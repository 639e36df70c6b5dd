"""Bringing a database to the newest tables, from code and by several processes at once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from db.session import make_engine

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

# Any number will do, as long as every process of ours takes the same one.
ADVISORY_LOCK = 7_245_001


async def upgrade(database_url: str) -> None:
    """Bring the database to the newest tables; does nothing when it is there already."""
    newest = head()
    async with migrating(database_url) as connection:
        # The usual case at a start; those that queued behind another process leave at once.
        if await connection.run_sync(_revision) != newest:
            await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))


async def current(database_url: str) -> str | None:
    """The revision the database is at; None when it has no tables, or is no file yet."""
    file = _sqlite_file(database_url)
    if file is not None and not file.exists():
        return None
    engine = make_engine(database_url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database behind this engine has the tables that this code expects."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision) == head()


@cache
def head() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here so that no `alembic.ini` is looked for."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@asynccontextmanager
async def migrating(database_url: str) -> AsyncGenerator[AsyncConnection]:
    """A connection in one transaction that no other migrating process can enter meanwhile."""
    file = _sqlite_file(database_url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(database_url)
    if engine.dialect.name == "sqlite":
        # On SQLite our engine begins every transaction with the write lock: that is the queue.
        event.listen(engine.sync_engine, "connect", _leave_foreign_keys)
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # Another process may be in the middle of a longer migration than our writers
                # would wait for.
                await connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            yield connection
            if engine.dialect.name == "sqlite":
                await connection.run_sync(_refuse_orphans)
    finally:
        await engine.dispose()


def _leave_foreign_keys(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Alembic changes a SQLite table by building a new one and dropping the old; with foreign
    # keys on, that drop would delete every row that points to the table.
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _refuse_orphans(connection: Connection) -> None:
    orphans: list[Any] = list(connection.exec_driver_sql("PRAGMA foreign_key_check"))
    if orphans:
        tables = sorted({row[0] for row in orphans})
        msg = f"the migration would leave rows that point nowhere in: {', '.join(tables)}"
        raise RuntimeError(msg)


def _sqlite_file(database_url: str) -> Path | None:
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
