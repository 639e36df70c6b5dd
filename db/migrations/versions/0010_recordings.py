"""Recordings: voices that workers send, kept beside photos; and looks of staff at them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FIRST_TURNS, LAST_TURNS = "'text', 'location', 'choice', 'photo'", "'command', 'other'"
PLAIN_LOOKS, GRAVE_LOOKS = "'case', 'photo'", "'original', 'contact'"


def upgrade() -> None:
    """Add the tables and columns; a turn and a look may be of a recording."""
    _create_recordings()
    _change_turns(f"kind IN ({FIRST_TURNS}, 'recording', {LAST_TURNS})")
    _change_looks(f"{PLAIN_LOOKS}, 'recording'")
    with op.batch_alter_table("turns") as batch:
        batch.add_column(sa.Column("recordings", sa.JSON()))
    with op.batch_alter_table("case_additions") as batch:
        batch.add_column(sa.Column("recordings", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("case_additions") as batch:
        batch.alter_column(
            "recordings", existing_type=sa.JSON(), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    """Drop them; the looks at recordings and the files are lost, turns with one count as others.

    The files stay in the data folder, where nothing speaks of them any more.
    """
    op.execute("UPDATE turns SET kind = 'other' WHERE kind = 'recording'")
    op.execute("DELETE FROM case_views WHERE kind = 'recording'")
    with op.batch_alter_table("case_additions") as batch:
        batch.drop_column("recordings")
    with op.batch_alter_table("turns") as batch:
        batch.drop_column("recordings")
    _change_looks(PLAIN_LOOKS)
    _change_turns(f"kind IN ({FIRST_TURNS}, {LAST_TURNS})")
    op.drop_table("case_recordings")
    op.drop_table("recordings")


def _change_turns(rule: str) -> None:
    with op.batch_alter_table("turns") as batch:
        batch.drop_constraint(op.f("ck_turns_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_turns_kind"), rule)


def _change_looks(plain: str) -> None:
    with op.batch_alter_table("case_views") as batch:
        for name in ("kind", "reason"):
            batch.drop_constraint(op.f(f"ck_case_views_{name}"), type_="check")
        batch.create_check_constraint(
            op.f("ck_case_views_kind"), f"kind IN ({plain}, {GRAVE_LOOKS})"
        )
        batch.create_check_constraint(
            op.f("ck_case_views_reason"), f"kind IN ({plain}) OR reason IS NOT NULL"
        )


def _create_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seconds > 0 AND size > 0", name=op.f("ck_recordings_size")),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_recordings_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_worker_id"), "recordings", ["worker_id"])
    op.create_index(op.f("ix_recordings_digest"), "recordings", ["digest"])
    op.create_table(
        "case_recordings",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_recordings_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_case_recordings_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_recordings")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_case_recordings_recording_id")),
    )
