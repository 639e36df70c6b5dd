"""Staff: passwords, second factors, roles with their limits, doors that lock, an audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Whoever could sign in before could do everything; it stays so until an admin changes it.
FORMER_RIGHTS = (
    *("reviewer", "notice_author", "notice_approver", "content_editor", "data_officer"),
    *("admin", "auditor"),
)
NEW_TABLES = ("staff_events", "sign_in_doors", "recovery_codes", "staff_roles")


def upgrade() -> None:
    """Add the tables and columns; all staff of before become admins with every right."""
    with op.batch_alter_table("staff") as batch:
        batch.add_column(sa.Column("password_hash", sa.Text()))
        batch.add_column(sa.Column("totp_secret", sa.String(64)))
        batch.add_column(sa.Column("totp_step", sa.BigInteger()))
        batch.add_column(sa.Column("suspended_at", sa.DateTime(timezone=True)))
    _add_purpose()
    _add_stage()
    _create_staff_roles()
    op.create_table(
        "recovery_codes",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_recovery_codes_staff_id_staff"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("staff_id", "digest", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "sign_in_doors",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_doors")),
    )
    op.create_index("ix_sign_in_doors_last_at", "sign_in_doors", ["last_at"])
    _create_staff_events()


def downgrade() -> None:
    """Back to one-time links; passwords, roles and the audit log are lost."""
    for table in NEW_TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM staff_sessions WHERE stage <> 'full'")
    with op.batch_alter_table("staff_sessions") as batch:
        batch.drop_index("ix_staff_sessions_staff_id")
        batch.drop_constraint(op.f("ck_staff_sessions_stage"), type_="check")
        for name in ("stage", "pending_secret", "browser"):
            batch.drop_column(name)
    with op.batch_alter_table("sign_in_links") as batch:
        batch.drop_constraint(op.f("ck_sign_in_links_purpose"), type_="check")
        batch.drop_column("purpose")
    with op.batch_alter_table("staff") as batch:
        for name in ("password_hash", "totp_secret", "totp_step", "suspended_at"):
            batch.drop_column(name)


def _add_purpose() -> None:
    with op.batch_alter_table("sign_in_links") as batch:
        batch.add_column(
            sa.Column("purpose", sa.String(16), nullable=False, server_default="first")
        )
        batch.create_check_constraint(
            op.f("ck_sign_in_links_purpose"), "purpose IN ('first', 'invitation', 'reset')"
        )
    with op.batch_alter_table("sign_in_links") as batch:
        batch.alter_column("purpose", existing_type=sa.String(16), server_default=None)


def _add_stage() -> None:
    with op.batch_alter_table("staff_sessions") as batch:
        batch.add_column(sa.Column("stage", sa.String(8), nullable=False, server_default="full"))
        batch.add_column(sa.Column("pending_secret", sa.String(64)))
        batch.add_column(sa.Column("browser", sa.String(64), nullable=False, server_default=""))
        batch.create_check_constraint(
            op.f("ck_staff_sessions_stage"), "stage IN ('code', 'setup', 'full')"
        )
        batch.create_index("ix_staff_sessions_staff_id", ["staff_id"])
    with op.batch_alter_table("staff_sessions") as batch:
        batch.alter_column("stage", existing_type=sa.String(8), server_default=None)
        batch.alter_column("browser", existing_type=sa.String(64), server_default=None)


def _create_staff_roles() -> None:
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("districts", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(64)),
        sa.CheckConstraint(
            "role IN ('reviewer', 'handler', 'notice_author', 'notice_approver',"
            " 'content_editor', 'data_officer', 'admin', 'auditor')",
            name=op.f("ck_staff_roles_role"),
        ),
        sa.CheckConstraint(
            "(role = 'handler') = (unit IS NOT NULL)", name=op.f("ck_staff_roles_unit")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_staff_roles_staff_id_staff"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_roles")),
    )
    for role in FORMER_RIGHTS:
        op.execute(
            sa.text(
                "INSERT INTO staff_roles (staff_id, role, districts, categories)"
                " SELECT id, :role, '', '' FROM staff"
            ).bindparams(role=role)
        )


def _create_staff_events() -> None:
    op.create_table(
        "staff_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.String(32)),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("address", sa.String(64)),
        sa.Column("details", sa.JSON(none_as_null=True)),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_staff_events_actor_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_events_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_events")),
    )
    op.create_index("ix_staff_events_at", "staff_events", ["at"])
    op.create_index("ix_staff_events_staff_id", "staff_events", ["staff_id"])
