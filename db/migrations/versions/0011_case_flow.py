"""How cases go: steps, units, answers, reminders, recusals, rewards; a state for lists."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = (
    "state IN ('held', 'received', 'in_review', 'needs_more', 'accepted', 'assigned', 'returned',"
    " 'handling', 'paused', 'to_approve', 'answered', 'rated', 'archived', 'refused', 'merged',"
    " 'forwarded', 'withdrawn')"
)
FORMER_STATES = "state IN ('held', 'received', 'in_review', 'withdrawn')"
ADOPTED = (
    "adopted IN ('service_measure', 'agency_improvement', 'law_or_policy',"
    " 'congress_supervision', 'deputy_motion', 'decision_reference', 'other')"
)
# What had been done, told from the state that came of it and the one before.
FORMER_STEPS = """
UPDATE case_events SET step = CASE
  WHEN number = 1 THEN 'hand_in'
  WHEN state = (SELECT e.state FROM case_events e
                WHERE e.case_id = case_events.case_id AND e.number = case_events.number - 1)
  THEN 'hide'
  WHEN state = 'received' THEN 'release'
  WHEN state = 'in_review' THEN 'take_up'
  ELSE 'withdraw' END
"""
BACK_IN_REVIEW = """
UPDATE case_events SET state = 'in_review'
WHERE state NOT IN ('held', 'received', 'in_review', 'withdrawn')
"""
NEWEST = """
UPDATE cases SET state = COALESCE((
  SELECT e.state FROM case_events e WHERE e.case_id = cases.id
  ORDER BY e.number DESC LIMIT 1), 'received')
"""
NEW_TABLES = (
    *("case_rewards", "case_recusals", "case_reminders", "case_answers", "case_units", "units"),
)


def upgrade() -> None:
    """Add columns and tables; the state of each case is copied from its newest event."""
    with op.batch_alter_table("case_events") as batch:
        batch.add_column(sa.Column("step", sa.String(32), nullable=False, server_default="hide"))
        batch.add_column(sa.Column("unit", sa.String(64)))
        batch.add_column(sa.Column("data", sa.JSON(none_as_null=True)))
        batch.drop_constraint(op.f("ck_case_events_state"), type_="check")
        batch.create_check_constraint(op.f("ck_case_events_state"), STATES)
    op.execute(FORMER_STEPS)
    with op.batch_alter_table("case_events") as batch:
        batch.alter_column("step", existing_type=sa.String(32), server_default=None)
    with op.batch_alter_table("cases") as batch:
        batch.add_column(
            sa.Column("state", sa.String(16), nullable=False, server_default="received")
        )
        batch.add_column(sa.Column("merged_into", sa.String(32)))
        batch.add_column(sa.Column("adopted", sa.String(32)))
        batch.create_foreign_key(
            op.f("fk_cases_merged_into_cases"), "cases", ["merged_into"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_cases_state"), STATES)
        batch.create_check_constraint(op.f("ck_cases_adopted"), ADOPTED)
        batch.create_check_constraint(
            op.f("ck_cases_merged"), "(state = 'merged') = (merged_into IS NOT NULL)"
        )
        batch.create_index("ix_cases_state_created_at", ["state", "created_at"])
        batch.create_index("ix_cases_state_due", ["state", "due"])
    op.execute(NEWEST)
    with op.batch_alter_table("cases") as batch:
        batch.alter_column("state", existing_type=sa.String(16), server_default=None)
    with op.batch_alter_table("choices") as batch:
        batch.alter_column("turn_id", existing_type=sa.String(32), nullable=True)
    _create_units()
    _create_answers()
    _create_reminders()
    _create_recusals_and_rewards()


def downgrade() -> None:
    """Back to four states: what was beyond review is in review again; the new tables are lost."""
    for table in NEW_TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM choices WHERE turn_id IS NULL")
    with op.batch_alter_table("choices") as batch:
        batch.alter_column("turn_id", existing_type=sa.String(32), nullable=False)
    with op.batch_alter_table("cases") as batch:
        for index in ("ix_cases_state_created_at", "ix_cases_state_due"):
            batch.drop_index(index)
        for name in ("state", "adopted", "merged"):
            batch.drop_constraint(op.f(f"ck_cases_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_cases_merged_into_cases"), type_="foreignkey")
        for name in ("state", "merged_into", "adopted"):
            batch.drop_column(name)
    op.execute(BACK_IN_REVIEW)
    with op.batch_alter_table("case_events") as batch:
        batch.drop_constraint(op.f("ck_case_events_state"), type_="check")
        batch.create_check_constraint(op.f("ck_case_events_state"), FORMER_STATES)
        for name in ("step", "unit", "data"):
            batch.drop_column(name)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_case_id_cases")
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=name, ondelete="CASCADE")


def _by_staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}_staff"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _create_units() -> None:
    op.create_table(
        "units",
        sa.Column("name", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(64)) for name in ("province", "city", "district")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_units")),
    )
    op.create_table(
        "case_units",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("part", sa.String(8), nullable=False),
        _check("case_units", "part", "part IN ('lead', 'helper')"),
        _of_case("case_units"),
        sa.ForeignKeyConstraint(["unit"], ["units.name"], name=op.f("fk_case_units_unit_units")),
        sa.PrimaryKeyConstraint("case_id", "unit", name=op.f("pk_case_units")),
    )
    op.create_index(op.f("ix_case_units_unit"), "case_units", ["unit"])


def _create_answers() -> None:
    rules = {
        "grade": "grade IN ('A', 'B', 'C', 'D')",
        "rating": "rating IN ('good', 'fair', 'poor')",
        "state": "state IN ('waiting', 'approved', 'returned')",
        "decided": "(state = 'waiting') = (decided_by IS NULL)",
        "two_people": "decided_by IS NULL OR decided_by <> author_id",
        "rated": "rating IS NULL OR state = 'approved'",
    }
    op.create_table(
        "case_answers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(64)),
        sa.Column("grade", sa.String(1), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("rating", sa.String(8)),
        sa.Column("rated_at", sa.DateTime(timezone=True)),
        *(_check("case_answers", name, rule) for name, rule in rules.items()),
        _of_case("case_answers"),
        _by_staff("case_answers", "author_id"),
        _by_staff("case_answers", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_answers")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_answers_case_id_number")),
    )
    op.create_index("ix_case_answers_decided_at", "case_answers", ["decided_at"])


def _create_reminders() -> None:
    clocks = "clock IN ('first_look', 'decide', 'sign_for', 'answer', 'rating')"
    key = ["case_id", "clock", "share", "due"]
    op.create_table(
        "case_reminders",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("clock", sa.String(16), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(64)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        _check("case_reminders", "clock", clocks),
        _check("case_reminders", "share", "share IN (50, 80, 100)"),
        _of_case("case_reminders"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reminders")),
        sa.UniqueConstraint(*key, name=op.f("uq_case_reminders_" + "_".join(key))),
    )
    for columns in (["claimed_at", "at"], ["unit", "claimed_at"]):
        op.create_index("ix_case_reminders_" + "_".join(columns), "case_reminders", columns)


def _create_recusals_and_rewards() -> None:
    op.create_table(
        "case_recusals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("unit", sa.String(64)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _check("case_recusals", "one_of_both", "(staff_id IS NULL) <> (unit IS NULL)"),
        _of_case("case_recusals"),
        _by_staff("case_recusals", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_recusals")),
        sa.UniqueConstraint("case_id", "staff_id", name=op.f("uq_case_recusals_case_id_staff_id")),
    )
    op.create_table(
        "case_rewards",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _check("case_rewards", "kind", "kind IN ('praise', 'reward')"),
        _of_case("case_rewards"),
        _by_staff("case_rewards", "given_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_rewards")),
    )
    op.create_index(op.f("ix_case_rewards_case_id"), "case_rewards", ["case_id"])
