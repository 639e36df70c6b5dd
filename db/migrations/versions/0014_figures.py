"""What figures are counted from, and reports; the facts of older cases are told at night."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("figure_reports", "turn_days", "figure_marks", "figure_words", "case_facts")


def upgrade() -> None:
    """Add the tables, and two indexes by time."""
    op.create_index("ix_case_events_at", "case_events", ["at"])
    op.create_index("ix_turns_received_at", "turns", ["received_at"])
    op.create_table(
        "case_facts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *(sa.Column(n, sa.String(64)) for n in ("province", "city", "district", "category")),
        sa.Column("due", sa.Date()),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_facts_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("day", "case_id", name=op.f("pk_case_facts")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_facts_case_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_facts_due", "case_facts", ["due"])
    op.create_table(
        "figure_words",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("word", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_figure_words")),
        sa.UniqueConstraint("word", name=op.f("uq_figure_words_word")),
    )
    op.create_table(
        "figure_marks",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figure_marks")),
    )
    op.create_table(
        "turn_days",
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("turns", "typed", "heard", "understood", "begun")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_turn_days")),
    )
    op.create_table(
        "figure_reports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("area", sa.String(192), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("kind IN ('week', 'month')", name=op.f("ck_figure_reports_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_reports")),
        sa.UniqueConstraint(
            "kind", "first", "area", name=op.f("uq_figure_reports_kind_first_area")
        ),
    )
    op.create_index(op.f("ix_figure_reports_made_at"), "figure_reports", ["made_at"])


def downgrade() -> None:
    """Drop them; reports are lost."""
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_turns_received_at", "turns")
    op.drop_index("ix_case_events_at", "case_events")
