"""Empty databases to measure on: a SQLite file, and one of our own on a PostgreSQL server."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy import text as sql

from db.migrate import upgrade
from db.session import make_engine
from kit import ids
from tools.start.machine import setting

SERVER = "TEST_POSTGRES_URL"  # the same server that the tests use

Fresh = Callable[[Path], AbstractContextManager[str]]


def databases() -> dict[str, Fresh]:
    """What makes a migrated database without a row, by the kind's name; its URL is its value."""
    found: dict[str, Fresh] = {"SQLite": _sqlite}
    return found | ({"PostgreSQL": _postgres} if setting(SERVER) else {})


def what_is_missing() -> list[str]:
    """Lines that say which kind was not measured; none when all were."""
    missing = ["", f"PostgreSQL was not measured: YIZHAN_{SERVER} names no server."]
    return [] if setting(SERVER) else missing


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    url = f"sqlite+aiosqlite:///{folder / ids.new_id()}.db"
    asyncio.run(upgrade(url))
    yield url


@contextmanager
def _postgres(_folder: Path) -> Iterator[str]:
    """A database of our own on the server, dropped when the block ends."""
    server = setting(SERVER) or ""
    name = f"yizhan_bench_{ids.new_id()}"
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_tell(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        asyncio.run(upgrade(url))
        yield url
    finally:
        asyncio.run(_tell(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _tell(server: str, command: str) -> None:
    engine = make_engine(server)
    try:
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(sql(command))
    finally:
        await engine.dispose()
