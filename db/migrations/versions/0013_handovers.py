"""Talks with staff: the queue, what was said, who did what, what comes due, who is there."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'closed'")


def upgrade() -> None:
    """Add the tables."""
    _create_handovers()
    _create_words()
    _create_events()
    op.create_table(
        "handover_timers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("handover_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('untaken', 'silent', 'idle', 'closing')",
            name=op.f("ck_handover_timers_kind"),
        ),
        _to("handover_timers", "handover_id", "handovers", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_timers")),
        sa.UniqueConstraint(
            "handover_id", "kind", name=op.f("uq_handover_timers_handover_id_kind")
        ),
    )
    op.create_index(op.f("ix_handover_timers_at"), "handover_timers", ["at"])
    op.create_table(
        "handover_duties",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _to("handover_duties", "staff_id", "staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_handover_duties")),
    )


def downgrade() -> None:
    """Drop them; what was said is lost."""
    for table in ("duties", "timers", "events", "words"):
        op.drop_table(f"handover_{table}")
    op.drop_table("handovers")


def _to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def _create_handovers() -> None:
    checks = {
        "state": "state IN ('waiting', 'left', 'taken', 'closed')",
        "taken": "state <> 'taken' OR taken_by IS NOT NULL",
        "free": "state NOT IN ('waiting', 'left') OR taken_by IS NULL",
        "closed": "(state = 'closed') = (closed_at IS NOT NULL)",
        "over": "state <> 'closed' OR NOT is_live",
    }
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("taken_by", sa.String(32)),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unanswered_since", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(16)),
        sa.Column("forgotten_at", sa.DateTime(timezone=True)),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_handovers_{name}"))
            for name, rule in checks.items()
        ),
        _to("handovers", "worker_id", "workers", ondelete="SET NULL"),
        _to("handovers", "taken_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(
        "uq_handovers_open",
        "handovers",
        ["worker_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    for columns in (["state", "opened_at"], ["worker_id"], ["forgotten_at", "last_at"]):
        op.create_index(op.f(f"ix_handovers_{'_'.join(columns)}"), "handovers", columns)


def _create_words() -> None:
    op.create_table(
        "handover_words",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("handover_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("words", sa.Text()),
        sa.Column("original", sa.LargeBinary()),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("recordings", sa.JSON(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("case_kind", sa.String(16)),
        sa.Column("form", sa.String(64)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "original IS NULL OR staff_id IS NULL", name=op.f("ck_handover_words_original")
        ),
        _to("handover_words", "handover_id", "handovers", ondelete="CASCADE"),
        _to("handover_words", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_words")),
        sa.UniqueConstraint(
            "handover_id", "number", name=op.f("uq_handover_words_handover_id_number")
        ),
        sa.UniqueConstraint("form", name=op.f("uq_handover_words_form")),
    )


def _create_events() -> None:
    op.create_table(
        "handover_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("handover_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("to_id", sa.String(32)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("handover_events", "handover_id", "handovers", ondelete="CASCADE"),
        _to("handover_events", "staff_id", "staff"),
        _to("handover_events", "to_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_events")),
        sa.UniqueConstraint(
            "handover_id", "number", name=op.f("uq_handover_events_handover_id_number")
        ),
    )
