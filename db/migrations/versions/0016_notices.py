"""Notices: versions, history, due moments, answers; outbox rows that belong to one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AUTOINCREMENT = {"sqlite_autoincrement": True}
STATES = (
    "state IN ('draft', 'waiting', 'approved', 'scheduled', 'sending', 'sent', 'paused',"
    " 'stopped', 'recalled')"
)
FORMER_ROLES = (
    "role IN ('reviewer', 'handler', 'notice_author', 'notice_approver',"
    " 'content_editor', 'data_officer', 'admin', 'auditor')"
)
ROLES = FORMER_ROLES.replace(" 'content_editor'", " 'urgent_approver', 'content_editor'")
# Admins who approve notices have had every right so far, and keep it.
TO_ADMINS = """
INSERT INTO staff_roles (staff_id, role, districts, categories, unit)
SELECT staff_id, 'urgent_approver', districts, categories, NULL FROM staff_roles
WHERE role = 'notice_approver'
  AND staff_id IN (SELECT staff_id FROM staff_roles WHERE role = 'admin')
"""
REASONS = "reason IN ('gone', 'refused', 'given_up', 'stopped', 'recalled')"
CHANGES = "change IN ('edit', 'delete', 'edited', 'deleted', 'followed')"
OF_WORKERS = ("province", "city", "district")
NEW_TABLES = (
    *("notice_replies", "notice_marks", "notice_wishes", "notice_occurrences", "notice_events"),
    *("notice_versions", "notice_pictures", "notices"),
)


def upgrade() -> None:
    """Add the tables, what the outbox notes of a notice, what workers told, and a role."""
    _create_notices()
    _create_occurrences()
    _create_answers()
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.add_column(sa.Column("occurrence_id", sa.String(32)))
        batch.add_column(sa.Column("reason", sa.String(16)))
        batch.add_column(sa.Column("message_ids", sa.JSON(none_as_null=True)))
        batch.add_column(sa.Column("change", sa.String(16)))
        batch.create_foreign_key(
            op.f("fk_outbox_occurrence_id_notice_occurrences"),
            "notice_occurrences",
            ["occurrence_id"],
            ["id"],
        )
        batch.create_check_constraint(op.f("ck_outbox_reason"), REASONS)
        batch.create_check_constraint(op.f("ck_outbox_change"), CHANGES)
    op.create_index("ix_outbox_occurrence_id_state", "outbox", ["occurrence_id", "state"])
    op.create_index("ix_outbox_change", "outbox", ["change"])
    op.create_index("ix_accounts_channel_id", "accounts", ["channel", "id"])
    with op.batch_alter_table("workers") as batch:
        for name in OF_WORKERS:
            batch.add_column(sa.Column(name, sa.String(64)))
        batch.add_column(sa.Column("told_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    _roles(ROLES)
    op.execute(TO_ADMINS)


def downgrade() -> None:
    """Without notices: their rows of the outbox go as well."""
    op.execute("DELETE FROM staff_roles WHERE role = 'urgent_approver'")
    _roles(FORMER_ROLES)
    with op.batch_alter_table("workers") as batch:
        for name in (*OF_WORKERS, "told_at", "forgotten_at"):
            batch.drop_column(name)
    op.execute("DELETE FROM outbox WHERE occurrence_id IS NOT NULL")
    op.drop_index("ix_accounts_channel_id", "accounts")
    op.drop_index("ix_outbox_change", "outbox")
    op.drop_index("ix_outbox_occurrence_id_state", "outbox")
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.drop_constraint(
            op.f("fk_outbox_occurrence_id_notice_occurrences"), type_="foreignkey"
        )
        for name in ("reason", "change"):
            batch.drop_constraint(op.f(f"ck_outbox_{name}"), type_="check")
        for name in ("occurrence_id", "reason", "message_ids", "change"):
            batch.drop_column(name)
    for table in NEW_TABLES:
        op.drop_table(table)


def _roles(rule: str) -> None:
    with op.batch_alter_table("staff_roles") as batch:
        batch.drop_constraint(op.f("ck_staff_roles_role"), type_="check")
        batch.create_check_constraint(op.f("ck_staff_roles_role"), rule)


def _id(name: str = "id", *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(32), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _to(
    table: str, column: str, where: str, key: str = "id", *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{where}")
    return sa.ForeignKeyConstraint([column], [f"{where}.{key}"], name=name, ondelete=ondelete)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_" + "_".join(columns)))


def _create_notices() -> None:
    approved = "state NOT IN ('approved', 'scheduled', 'sending') OR approved = version"
    op.create_table(
        "notices",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("state", sa.String(16), nullable=False),
        _number("version"),
        _number("approved", nullable=True),
        sa.Column("timing", sa.JSON(none_as_null=True)),
        _at("created_at"),
        _check("notices", "state", STATES),
        _check("notices", "approved", approved),
        _key("notices", "number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_state_number", "notices", ["state", "number"])
    op.create_table(
        "notice_pictures",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        *(_number("width"), _number("height"), _id("added_by"), _at("added_at")),
        sa.Column("file_id", sa.Text()),
        _to("notice_pictures", "added_by", "staff"),
        _key("notice_pictures", "digest"),
    )
    op.create_table(
        "notice_versions",
        *(_number("notice"), _number("number"), _id("author_id"), _at("written_at")),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("buttons", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("picture", sa.String(64)),
        sa.Column("audience", sa.JSON(none_as_null=True), nullable=False),
        *(_id("approved_by", nullable=True), _at("approved_at", nullable=True)),
        _check("notice_versions", "two_people", "approved_by IS NULL OR approved_by <> author_id"),
        _to("notice_versions", "notice", "notices", "number"),
        _to("notice_versions", "author_id", "staff"),
        _to("notice_versions", "picture", "notice_pictures", "digest"),
        _to("notice_versions", "approved_by", "staff"),
        _key("notice_versions", "notice", "number"),
    )
    op.create_table(
        "notice_events",
        *(_id(), _number("notice"), _number("number")),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        *(_number("version"), _id("actor_id", nullable=True), sa.Column("note", sa.Text())),
        sa.Column("data", sa.JSON(none_as_null=True)),
        _at("at"),
        _check("notice_events", "state", STATES),
        _to("notice_events", "notice", "notices", "number"),
        _to("notice_events", "actor_id", "staff"),
        _key("notice_events", "id"),
        _unique("notice_events", "notice", "number"),
    )


def _create_occurrences() -> None:
    table = "notice_occurrences"
    op.create_table(
        table,
        *(_id(), _number("notice"), _number("version"), _at("planned_at"), _at("at")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("last_channel", sa.String(16), nullable=False),
        _id("last_account"),
        *(_number("planned", nullable=True), _number("made")),
        *(_at("begun_at", nullable=True), _at("done_at", nullable=True)),
        _check(table, "state", "state IN ('waiting', 'sending', 'sent', 'dropped')"),
        _to(table, "notice", "notices", "number"),
        _key(table, "id"),
        _unique(table, "notice", "planned_at"),
    )
    op.create_index("ix_notice_occurrences_state_at", table, ["state", "at"])


def _create_answers() -> None:
    op.create_table(
        "notice_wishes",
        _id("worker_id"),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        _at("at"),
        _to("notice_wishes", "worker_id", "workers", ondelete="CASCADE"),
        _key("notice_wishes", "worker_id", "topic"),
    )
    op.create_table(
        "notice_marks",
        *(_id("occurrence_id"), _id("worker_id")),
        sa.Column("kind", sa.String(16), nullable=False),
        _at("at"),
        _check("notice_marks", "kind", "kind IN ('read', 'clicked', 'opted_out')"),
        _to("notice_marks", "occurrence_id", "notice_occurrences"),
        _to("notice_marks", "worker_id", "workers", ondelete="CASCADE"),
        _key("notice_marks", "occurrence_id", "worker_id", "kind"),
    )
    op.create_index(op.f("ix_notice_marks_worker_id"), "notice_marks", ["worker_id"])
    op.create_table(
        "notice_replies",
        *(_id(), _number("notice"), _id("worker_id")),
        sa.Column("masked", sa.Text(), nullable=False),
        *(_at("at"), _id("seen_by", nullable=True), _at("seen_at", nullable=True)),
        _to("notice_replies", "notice", "notices", "number"),
        _to("notice_replies", "worker_id", "workers", ondelete="CASCADE"),
        _to("notice_replies", "seen_by", "staff"),
        _key("notice_replies", "id"),
    )
    op.create_index(op.f("ix_notice_replies_worker_id"), "notice_replies", ["worker_id"])
    op.create_index("ix_notice_replies_notice_at", "notice_replies", ["notice", "at"])
