"""Where a proposed place lies, as far as its words say: whose limits reach it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AREA = ("province", "city", "district")


def upgrade() -> None:
    """Add the area; of what was proposed before it is not known."""
    with op.batch_alter_table("stop_proposals") as batch:
        for name in AREA:
            batch.add_column(sa.Column(name, sa.String(64)))


def downgrade() -> None:
    """Forget the area."""
    with op.batch_alter_table("stop_proposals") as batch:
        for name in AREA:
            batch.drop_column(name)
