"""Accounts: one worker on several channels. Updates, photos, and an outbox that can be resumed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = "'text', 'location', 'choice', 'photo'"
CHANNELS = "channel IN ('web', 'telegram')"
AUTOINCREMENT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Give each worker an account of the channel he came by; the outbox writes to accounts."""
    _create_accounts()
    last = _last_number()
    _outbox_to_accounts()
    _go_on_after(last)
    with op.batch_alter_table("workers") as batch:
        batch.drop_constraint(op.f("uq_workers_token_digest"), type_="unique")
        batch.drop_constraint(op.f("ck_workers_channel"), type_="check")
        batch.drop_column("token_digest")
        batch.drop_column("channel")
    with op.batch_alter_table("turns") as batch:
        batch.add_column(sa.Column("channel", sa.String(16), nullable=False, server_default="web"))
        batch.add_column(sa.Column("photos", sa.JSON()))
        batch.drop_constraint(op.f("ck_turns_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_turns_kind"), f"kind IN ({KINDS}, 'command', 'other')"
        )
        batch.create_check_constraint(op.f("ck_turns_channel"), CHANNELS)
    op.execute(
        "UPDATE turns SET channel = 'telegram'"
        " WHERE worker_id IN (SELECT worker_id FROM accounts WHERE channel = 'telegram')"
    )
    _drop_default("turns", "channel")
    _create_updates()
    _create_photos()


def downgrade() -> None:
    """Back to one channel a worker; what only the newer tables knew is lost."""
    for table in ("case_photos", "photos", "updates", "link_tries", "link_codes"):
        op.drop_table(table)
    _drop_new_turns()
    with op.batch_alter_table("turns") as batch:
        batch.drop_constraint(op.f("ck_turns_channel"), type_="check")
        batch.drop_constraint(op.f("ck_turns_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_turns_kind"), f"kind IN ({KINDS})")
        batch.drop_column("photos")
        batch.drop_column("channel")
    _workers_with_channel()
    last = _last_number()
    _outbox_to_workers()
    _go_on_after(last)
    op.drop_table("accounts")


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(CHANNELS, name=op.f("ck_accounts_channel")),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_accounts_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_accounts_channel_key")),
    )
    op.create_index(op.f("ix_accounts_worker_id"), "accounts", ["worker_id"])
    # A worker's first account may well bear his id: nothing else is known to be unique here.
    # Nobody was asked for his number at Telegram yet, so there he cannot be written to.
    op.execute(
        "INSERT INTO accounts (id, worker_id, channel, key, gone_at, created_at)"
        " SELECT id, id, channel, coalesce(token_digest, id),"
        " CASE channel WHEN 'telegram' THEN created_at END, created_at FROM workers"
    )
    op.create_table(
        "link_codes",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_link_codes_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("account_id", name=op.f("uq_link_codes_account_id")),
    )
    op.create_table(
        "link_tries",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_link_tries_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_tries")),
    )
    op.create_index(op.f("ix_link_tries_account_id"), "link_tries", ["account_id"])
    op.create_index(op.f("ix_link_tries_at"), "link_tries", ["at"])


def _outbox_to_accounts() -> None:
    op.drop_index("uq_outbox_worker_id_cause", "outbox")
    op.drop_index(op.f("ix_outbox_worker_id"), "outbox")
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.drop_constraint(op.f("fk_outbox_worker_id_workers"), type_="foreignkey")
        batch.alter_column("worker_id", new_column_name="account_id")
        batch.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("parts_sent", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("due_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE outbox SET due_at = created_at")
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.alter_column("due_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        for column in ("priority", "parts_sent", "attempts"):
            batch.alter_column(column, existing_type=sa.Integer(), server_default=None)
        batch.create_foreign_key(
            op.f("fk_outbox_account_id_accounts"),
            "accounts",
            ["account_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.create_index("uq_outbox_account_id_cause", "outbox", ["account_id", "cause"], unique=True)
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])


def _last_number() -> int | None:
    """The highest number the outbox ever gave; on SQLite a table built anew forgets it."""
    if op.get_bind().dialect.name != "sqlite":
        return None
    known = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
    last: int | None = op.get_bind().scalar(known)
    return last


def _go_on_after(last: int | None) -> None:
    """A worker who saw that number must never be sent another message under it."""
    if last is None:
        return
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
    row = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', :last)")
    op.execute(row.bindparams(last=last))


def _drop_new_turns() -> None:
    """Drop turns of kinds that the older tables do not know.

    What points to them is seen to here: on SQLite no foreign key acts while we migrate.
    """
    new = "SELECT id FROM turns WHERE kind IN ('command', 'other')"
    op.execute(f"DELETE FROM choices WHERE turn_id IN ({new})")  # noqa: S608 - no input
    op.execute(f"UPDATE cases SET turn_id = NULL WHERE turn_id IN ({new})")  # noqa: S608 - no input
    op.execute("DELETE FROM turns WHERE kind IN ('command', 'other')")


def _drop_default(table: str, column: str) -> None:
    # A server default was only needed to fill the rows there were.
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column, existing_type=sa.String(16), server_default=None)


def _workers_with_channel() -> None:
    with op.batch_alter_table("workers") as batch:
        batch.add_column(
            sa.Column("channel", sa.String(16), nullable=False, server_default="telegram")
        )
        batch.add_column(sa.Column("token_digest", sa.String(64)))
    web = "FROM accounts WHERE accounts.worker_id = workers.id AND accounts.channel = 'web'"
    # A key that is his own id stood for no token.
    token = f"SELECT min(key) {web} AND accounts.key <> accounts.worker_id"
    op.execute(
        f"UPDATE workers SET channel = 'web', token_digest = ({token})"  # noqa: S608 - no input
        f" WHERE EXISTS (SELECT 1 {web})"
    )
    with op.batch_alter_table("workers") as batch:
        batch.alter_column("channel", existing_type=sa.String(16), server_default=None)
        batch.create_check_constraint(op.f("ck_workers_channel"), CHANNELS)
        batch.create_unique_constraint(op.f("uq_workers_token_digest"), ["token_digest"])


def _outbox_to_workers() -> None:
    op.drop_index("ix_outbox_state_due_at", "outbox")
    op.drop_index("uq_outbox_account_id_cause", "outbox")
    # Live replies are no news.
    op.execute("DELETE FROM outbox WHERE priority = 0")
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.drop_constraint(op.f("fk_outbox_account_id_accounts"), type_="foreignkey")
        batch.alter_column("account_id", new_column_name="worker_id")
        for column in ("priority", "parts_sent", "attempts", "due_at"):
            batch.drop_column(column)
    op.execute(
        "UPDATE outbox SET worker_id ="
        " (SELECT accounts.worker_id FROM accounts WHERE accounts.id = outbox.worker_id)"
    )
    # The same news went to each of a worker's accounts.
    op.execute(
        "DELETE FROM outbox WHERE number NOT IN"
        " (SELECT min(number) FROM outbox GROUP BY worker_id, cause)"
    )
    with op.batch_alter_table("outbox", table_kwargs=AUTOINCREMENT) as batch:
        batch.create_foreign_key(
            op.f("fk_outbox_worker_id_workers"),
            "workers",
            ["worker_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.create_index(op.f("ix_outbox_worker_id"), "outbox", ["worker_id"])
    op.create_index("uq_outbox_worker_id_cause", "outbox", ["worker_id", "cause"], unique=True)


def _create_updates() -> None:
    op.create_table(
        "updates",
        sa.Column("bot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(64)),
        sa.Column("body", sa.JSON()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("fault", sa.String(64)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'poison')", name=op.f("ck_updates_state")
        ),
        sa.CheckConstraint("state = 'poison' OR fault IS NULL", name=op.f("ck_updates_fault")),
        sa.CheckConstraint(
            "state != 'done' OR (body IS NULL AND lane IS NULL)", name=op.f("ck_updates_blanked")
        ),
        sa.PrimaryKeyConstraint("bot", "id", name=op.f("pk_updates")),
    )
    op.create_index("ix_updates_state_id", "updates", ["state", "id"])


def _create_photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name=op.f("ck_photos_size")),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_photos_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_worker_id"), "photos", ["worker_id"])
    op.create_index(op.f("ix_photos_digest"), "photos", ["digest"])
    op.create_table(
        "case_photos",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("photo_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_photos_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_case_photos_photo_id_photos")
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_photos")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_case_photos_photo_id")),
    )
