"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, those that others point to first."""
    _create_library()
    _create_rest_stops()
    _create_staff()
    _create_workers()
    _create_turns()
    _create_cases()
    _create_notices()


def downgrade() -> None:
    """Drop all tables, those that point to others first."""
    for table in (
        "outbox",
        "case_views",
        "case_events",
        "cases",
        "choices",
        "turns",
        "dialogues",
        "consents",
        "workers",
        "staff_sessions",
        "sign_in_links",
        "staff",
        "rest_stops",
        "revisions",
        "library_version",
    ):
        op.drop_table(table)


def _create_library() -> None:
    op.create_table(
        "library_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_version")),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("approver", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('rest_stop', 'right', 'parameter', 'template')",
            name=op.f("ck_revisions_kind"),
        ),
        sa.CheckConstraint(
            "(approver IS NULL) = (valid_from IS NULL)", name=op.f("ck_revisions_approved")
        ),
        sa.CheckConstraint(
            "approver IS NULL OR approver <> author", name=op.f("ck_revisions_two_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index("ix_revisions_kind_key", "revisions", ["kind", "key"])


def _create_rest_stops() -> None:
    op.create_table(
        "rest_stops",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("province", sa.String(64), nullable=False),
        sa.Column("city", sa.String(64), nullable=False),
        sa.Column("district", sa.String(64)),
        sa.Column("street", sa.String(64)),
        sa.Column("address", sa.Text()),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("accuracy", sa.String(16), nullable=False),
        sa.Column("published_position", sa.JSON()),
        sa.Column("landmark", sa.Text()),
        sa.Column("est_error_m", sa.Integer()),
        sa.Column("credit", sa.Text()),
        sa.Column("hours_text", sa.Text()),
        sa.Column("opening_hours", sa.Text()),
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("entry_note", sa.Text()),
        sa.Column("facilities", sa.JSON(), nullable=False),
        sa.Column("other_facilities", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(64)),
        sa.Column("operator", sa.Text()),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("source_url", sa.Text()),
        sa.Column("published_on", sa.Text()),
        sa.Column("checked_on", sa.Date()),
        sa.Column("edition", sa.String(64)),
        sa.CheckConstraint(
            "(accuracy = 'none') = (lat IS NULL)", name=op.f("ck_rest_stops_position")
        ),
        sa.CheckConstraint(
            "accuracy IN ('exact', 'landmark', 'street', 'district', 'none')",
            name=op.f("ck_rest_stops_accuracy"),
        ),
        sa.CheckConstraint(
            "status IN ('open_to_public', 'under_construction', 'withdrawn')",
            name=op.f("ck_rest_stops_status"),
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_rest_stops_both")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_rest_stops_lat")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_rest_stops_lon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest_stops")),
    )
    op.create_index("ix_rest_stops_city_district", "rest_stops", ["city", "district"])
    op.create_index("ix_rest_stops_lat_lon", "rest_stops", ["lat", "lon"])


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_sign_in_links_staff_id_staff"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("csrf_token", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_staff_sessions_staff_id_staff"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_staff_sessions")),
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("token_digest", sa.String(64)),
        sa.Column("trade", sa.String(64)),
        sa.Column("platform", sa.String(64)),
        sa.Column("area", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('web', 'telegram')", name=op.f("ck_workers_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_workers_token_digest")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("notice", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision IN ('given', 'withdrawn')", name=op.f("ck_consents_decision")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_consents_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_worker_id"), "consents", ["worker_id"])


def _create_turns() -> None:
    op.create_table(
        "dialogues",
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64)),
        sa.Column("step", sa.String(64)),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("drafts", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(64)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(name IS NULL) = (step IS NULL)", name=op.f("ck_dialogues_open")),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_dialogues_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_dialogues")),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("datum", sa.String(8)),
        sa.Column("choice", sa.String(64)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(8)),
        sa.Column("intent", sa.String(64)),
        sa.Column("confidence", sa.Double()),
        sa.Column("replies", sa.JSON()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('text', 'location', 'choice', 'photo')", name=op.f("ck_turns_kind")
        ),
        sa.CheckConstraint("taken_by IN ('rasa', 'bot')", name=op.f("ck_turns_taken_by")),
        sa.CheckConstraint(
            "(replies IS NULL) = (answered_at IS NULL)", name=op.f("ck_turns_answered")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR (text IS NULL AND lat IS NULL AND lon IS NULL)",
            name=op.f("ck_turns_blanked"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_turns_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint("worker_id", "message_id", name=op.f("uq_turns_worker_id_message_id")),
    )
    op.create_index("ix_turns_worker_id_received_at", "turns", ["worker_id", "received_at"])
    op.create_table(
        "choices",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("turn_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_choices_turn_id_turns"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_choices_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_choices")),
        sa.UniqueConstraint("turn_id", "number", name=op.f("uq_choices_turn_id_number")),
    )
    op.create_index(op.f("ix_choices_worker_id"), "choices", ["worker_id"])


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("turn_id", sa.String(32)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("remedy", sa.Text()),
        sa.Column("due", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('suggestion', 'hazard')", name=op.f("ck_cases_kind")),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_cases_turn_id_turns"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_cases_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("code", name=op.f("uq_cases_code")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_cases_turn_id")),
    )
    op.create_index("ix_cases_created_at", "cases", ["created_at"])
    op.create_index(op.f("ix_cases_worker_id"), "cases", ["worker_id"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.String(32)),
        sa.Column("note", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "actor IN ('worker', 'staff', 'system')", name=op.f("ck_case_events_actor")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'in_review', 'withdrawn')", name=op.f("ck_case_events_state")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_events_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_events_case_id_number")),
    )
    op.create_table(
        "case_views",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_views_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_case_views_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_views")),
    )
    op.create_index(op.f("ix_case_views_case_id"), "case_views", ["case_id"])


def _create_notices() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'failed', 'unknown')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_outbox_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_worker_id"), "outbox", ["worker_id"])
    op.create_index("uq_outbox_worker_id_cause", "outbox", ["worker_id", "cause"], unique=True)
