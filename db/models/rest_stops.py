"""Rest stops, as shipped, imported or edited."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, KEY_LENGTH, Base


class RestStopRow(Base):
    """One stop. Position in WGS-84, beside it the published one with its datum."""

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
        Index("ix_rest_stops_lat_lon", "lat", "lon"),
        Index("ix_rest_stops_city_district", "city", "district"),
    )

    id: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(KEY_LENGTH))
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
    facilities: Mapped[list[Any]]
    other_facilities: Mapped[list[Any]]
    phone: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    operator: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(KEY_LENGTH))
    note: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)
    published_on: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date | None]
    # The shipped edition this row was last brought to; None for a row of a district.
    edition: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
