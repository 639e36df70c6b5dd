"""Rest stops as shipped, imported or edited; words of those at the door; proposals; sketches."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, object_session

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base, Words

_MOVE = """
INSERT INTO stop_version (id, version) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET version = stop_version.version + 1 RETURNING version
"""


class StopVersion(Base):
    """The one row that moves on with every change of a stop: what is read of stops into memory is
    as new as this says (services/rest_stops/index).
    """

    __tablename__ = "stop_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class RestStopRow(Base):
    """One stop. Position in WGS-84, beside it the published one with its datum.

    `identity` is what two entries of the same stop have in common (services/rest_stops/identity).
    """

    __tablename__ = "rest_stops"
    __table_args__ = (
        CheckConstraint(
            "accuracy IN ('exact', 'landmark', 'street', 'district', 'none')", name="accuracy"
        ),
        CheckConstraint("(accuracy = 'none') = (lat IS NULL)", name="position"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="both"),
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
        CheckConstraint(
            "status IN ('open_to_public', 'under_construction', 'withdrawn')", name="status"
        ),
        CheckConstraint("confidence IN ('high', 'medium', 'low')", name="confidence"),
        Index("ix_rest_stops_city_district", "city", "district"),
        Index("ix_rest_stops_identity", "identity"),
    )

    id: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(KEY_LENGTH))
    host: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    street: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    address: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy: Mapped[str] = mapped_column(String(16))
    published_position: Mapped[dict[str, Any] | None]
    landmark: Mapped[str | None] = mapped_column(Text)
    est_error_m: Mapped[int | None]
    credit: Mapped[str | None] = mapped_column(Text)
    hours_text: Mapped[str | None] = mapped_column(Text)
    opening_hours: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[str] = mapped_column(String(KEY_LENGTH))
    entry_note: Mapped[str | None] = mapped_column(Text)
    # What it is known to have, and what it is known to lack; all else is unknown.
    facilities: Mapped[tuple[str, ...]] = mapped_column(Words)
    lacks: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    other_facilities: Mapped[list[Any]]
    fee: Mapped[str | None] = mapped_column(Text)
    admits: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    operator: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(KEY_LENGTH))
    note: Mapped[str | None] = mapped_column(Text)
    # Who said so, in words that a worker reads; the address below is a lead for staff only.
    source: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)
    published_on: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date | None]
    confidence: Mapped[str] = mapped_column(String(8), default="medium")
    identity: Mapped[str] = mapped_column(String(DIGEST_LENGTH), default="")
    # The shipped edition this row was last brought to; None for a row of a district.
    edition: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    # The import that brought the row or changed it last.
    import_id: Mapped[str | None] = mapped_column(ForeignKey("stop_imports.id"))
    # What the row's last change moved `StopVersion` to.
    version: Mapped[int] = mapped_column(BigInteger, index=True)


def move(connection: Connection) -> int:
    """Move the version of the stops on, before some of them are written in this transaction.

    On PostgreSQL the next writer waits here for the commit, so versions become visible in their
    order; and he waits for an import first, or each would wait for what the other holds.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE rest_stops IN ROW EXCLUSIVE MODE")
    return int(connection.exec_driver_sql(_MOVE).scalar_one())


@event.listens_for(RestStopRow, "before_insert")
@event.listens_for(RestStopRow, "before_update")
def _stamp(_mapper: Mapper[RestStopRow], connection: Connection, row: RestStopRow) -> None:
    session = object_session(row)
    if session is None or session.is_modified(row):
        row.version = move(connection)


class StopArea(Base):
    """How many stops an area has; counted anew whenever stops are brought in or withdrawn."""

    __tablename__ = "stop_areas"

    province: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    city: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    # Empty where the district is not published; a key knows no NULL.
    district: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    known: Mapped[int]


class StopImport(Base):
    """One file that a district's office brought in."""

    __tablename__ = "stop_imports"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    datum: Mapped[str | None] = mapped_column(String(8))
    imported_by: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class StopReport(Base):
    """What one worker says of a stop on one day: his newest word of the day.

    It counts when he was `near` (he shared a position within 300 m) or `known` (a worker for
    seven days). `check_id` is the look of staff that settled it.
    """

    __tablename__ = "stop_reports"
    __table_args__ = (
        UniqueConstraint("stop_id", "worker_id", "day"),
        CheckConstraint("kind IN ('open', 'locked', 'moved', 'dry', 'refused')", name="kind"),
        Index("ix_stop_reports_stop_id_check_id", "stop_id", "check_id"),
        Index("ix_stop_reports_check_id_at", "check_id", "at"),
        Index("ix_stop_reports_worker_id_at", "worker_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    stop_id: Mapped[str] = mapped_column(ForeignKey("rest_stops.id", ondelete="CASCADE"))
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("workers.id", ondelete="SET NULL"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))
    near: Mapped[bool]
    known: Mapped[bool]
    at: Mapped[datetime]
    check_id: Mapped[str | None] = mapped_column(ForeignKey("stop_checks.id"))


class StopCheck(Base):
    """One look of staff at a stop: what came of it, and what its reporters were told."""

    __tablename__ = "stop_checks"
    __table_args__ = (
        CheckConstraint("outcome IN ('right', 'changed', 'withdrawn')", name="outcome"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    stop_id: Mapped[str] = mapped_column(
        ForeignKey("rest_stops.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class StopProposal(Base):
    """A place that a worker thinks should be a stop. It reaches the map only through staff."""

    __tablename__ = "stop_proposals"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'accepted', 'declined')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'accepted') = (stop_id IS NOT NULL)", name="accepted"),
        Index("ix_stop_proposals_state_created_at", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    # A second try of the same turn can never make a second proposal.
    turn_id: Mapped[str | None] = mapped_column(
        ForeignKey("turns.id", ondelete="SET NULL"), unique=True
    )
    subject: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    offers: Mapped[str | None] = mapped_column(Text)
    # The area of that place as far as it says one: whose limits reach it.
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    state: Mapped[str] = mapped_column(String(16))
    stop_id: Mapped[str | None] = mapped_column(ForeignKey("rest_stops.id", ondelete="CASCADE"))
    answer: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StopSketch(Base):
    """What a schematic map shows, until it has been drawn or a quarter of an hour has passed."""

    __tablename__ = "stop_sketches"

    token: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    scene: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
