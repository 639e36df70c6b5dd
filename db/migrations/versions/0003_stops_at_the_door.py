"""Stops: a district's own fields and imports, words of those at the door, proposals, sketches."""

from math import floor

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPROVED = "(approver IS NULL) = (valid_from IS NULL)"
NEW_TABLES = (
    *("stop_sketches", "stop_proposals", "stop_reports", "stop_checks", "stop_imports"),
    "stop_areas",
)
NEW_COLUMNS = (
    "host",
    "cell",
    "block",
    "lacks",
    "fee",
    "admits",
    "source",
    "confidence",
    "identity",
)
FINDABLE = ("exact", "landmark", "street")


def upgrade() -> None:
    """Add the tables and columns; facilities become words that a query can look for."""
    _create_stop_areas()
    _create_stop_imports()
    _widen_rest_stops()
    _facilities_to_words()
    _number_cells()
    _create_stop_checks()
    _create_stop_reports()
    _create_stop_proposals()
    _create_stop_sketches()
    with op.batch_alter_table("dialogues") as batch:
        batch.add_column(sa.Column("search", sa.JSON()))
        batch.drop_column("shown")
    with op.batch_alter_table("revisions") as batch:
        batch.alter_column(
            "author", existing_type=sa.String(32), type_=sa.String(64), existing_nullable=False
        )
        batch.drop_constraint(op.f("ck_revisions_approved"), type_="check")
        batch.create_check_constraint(
            op.f("ck_revisions_approved"), f"kind = 'rest_stop' OR {APPROVED}"
        )


def downgrade() -> None:
    """Back to the narrower table; what only the newer tables knew is lost."""
    _narrow_revisions()
    with op.batch_alter_table("dialogues") as batch:
        batch.add_column(sa.Column("shown", sa.JSON(), nullable=False, server_default="[]"))
        batch.drop_column("search")
    with op.batch_alter_table("dialogues") as batch:
        batch.alter_column("shown", existing_type=sa.JSON(), server_default=None)
    for square in ("block", "cell"):
        op.drop_index(f"ix_rest_stops_{square}", "rest_stops")
    _facilities_to_lists()
    with op.batch_alter_table("rest_stops") as batch:
        batch.drop_constraint(op.f("fk_rest_stops_import_id_stop_imports"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_rest_stops_confidence"), type_="check")
        batch.drop_index("ix_rest_stops_identity")
        for name in (*NEW_COLUMNS, "import_id"):
            batch.drop_column(name)
        batch.create_index("ix_rest_stops_lat_lon", ["lat", "lon"])
    for table in NEW_TABLES:
        op.drop_table(table)


def _widen_rest_stops() -> None:
    text = ("host", "fee", "admits", "source")
    with op.batch_alter_table("rest_stops") as batch:
        for name in text:
            batch.add_column(sa.Column(name, sa.Text()))
        batch.add_column(sa.Column("cell", sa.BigInteger()))
        batch.add_column(sa.Column("block", sa.BigInteger()))
        batch.add_column(sa.Column("words", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("lacks", sa.Text(), nullable=False, server_default=""))
        batch.add_column(
            sa.Column("confidence", sa.String(8), nullable=False, server_default="medium")
        )
        batch.add_column(sa.Column("identity", sa.String(64), nullable=False, server_default=""))
        batch.add_column(sa.Column("import_id", sa.String(32)))
        batch.create_foreign_key(
            op.f("fk_rest_stops_import_id_stop_imports"), "stop_imports", ["import_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_rest_stops_confidence"), "confidence IN ('high', 'medium', 'low')"
        )
        batch.drop_index("ix_rest_stops_lat_lon")
        batch.create_index("ix_rest_stops_identity", ["identity"])


def _facilities_to_words() -> None:
    old = sa.table(
        "rest_stops", sa.column("id"), sa.column("facilities", sa.JSON), sa.column("words")
    )
    connection = op.get_bind()
    for key, found in connection.execute(sa.select(old.c.id, old.c.facilities)).all():
        words = "".join(f"|{word}" for word in found) + "|" if found else ""
        connection.execute(old.update().where(old.c.id == key).values(words=words))
    with op.batch_alter_table("rest_stops") as batch:
        batch.drop_column("facilities")
    with op.batch_alter_table("rest_stops") as batch:
        batch.alter_column(
            "words",
            new_column_name="facilities",
            existing_type=sa.Text(),
            existing_nullable=False,
            server_default=None,
        )
        for name, type_ in (
            ("lacks", sa.Text()),
            ("confidence", sa.String(8)),
            ("identity", sa.String(64)),
        ):
            batch.alter_column(name, existing_type=type_, server_default=None)
    for square in ("block", "cell"):
        columns = [square, "facilities", "opening_hours", "lat", "lon"]
        op.create_index(f"ix_rest_stops_{square}", "rest_stops", columns)


def _facilities_to_lists() -> None:
    with op.batch_alter_table("rest_stops") as batch:
        batch.add_column(sa.Column("list", sa.JSON(), nullable=False, server_default="[]"))
    new = sa.table(
        "rest_stops", sa.column("id"), sa.column("facilities"), sa.column("list", sa.JSON)
    )
    connection = op.get_bind()
    for key, words in connection.execute(sa.select(new.c.id, new.c.facilities)).all():
        found = [word for word in words.split("|") if word]
        connection.execute(new.update().where(new.c.id == key).values(list=found))
    with op.batch_alter_table("rest_stops") as batch:
        batch.drop_column("facilities")
    with op.batch_alter_table("rest_stops") as batch:
        batch.alter_column(
            "list",
            new_column_name="facilities",
            existing_type=sa.JSON(),
            existing_nullable=False,
            server_default=None,
        )


def _number_cells() -> None:
    """As services/geo numbers them."""
    names = ("id", "lat", "lon", "accuracy", "cell", "block")
    stops = sa.table("rest_stops", *(sa.column(name) for name in names))
    connection = op.get_bind()
    query = sa.select(stops.c.id, stops.c.lat, stops.c.lon).where(stops.c.accuracy.in_(FINDABLE))
    for key, lat, lon in connection.execute(query).all():
        cell, block = (
            floor((lat + 90) * squares) * 100_000 + floor((lon + 180) * squares)
            for squares in (200, 20)
        )
        values = {"cell": cell, "block": block}
        connection.execute(stops.update().where(stops.c.id == key).values(values))


def _narrow_revisions() -> None:
    # An edit that nobody approved cannot be told from a proposal there; it goes with its history.
    op.execute("DELETE FROM revisions WHERE approver IS NULL AND valid_from IS NOT NULL")
    with op.batch_alter_table("revisions") as batch:
        batch.drop_constraint(op.f("ck_revisions_approved"), type_="check")
        batch.create_check_constraint(op.f("ck_revisions_approved"), APPROVED)
        batch.alter_column(
            "author", existing_type=sa.String(64), type_=sa.String(32), existing_nullable=False
        )


def _create_stop_areas() -> None:
    op.create_table(
        "stop_areas",
        sa.Column("province", sa.String(64), nullable=False),
        sa.Column("city", sa.String(64), nullable=False),
        sa.Column("district", sa.String(64), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("province", "city", "district", name=op.f("pk_stop_areas")),
    )


def _create_stop_imports() -> None:
    op.create_table(
        "stop_imports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("datum", sa.String(8)),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_imports")),
    )


def _create_stop_checks() -> None:
    op.create_table(
        "stop_checks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("stop_id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('right', 'changed', 'withdrawn')", name=op.f("ck_stop_checks_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_stop_checks_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"],
            ["rest_stops.id"],
            name=op.f("fk_stop_checks_stop_id_rest_stops"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_checks")),
    )
    op.create_index(op.f("ix_stop_checks_stop_id"), "stop_checks", ["stop_id"])


def _create_stop_reports() -> None:
    op.create_table(
        "stop_reports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("stop_id", sa.String(64), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("near", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_id", sa.String(32)),
        sa.CheckConstraint(
            "kind IN ('open', 'locked', 'moved', 'dry', 'refused')",
            name=op.f("ck_stop_reports_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["stop_checks.id"], name=op.f("fk_stop_reports_check_id_stop_checks")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"],
            ["rest_stops.id"],
            name=op.f("fk_stop_reports_stop_id_rest_stops"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_stop_reports_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_reports")),
        sa.UniqueConstraint(
            "stop_id", "worker_id", "day", name=op.f("uq_stop_reports_stop_id_worker_id_day")
        ),
    )
    op.create_index("ix_stop_reports_check_id_at", "stop_reports", ["check_id", "at"])
    op.create_index("ix_stop_reports_stop_id_check_id", "stop_reports", ["stop_id", "check_id"])
    op.create_index("ix_stop_reports_worker_id_at", "stop_reports", ["worker_id", "at"])


def _create_stop_proposals() -> None:
    op.create_table(
        "stop_proposals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32)),
        sa.Column("turn_id", sa.String(32)),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("offers", sa.Text()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stop_id", sa.String(64)),
        sa.Column("answer", sa.Text()),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (stop_id IS NOT NULL)", name=op.f("ck_stop_proposals_accepted")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_stop_proposals_decided")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'declined')", name=op.f("ck_stop_proposals_state")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_stop_proposals_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"],
            ["rest_stops.id"],
            name=op.f("fk_stop_proposals_stop_id_rest_stops"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["turns.id"],
            name=op.f("fk_stop_proposals_turn_id_turns"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_stop_proposals_worker_id_workers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_proposals")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_stop_proposals_turn_id")),
    )
    op.create_index(
        "ix_stop_proposals_state_created_at", "stop_proposals", ["state", "created_at"]
    )
    op.create_index(op.f("ix_stop_proposals_worker_id"), "stop_proposals", ["worker_id"])


def _create_stop_sketches() -> None:
    op.create_table(
        "stop_sketches",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("scene", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.id"],
            name=op.f("fk_stop_sketches_worker_id_workers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_stop_sketches")),
    )
    op.create_index(op.f("ix_stop_sketches_created_at"), "stop_sketches", ["created_at"])
    op.create_index(op.f("ix_stop_sketches_worker_id"), "stop_sketches", ["worker_id"])
