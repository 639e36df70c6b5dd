"""Units that were only named by a table of ownership or a role: cases can be handed to them."""

from alembic import command
from sqlalchemy import text

from db.session import make_engine
from tests.db.test_migration_0011 import alembic, fetch
from tests.factories import NOON_OF_TESTS as AT


async def test_units_that_are_named_become_known(empty_database_url):
    await alembic(empty_database_url, command.upgrade, "0020")
    engine = make_engine(empty_database_url)
    async with engine.begin() as connection:
        for statement in (
            "INSERT INTO units (name, created_at) VALUES ('known', :at)",
            "INSERT INTO staff (id, name, created_at) VALUES ('s', 's', :at)",
            (
                "INSERT INTO staff_roles (staff_id, role, districts, categories, unit)"
                " VALUES ('s', 'handler', '', '', 'of a role')"
            ),
            (
                "INSERT INTO sorting_imports"
                " (id, kind, file_name, digest, imported_by, counts, at)"
                " VALUES ('i', 'units', 'f', 'd', 'x', '{}', :at)"
            ),
            (
                "INSERT INTO area_units"
                " (id, category, province, city, district, street, road, unit, import_id)"
                " VALUES ('1', '', 'p', '', '', '', '', 'of a table', 'i'),"
                " ('2', '', 'q', '', '', '', '', 'known', 'i')"
            ),
        ):
            await connection.execute(text(statement), {"at": AT} if ":at" in statement else {})
    await alembic(empty_database_url, command.upgrade, "0021")
    names = [row[0] for row in await fetch(engine, "SELECT name FROM units ORDER BY name")]
    await engine.dispose()
    assert names == ["known", "of a role", "of a table"]
