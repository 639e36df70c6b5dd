"""What workers are reminded of: last days, stops that open again, an answer that is due."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FORMER_CLOCKS = "clock IN ('first_look', 'decide', 'sign_for', 'answer', 'rating')"
CLOCKS = FORMER_CLOCKS.replace(" 'rating'", " 'rating', 'eve'")


def upgrade() -> None:
    """Add the tables, and the eve of a promised day among the clocks of cases."""
    _clocks(CLOCKS)
    op.create_table(
        "deadlines",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of("deadlines", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
        sa.UniqueConstraint(
            *("worker_id", "topic", "last_day"),
            name=op.f("uq_deadlines_worker_id_topic_last_day"),
        ),
    )
    op.create_index("ix_deadlines_last_day", "deadlines", ["last_day"])
    op.create_table(
        "deadline_moments",
        sa.Column("deadline_id", sa.String(32), nullable=False),
        sa.Column("days_before", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days_before > 0", name=op.f("ck_deadline_moments_before")),
        _of("deadline_moments", "deadline_id", "deadlines"),
        sa.PrimaryKeyConstraint("deadline_id", "days_before", name=op.f("pk_deadline_moments")),
    )
    op.create_index("ix_deadline_moments_at", "deadline_moments", ["at"])
    op.create_table(
        "stop_waits",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("stop_id", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_gone", sa.Boolean(), nullable=False),
        sa.CheckConstraint("asked_at < expires_at", name=op.f("ck_stop_waits_ends")),
        _of("stop_waits", "worker_id", "workers"),
        _of("stop_waits", "stop_id", "rest_stops"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_waits")),
        sa.UniqueConstraint("worker_id", "stop_id", name=op.f("uq_stop_waits_worker_id_stop_id")),
    )
    for column in ("stop_id", "expires_at"):
        op.create_index(f"ix_stop_waits_{column}", "stop_waits", [column])


def downgrade() -> None:
    """Nobody is reminded any more."""
    for table in ("stop_waits", "deadline_moments", "deadlines"):
        op.drop_table(table)
    op.execute("DELETE FROM case_reminders WHERE clock = 'eve'")
    _clocks(FORMER_CLOCKS)


def _clocks(allowed: str) -> None:
    with op.batch_alter_table("case_reminders") as batch:
        batch.drop_constraint(op.f("ck_case_reminders_clock"), type_="check")
        batch.create_check_constraint(op.f("ck_case_reminders_clock"), allowed)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
