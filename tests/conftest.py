"""What every test may ask for: both databases, a clock, settings; and what could not be run."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy.ext.asyncio import AsyncEngine

from db.base import Base
from db.migrate import upgrade
from db.session import Sessions, make_sessions
from kit.settings import Settings
from tests import postgres, side_by_side
from tests.engines import engine_of
from tests.factories import MASTER_KEY, FixedClock

# A machine that is busy with something else is no fault of a test; CI has no deadlines either.
hypothesis_settings.register_profile("patient", deadline=None)
if not os.environ.get("CI"):
    hypothesis_settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Know our own marker, and how tests are shared out when several processes run them."""
    config.addinivalue_line("markers", "postgres: needs a PostgreSQL server")
    config.pluginmanager.register(side_by_side)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL where there is none, and fail for it in CI."""
    side_by_side.arrange(config, items)
    affected = [item for item in items if item.get_closest_marker("postgres")]
    reason = postgres.why_unreachable() if affected else None
    if reason is None:
        return
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        side_by_side.refuse(
            config,
            items,
            f"CI runs everything, but {len(affected)} tests find no PostgreSQL server;"
            f" set {postgres.SERVER_SETTING}: {reason}",
        )
        return
    items[:] = [item for item in items if item not in affected]
    config.hook.pytest_deselected(items=affected)
    side_by_side.notes(config)[side_by_side.NOT_RUN] = (
        f"PostgreSQL 上的 {len(affected)} 项测试（没有连上 PostgreSQL，SQLite 上的同样测试已运行）"
        f" / {len(affected)} tests on PostgreSQL (no server; the same tests ran on SQLite;"
        f" set {postgres.SERVER_SETTING})"
    )


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say on the very last line what was not run."""
    missing = side_by_side.notes(config).get(side_by_side.NOT_RUN)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if missing and reporter is not None:
        reporter.write_line(f"未运行 / NOT RUN: {missing}", yellow=True)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still until the test moves it."""
    return FixedClock()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The default settings, whatever this machine sets, with a data folder of the test's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"YIZHAN_{name.upper()}", raising=False)
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """A migrated PostgreSQL database that each test finds empty."""
    with postgres.fresh_database() as url:
        asyncio.run(upgrade(url))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database; what asks for `sessions` runs once on each.

    A test that needs only one says `parametrize("database", ["sqlite"], indirect=True)`.
    """
    return str(request.param)


@pytest.fixture
def empty_database_url(database: str, tmp_path: Path) -> Iterator[str]:
    """A database without any table; for SQLite not even a file."""
    if database == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty' / 'yizhan.db'}"
        return
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database without any row."""
    if database == "sqlite":
        file = tmp_path / "yizhan.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite+aiosqlite:///{file}"
    url = request.getfixturevalue("migrated_postgres")
    # Rows that others point at go last.
    postgres.empty_tables(url, (table.name for table in reversed(Base.metadata.sorted_tables)))
    return str(url)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The engine that a process would build for the test's database."""
    async with engine_of(database_url) as made:
        yield made


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """The factory of sessions on the test's database."""
    return make_sessions(engine, master_key=MASTER_KEY)
