"""Each day of facts has a version, by which a process knows what it has read of it already."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OF_CASES = (
    "UPDATE case_facts SET state = (SELECT state FROM cases WHERE cases.id = case_facts.case_id), "
    "kind = (SELECT kind FROM cases WHERE cases.id = case_facts.case_id)"
)


def upgrade() -> None:
    """Give each day its first version. State and kind are in the lines and are asked for there."""
    op.create_table(
        "figure_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_figure_days")),
    )
    op.execute(
        "INSERT INTO figure_days (day, version) SELECT DISTINCT day, 'first' FROM case_facts"
    )
    for name in ("state", "kind"):
        op.drop_column("case_facts", name)


def downgrade() -> None:
    """Facts say state and kind of their case again, and nothing of versions."""
    for name in ("state", "kind"):
        column = sa.Column(name, sa.String(16), nullable=False, server_default="")
        op.add_column("case_facts", column)
    op.execute(OF_CASES)
    op.drop_table("figure_days")
