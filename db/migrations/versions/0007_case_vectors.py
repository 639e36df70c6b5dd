"""Vectors of cases to hold a new one against, and which cases speak of one matter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; cases of before are noted when a process first looks for duplicates."""
    op.create_table(
        "case_vectors",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True
        ),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("category", sa.String(64)),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_vectors_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_vectors")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_vectors_case_id")),
        # Numbers are never given twice: a process would miss what has a number that it knows.
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_themes",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("theme", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_themes_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_themes")),
    )
    op.create_index("ix_case_themes_theme", "case_themes", ["theme"])


def downgrade() -> None:
    """Drop them; nothing is lost that cannot be encoded anew."""
    op.drop_table("case_themes")
    op.drop_table("case_vectors")
