"""Which nights the cases were grouped into themes, so that one process alone does it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "case_nights",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("themes", sa.Integer()),
        sa.PrimaryKeyConstraint("night", name=op.f("pk_case_nights")),
    )


def downgrade() -> None:
    """Drop it; the next night is grouped anew."""
    op.drop_table("case_nights")
