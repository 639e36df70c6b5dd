"""What Alembic runs: our tables against the connection it is handed, or the configured one."""

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection

import db.models  # noqa: F401 - importing it makes the metadata complete
from db.base import Base, UtcDateTime
from db.migrate import migrating
from kit.settings import Settings


def plainly(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as plain ones: a migration must outlive the code of its day."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return "sa.JSON()"
    return False


def run(connection: Connection) -> None:
    """Run the asked migrations inside the transaction that is open on the connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter a column or constraint: Alembic rebuilds the table instead.
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_the_configured_database() -> None:
    """Serve the `alembic` command line, which knows the settings of this process only."""
    async with migrating(Settings().database) as connection:
        await connection.run_sync(run)


handed: Connection | None = context.config.attributes.get("connection")
if handed is None:
    asyncio.run(run_on_the_configured_database())
else:
    run(handed)
