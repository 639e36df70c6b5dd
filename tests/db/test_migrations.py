"""The tables as migrations make them: from nothing, back, and at once from several sides."""

import asyncio

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Text, inspect, text

from db.base import Base
from db.migrate import MIGRATIONS, config, current, head, is_current, migrating, upgrade
from db.session import make_engine
from services.figures import facts
from services.staff.permissions import FIRST_ROLES
from tests.db.rows import ROWS

LINK = (
    "INSERT INTO sign_in_links (digest, staff_id, purpose, expires_at)"
    " VALUES ('d', :staff, 'first', '2027-01-01')"
)


@pytest.fixture
async def database_url(empty_database_url):
    """A migrated database that the test may take apart."""
    await upgrade(empty_database_url)
    return empty_database_url


async def alembic(url, run, *arguments):
    async with migrating(url) as connection:
        await connection.run_sync(lambda sync: run(config(sync), *arguments))


def rebuild(connection, table):
    """Change a table as a migration does on SQLite: build a new one, copy, drop the old."""
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table(table, recreate="always") as batch:
        batch.add_column(Column("remark", Text))


async def schema(url):
    """Everything the database says about its tables, in an order that can be compared."""

    def look(connection):
        inspector = inspect(connection)
        facts = {
            "columns": ("name", "type", "nullable"),
            "pk_constraint": ("name", "constrained_columns"),
            "check_constraints": ("name", "sqltext"),
            "unique_constraints": ("name", "column_names"),
            "foreign_keys": ("name", "constrained_columns", "referred_table", "options"),
            "indexes": ("name", "column_names", "unique"),
        }
        return {
            kind: {
                table: sorted(
                    [str(fact[what]) for what in told]
                    for fact in (found if isinstance(found, list) else [found])
                )
                for (_, table), found in getattr(inspector, f"get_multi_{kind}")().items()
                if table != "alembic_version"
            }
            for kind, told in facts.items()
        }

    engine = make_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(look)
    await engine.dispose()
    return found


def test_the_head_is_pinned():
    scripts = ScriptDirectory.from_config(config())

    assert (MIGRATIONS / ".head").read_text().split() == scripts.get_heads() == [head()]


def test_migrations_are_numbered_without_a_gap():
    numbers = sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


async def test_upgrade_from_nothing(empty_database_url):
    assert await current(empty_database_url) is None

    await upgrade(empty_database_url)

    assert await current(empty_database_url) == head()
    assert set((await schema(empty_database_url))["columns"]) == set(Base.metadata.tables)


async def test_upgrading_again_changes_nothing(database_url):
    before = await schema(database_url)

    await upgrade(database_url)

    assert await schema(database_url) == before


async def test_the_models_are_what_the_migrations_make(database_url):
    """Alembic's own check sees no CHECK constraint; this sees all."""
    migrated = await schema(database_url)

    await alembic(database_url, command.downgrade, "base")
    async with migrating(database_url) as connection:
        await connection.run_sync(Base.metadata.create_all)

    assert migrated == await schema(database_url)


async def test_alembic_finds_no_drift(database_url):
    await alembic(database_url, command.check)


async def test_one_step_back_and_up_again_leaves_the_same_tables(database_url):
    before = await schema(database_url)

    await alembic(database_url, command.downgrade, "-1")
    assert await current(database_url) != head()
    await upgrade(database_url)

    assert await schema(database_url) == before


async def test_staff_of_before_accounts_keep_every_right(database_url):
    scripts = ScriptDirectory.from_config(config()).walk_revisions()
    (before,) = [each.down_revision for each in scripts if "staff_accounts" in each.path]
    await alembic(database_url, command.downgrade, before)
    async with migrating(database_url) as connection:
        staff = "INSERT INTO staff (id, name, created_at) VALUES ('s', '陈静', '2026-11-18')"
        await connection.execute(text(staff))

    await upgrade(database_url)

    async with migrating(database_url) as connection:
        roles = set(await connection.scalars(text("SELECT role FROM staff_roles")))
        joined = await connection.scalar(text("SELECT password_hash FROM staff"))
    assert roles == set(FIRST_ROLES)
    assert joined is None


async def test_facts_of_before_themes_get_that_of_their_case(database_url):
    before = "x" * facts.OWN
    stored = "SELECT body FROM case_facts"
    async with migrating(database_url) as connection:
        for table in ("workers", "accounts", "turns", "cases", "case_themes", "case_facts"):
            row = (
                {**ROWS[table], "theme": 70, "rank": 0} if table == "case_themes" else ROWS[table]
            )
            await connection.execute(Base.metadata.tables[table].insert().values(row))
        await connection.execute(text("UPDATE case_facts SET body = :body"), {"body": before})

    await alembic(database_url, command.downgrade, "0019")
    async with migrating(database_url) as connection:
        assert await connection.scalar(text(stored)) == before
    await upgrade(database_url)

    async with migrating(database_url) as connection:
        assert await connection.scalar(text(stored)) == before + facts.theme_line((70, 0))


async def test_days_of_facts_have_a_version_and_facts_their_columns_again(database_url):
    async with migrating(database_url) as connection:
        for table in ("workers", "accounts", "turns", "cases", "case_facts"):
            await connection.execute(Base.metadata.tables[table].insert().values(ROWS[table]))

    await alembic(database_url, command.downgrade, "0022")
    async with migrating(database_url) as connection:
        [row] = await connection.execute(text("SELECT state, kind FROM case_facts"))
        case = ROWS["cases"]
        assert tuple(row) == (case["state"], case["kind"])
    await upgrade(database_url)

    async with migrating(database_url) as connection:
        days = "SELECT count(*) FROM figure_days JOIN case_facts USING (day)"
        assert await connection.scalar(text(days)) == 1


async def test_all_the_way_back_leaves_nothing(database_url):
    await alembic(database_url, command.downgrade, "base")

    assert (await schema(database_url))["columns"] == {}
    assert await current(database_url) is None


async def test_several_processes_may_upgrade_at_once(empty_database_url):
    await asyncio.gather(*(upgrade(empty_database_url) for _ in range(5)))

    assert set((await schema(empty_database_url))["columns"]) == set(Base.metadata.tables)


async def test_a_failed_migration_leaves_the_database_as_it_was(database_url):
    before = await schema(database_url)

    async def break_half_way():
        async with migrating(database_url) as connection:
            await connection.execute(text("DROP TABLE case_views"))
            raise LookupError

    with pytest.raises(LookupError):
        await break_half_way()

    assert await schema(database_url) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_rebuilding_a_table_keeps_the_rows_that_point_to_it(database_url):
    async with migrating(database_url) as connection:
        await connection.execute(
            text("INSERT INTO staff (id, name, created_at) VALUES ('s', '陈静', '2026-11-18')")
        )
        await connection.execute(text(LINK), {"staff": "s"})
    async with migrating(database_url) as connection:
        await connection.run_sync(rebuild, "staff")
    async with migrating(database_url) as connection:
        left = await connection.scalar(text("SELECT count(*) FROM sign_in_links"))

    assert left == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_migration_that_leaves_orphans_is_refused(database_url):
    with pytest.raises(RuntimeError, match="sign_in_links"):
        async with migrating(database_url) as connection:
            await connection.execute(text(LINK), {"staff": "nobody"})


async def test_a_process_can_tell_whether_the_tables_are_new_enough(database_url):
    engine = make_engine(database_url)
    try:
        assert await is_current(engine)
        await alembic(database_url, command.downgrade, "base")
        assert not await is_current(engine)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_working_directory_is_needed(empty_database_url, tmp_path, monkeypatch):
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = elsewhere\n")
    monkeypatch.chdir(tmp_path)

    await upgrade(empty_database_url)

    assert await current(empty_database_url) == head()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_asking_for_the_revision_makes_no_file(empty_database_url, tmp_path):
    assert await current(empty_database_url) is None
    assert list(tmp_path.iterdir()) == []


async def test_every_constraint_has_a_name(database_url):
    """Alembic can only change what has one, and SQLite gives none by itself."""
    unnamed = [
        (table, kind)
        for kind, tables in (await schema(database_url)).items()
        for table, facts in tables.items()
        for name, *_ in facts
        if name == "None" and kind != "pk_constraint"  # AUTOINCREMENT allows its key no name
    ]

    assert unnamed == []


def test_the_command_line_takes_the_database_of_the_settings(tmp_path, monkeypatch):
    url = f"sqlite+aiosqlite:///{tmp_path / 'yizhan.db'}"
    monkeypatch.setenv("YIZHAN_DATABASE_URL", url)

    command.upgrade(Config(MIGRATIONS.parents[1] / "alembic.ini"), "head")

    assert asyncio.run(current(url)) == head()
