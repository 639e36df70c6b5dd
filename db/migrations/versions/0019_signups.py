"""Sign-up notices: what a version offers, the list as it stands, and who is on it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OFFER = "places IS NULL OR (closes_at IS NOT NULL AND places BETWEEN 1 AND 10000)"
TAKEN = "taken >= 0 AND (places IS NULL OR taken <= places)"


def upgrade() -> None:
    """Add two columns and two tables; notices of before offer nothing."""
    with op.batch_alter_table("notice_versions") as batch:
        batch.add_column(sa.Column("places", sa.Integer()))
        batch.add_column(sa.Column("closes_at", sa.DateTime(timezone=True)))
        batch.create_check_constraint(op.f("ck_notice_versions_offer"), OFFER)
    op.create_table(
        "signup_lists",
        sa.Column("notice", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("places", sa.Integer()),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("ended", sa.String(16)),
        sa.CheckConstraint("places BETWEEN 1 AND 10000", name=op.f("ck_signup_lists_places")),
        sa.CheckConstraint(TAKEN, name=op.f("ck_signup_lists_taken")),
        sa.CheckConstraint("ended IN ('stopped', 'recalled')", name=op.f("ck_signup_lists_ended")),
        sa.ForeignKeyConstraint(
            ["notice"], ["notices.number"], name=op.f("fk_signup_lists_notice_notices")
        ),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_signup_lists")),
    )
    _create_signups()


def downgrade() -> None:
    """Without sign-ups: who is on a list is forgotten."""
    op.drop_table("signups")
    op.drop_table("signup_lists")
    with op.batch_alter_table("notice_versions") as batch:
        batch.drop_constraint(op.f("ck_notice_versions_offer"), type_="check")
        for name in ("places", "closes_at"):
            batch.drop_column(name)


def _create_signups() -> None:
    op.create_table(
        "signups",
        sa.Column("notice", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact", sa.LargeBinary()),
        sa.Column("came", sa.Boolean()),
        sa.Column("marked_by", sa.String(32)),
        sa.CheckConstraint(
            "state IN ('in', 'waiting', 'cancelled')", name=op.f("ck_signups_state")
        ),
        sa.CheckConstraint(
            "state <> 'cancelled' OR contact IS NULL", name=op.f("ck_signups_contact")
        ),
        sa.CheckConstraint("state = 'in' OR came IS NULL", name=op.f("ck_signups_came")),
        sa.CheckConstraint("(came IS NULL) = (marked_by IS NULL)", name=op.f("ck_signups_marked")),
        sa.ForeignKeyConstraint(
            ["notice"], ["signup_lists.notice"], name=op.f("fk_signups_notice_signup_lists")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_signups_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["staff.id"], name=op.f("fk_signups_marked_by_staff")
        ),
        sa.PrimaryKeyConstraint("notice", "worker_id", name=op.f("pk_signups")),
        sa.UniqueConstraint("notice", "number", name=op.f("uq_signups_notice_number")),
    )
    op.create_index("ix_signups_notice_state_number", "signups", ["notice", "state", "number"])
    op.create_index(op.f("ix_signups_worker_id"), "signups", ["worker_id"])
