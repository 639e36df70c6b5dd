"""Cases that stand still: staff are reminded that they do, and who was asked is asked again."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FORMER_CLOCKS = "clock IN ('first_look', 'decide', 'sign_for', 'answer', 'rating', 'eve')"
CLOCKS = FORMER_CLOCKS.replace(" 'eve'", " 'eve', 'paused', 'asked', 'asked_again'")


def upgrade() -> None:
    """Allow three clocks more; the next tick writes the rows of cases that stand still already."""
    _clocks(CLOCKS)


def downgrade() -> None:
    """Nobody is reminded of what stands still."""
    op.execute("DELETE FROM case_reminders WHERE clock IN ('paused', 'asked', 'asked_again')")
    _clocks(FORMER_CLOCKS)


def _clocks(allowed: str) -> None:
    with op.batch_alter_table("case_reminders") as batch:
        batch.drop_constraint(op.f("ck_case_reminders_clock"), type_="check")
        batch.create_check_constraint(op.f("ck_case_reminders_clock"), allowed)
