"""Units that a table of ownership or a role names: cases can be handed to them."""

import sqlalchemy as sa
from alembic import op

from kit.clock import utc_now

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NAMED = "SELECT unit FROM area_units UNION SELECT unit FROM staff_roles WHERE unit IS NOT NULL"
UNITS = sa.table(
    "units", sa.column("name", sa.String), sa.column("created_at", sa.DateTime(timezone=True))
)


def upgrade() -> None:
    """Make them known; those that are known stay as they are."""
    connection, now = op.get_bind(), utc_now()
    named = set(connection.scalars(sa.text(NAMED)))
    known = set(connection.scalars(sa.select(UNITS.c.name)))
    rows = [{"name": name, "created_at": now} for name in sorted(named - known)]
    if rows:
        op.bulk_insert(UNITS, rows)


def downgrade() -> None:
    """They stay: which of them were known before nobody can tell."""
