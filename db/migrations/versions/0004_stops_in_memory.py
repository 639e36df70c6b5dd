"""A version of the stops, for those who hold them in memory; the squares go."""

from math import floor

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQUARES = {"cell": 200, "block": 20}  # of each so many a degree
FINDABLE = ("exact", "landmark", "street")


def upgrade() -> None:
    """Number the changes of stops; what the old search sifted by is no longer asked for."""
    op.create_table(
        "stop_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_stop_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_version")),
    )
    for square in SQUARES:
        op.drop_index(f"ix_rest_stops_{square}", "rest_stops")
    with op.batch_alter_table("rest_stops") as batch:
        for square in SQUARES:
            batch.drop_column(square)
        batch.add_column(sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("rest_stops") as batch:
        batch.alter_column("version", existing_type=sa.BigInteger(), server_default=None)
        batch.create_index(op.f("ix_rest_stops_version"), ["version"])


def downgrade() -> None:
    """Back to the squares and their indexes."""
    with op.batch_alter_table("rest_stops") as batch:
        batch.drop_index(op.f("ix_rest_stops_version"))
        batch.drop_column("version")
        for square in SQUARES:
            batch.add_column(sa.Column(square, sa.BigInteger()))
    _number_squares()
    for square in SQUARES:
        columns = [square, "facilities", "opening_hours", "lat", "lon"]
        op.create_index(f"ix_rest_stops_{square}", "rest_stops", columns)
    op.drop_table("stop_version")


def _number_squares() -> None:
    """As migration 0003 did."""
    stops = sa.table("rest_stops", *map(sa.column, ("id", "lat", "lon", "accuracy", *SQUARES)))
    connection = op.get_bind()
    query = sa.select(stops.c.id, stops.c.lat, stops.c.lon).where(stops.c.accuracy.in_(FINDABLE))
    for key, lat, lon in connection.execute(query).all():
        values = {
            name: floor((lat + 90) * count) * 100_000 + floor((lon + 180) * count)
            for name, count in SQUARES.items()
        }
        connection.execute(stops.update().where(stops.c.id == key).values(values))
