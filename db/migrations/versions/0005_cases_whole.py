"""Cases whole: masked words beside sealed ones, category, place, supporters, additions, keys.

The words of cases of older days are masked, and sealed where their worker is known, by the first
program that starts with the master key at hand (services/cases/sealing.py): a migration has none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXTS = ("category", "province", "city", "district", "street")
SEALED = ("original", "contact", "caller")
NEW_TABLES = ("case_tries", "case_additions", "case_supporters", "worker_keys")
CHECKS = {
    "position": "(lat IS NULL) = (lon IS NULL)",
    "held_reason": "held_reason IN ('too_many', 'too_fast', 'same_text', 'abusive')",
    "released": "(released_at IS NULL) = (released_by IS NULL)",
    "released_was_held": "released_at IS NULL OR held_reason IS NOT NULL",
}
INDEXES = (
    ("held_reason", "released_at"),
    ("text_digest", "created_at"),
)


def upgrade() -> None:
    """Add columns and tables; a case may be held."""
    _widen_cases()
    _create_worker_keys()
    _create_case_supporters()
    _create_case_additions()
    _create_case_tries()
    _widen_case_views()
    _change_states("state IN ('held', 'received', 'in_review', 'withdrawn')")


def downgrade() -> None:
    """Back to the narrower tables; originals, contacts, supporters and additions are lost.

    Words stay masked, and what was held counts as received.
    """
    op.execute("UPDATE case_events SET state = 'received' WHERE state = 'held'")
    _change_states("state IN ('received', 'in_review', 'withdrawn')")
    with op.batch_alter_table("case_views") as batch:
        batch.drop_constraint(op.f("ck_case_views_reason"), type_="check")
        batch.drop_constraint(op.f("ck_case_views_kind"), type_="check")
        batch.drop_column("reason")
        batch.drop_column("kind")
    for table in NEW_TABLES:
        op.drop_table(table)
    with op.batch_alter_table("cases") as batch:
        for columns in INDEXES:
            batch.drop_index("ix_cases_" + "_".join(columns))
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_cases_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_cases_folded_into_cases"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_cases_released_by_staff"), type_="foreignkey")
        for name in (
            *(*TEXTS, *SEALED, "extras", "wants_answer", "lat", "lon", "answer_days"),
            *("query_digest", "text_digest", "held_reason", "released_by", "released_at"),
            "folded_into",
        ):
            batch.drop_column(name)


def _widen_cases() -> None:
    with op.batch_alter_table("cases") as batch:
        for name in TEXTS:
            batch.add_column(sa.Column(name, sa.String(64)))
        for name in SEALED:
            batch.add_column(sa.Column(name, sa.LargeBinary()))
        batch.add_column(sa.Column("extras", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(
            sa.Column("wants_answer", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        for name in ("lat", "lon"):
            batch.add_column(sa.Column(name, sa.Double()))
        batch.add_column(sa.Column("answer_days", sa.Integer()))
        for name in ("query_digest", "text_digest"):
            batch.add_column(sa.Column(name, sa.String(64)))
        batch.add_column(sa.Column("held_reason", sa.String(16)))
        batch.add_column(sa.Column("released_by", sa.String(32)))
        batch.add_column(sa.Column("released_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("folded_into", sa.String(32)))
        batch.create_foreign_key(
            op.f("fk_cases_released_by_staff"), "staff", ["released_by"], ["id"]
        )
        batch.create_foreign_key(
            op.f("fk_cases_folded_into_cases"),
            "cases",
            ["folded_into"],
            ["id"],
            ondelete="SET NULL",
        )
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_cases_{name}"), rule)
        for columns in INDEXES:
            batch.create_index("ix_cases_" + "_".join(columns), list(columns))
    with op.batch_alter_table("cases") as batch:
        for name, type_ in (("extras", sa.JSON()), ("wants_answer", sa.Boolean())):
            batch.alter_column(
                name, existing_type=type_, existing_nullable=False, server_default=None
            )


def _change_states(rule: str) -> None:
    with op.batch_alter_table("case_events") as batch:
        batch.drop_constraint(op.f("ck_case_events_state"), type_="check")
        batch.create_check_constraint(op.f("ck_case_events_state"), rule)


def _widen_case_views() -> None:
    with op.batch_alter_table("case_views") as batch:
        batch.add_column(sa.Column("kind", sa.String(16), nullable=False, server_default="case"))
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.create_check_constraint(
            op.f("ck_case_views_kind"), "kind IN ('case', 'photo', 'original', 'contact')"
        )
        batch.create_check_constraint(
            op.f("ck_case_views_reason"), "kind IN ('case', 'photo') OR reason IS NOT NULL"
        )
    with op.batch_alter_table("case_views") as batch:
        batch.alter_column(
            "kind", existing_type=sa.String(16), existing_nullable=False, server_default=None
        )


def _create_worker_keys() -> None:
    op.create_table(
        "worker_keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_worker_keys_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_keys")),
    )
    op.create_index(op.f("ix_worker_keys_worker_id"), "worker_keys", ["worker_id"])


def _create_case_supporters() -> None:
    op.create_table(
        "case_supporters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("turn_id", sa.String(32)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_supporters_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_case_supporters_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["turns.id"],
            name=op.f("fk_case_supporters_turn_id_turns"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_supporters")),
        sa.UniqueConstraint(
            "case_id", "worker_id", name=op.f("uq_case_supporters_case_id_worker_id")
        ),
    )
    op.create_index(op.f("ix_case_supporters_worker_id"), "case_supporters", ["worker_id"])


def _create_case_additions() -> None:
    op.create_table(
        "case_additions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("turn_id", sa.String(32)),
        sa.Column("worker_id", sa.String(32), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("original", sa.LargeBinary()),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_additions_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["turns.id"],
            name=op.f("fk_case_additions_turn_id_turns"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_case_additions_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_additions")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_additions_case_id_number")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_case_additions_turn_id")),
    )
    op.create_index(op.f("ix_case_additions_worker_id"), "case_additions", ["worker_id"])


def _create_case_tries() -> None:
    op.create_table(
        "case_tries",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_case_tries_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_tries_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_tries")),
    )
    for column in ("worker_id", "case_id", "at"):
        op.create_index(op.f(f"ix_case_tries_{column}"), "case_tries", [column])
