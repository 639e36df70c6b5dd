"""The workbench: saved views, labels, who is looking, drafts of answers, steps in bulk."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LISTED = [
    *("state", "created_at", "id", "kind", "category", "province", "city", "district", "due"),
]
NEW_TABLES = (
    *("case_bulks", "answer_drafts", "case_presence", "case_labels", "labels", "saved_views"),
)


def upgrade() -> None:
    """Add the tables, what tells danger, and an index with all that the inbox counts by."""
    with op.batch_alter_table("cases") as batch:
        batch.drop_index("ix_cases_state_created_at")
        batch.create_index("ix_cases_listed", LISTED)
        batch.add_column(sa.Column("danger", sa.Boolean()))
        batch.create_index("ix_cases_danger_state", ["danger", "state"])
    # What hazards answered is judged by the bot, which knows the questions.
    op.execute(sa.text("UPDATE cases SET danger = false WHERE kind <> 'hazard'"))
    _create_views()
    _create_labels()
    _create_presence_and_drafts()
    _create_bulks()


def downgrade() -> None:
    """The tables and what is in them are lost; what was done to cases stays in their history."""
    for table in NEW_TABLES:
        op.drop_table(table)
    with op.batch_alter_table("cases") as batch:
        for index in ("ix_cases_danger_state", "ix_cases_listed"):
            batch.drop_index(index)
        batch.drop_column("danger")
        batch.create_index("ix_cases_state_created_at", ["state", "created_at"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of(table: str, column: str, other: str, *, gone: str | None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=gone)


def _create_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        _moment("created_at"),
        _of("saved_views", "staff_id", "staff", gone="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_views_staff_id_name")),
    )


def _create_labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("word", sa.String(64), nullable=False),
        sa.Column("area", sa.String(192), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        _moment("created_at"),
        _moment("retired_at", nullable=True),
        _of("labels", "created_by", "staff", gone=None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("area", "word", name=op.f("uq_labels_area_word")),
    )
    op.create_table(
        "case_labels",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("label_id", sa.String(32), nullable=False),
        _of("case_labels", "case_id", "cases", gone="CASCADE"),
        _of("case_labels", "label_id", "labels", gone=None),
        sa.PrimaryKeyConstraint("case_id", "label_id", name=op.f("pk_case_labels")),
    )
    op.create_index(op.f("ix_case_labels_label_id"), "case_labels", ["label_id"])


def _create_presence_and_drafts() -> None:
    op.create_table(
        "case_presence",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        _moment("seen_at"),
        _moment("wrote_at", nullable=True),
        _of("case_presence", "case_id", "cases", gone="CASCADE"),
        _of("case_presence", "staff_id", "staff", gone="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_presence")),
    )
    op.create_index(op.f("ix_case_presence_seen_at"), "case_presence", ["seen_at"])
    op.create_table(
        "answer_drafts",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(1)),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        _moment("saved_at"),
        _of("answer_drafts", "case_id", "cases", gone="CASCADE"),
        _of("answer_drafts", "staff_id", "staff", gone="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_answer_drafts")),
    )
    op.create_index(op.f("ix_answer_drafts_saved_at"), "answer_drafts", ["saved_at"])


def _create_bulks() -> None:
    rules = {
        "step": "step IN ('take_up', 'accept', 'label', 'assign')",
        "undone": "(undone IS NULL) = (undone_at IS NULL)",
    }
    op.create_table(
        "case_bulks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("given", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("items", sa.JSON(none_as_null=True), nullable=False),
        _moment("at"),
        sa.Column("undone", sa.JSON(none_as_null=True)),
        _moment("undone_at", nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_case_bulks_{name}"))
            for name, rule in rules.items()
        ),
        _of("case_bulks", "staff_id", "staff", gone=None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bulks")),
    )
