"""What sorting learns from, the models it made of that, and which unit looks after what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base


class SortingImport(Base):
    """One file of past cases, or of units, that was brought in."""

    __tablename__ = "sorting_imports"
    __table_args__ = (CheckConstraint("kind IN ('history', 'units')", name="kind"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    imported_by: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class CaseExample(Base):
    """One text, masked, and the category that a person chose for it."""

    __tablename__ = "case_examples"
    __table_args__ = (
        CheckConstraint("source IN ('imported', 'confirmed')", name="source"),
        CheckConstraint("(source = 'confirmed') = (case_id IS NOT NULL)", name="of_a_case"),
        CheckConstraint("(source = 'imported') = (import_id IS NOT NULL)", name="of_an_import"),
        Index("ix_case_examples_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    # Equal for texts that are the same but for spaces, marks and numbers.
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    title: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(KEY_LENGTH))
    unit: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(16))
    # A case that is deleted takes along what was learned from its words.
    case_id: Mapped[str | None] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), unique=True
    )
    import_id: Mapped[str | None] = mapped_column(ForeignKey("sorting_imports.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class SortingModel(Base):
    """One training: who claimed it, what came of it, and the model itself while it is live.

    F1 is that of the candidate, and of what the live model had learned from, on the same folds.
    """

    __tablename__ = "sorting_models"
    __table_args__ = (
        CheckConstraint(
            "state IN ('training', 'live', 'retired', 'worse', 'too_few', 'unchanged', 'failed')",
            name="state",
        ),
        CheckConstraint("(state = 'live') = (body IS NOT NULL)", name="body"),
        Index(
            "uq_sorting_models_state",
            "state",
            unique=True,
            sqlite_where=sql("state = 'live'"),
            postgresql_where=sql("state = 'live'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    # One training a night, whoever comes first; those begun by hand have none.
    night: Mapped[date | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(16))
    trained_at: Mapped[datetime]
    # What it learned from: examples up to this moment.
    examples_until: Mapped[datetime | None]
    examples: Mapped[int]
    categories: Mapped[list[Any]]
    macro_f1: Mapped[float | None] = mapped_column(Double)
    spread: Mapped[float | None] = mapped_column(Double)
    live_macro_f1: Mapped[float | None] = mapped_column(Double)
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class AreaUnit(Base):
    """Which unit looks after what in an area, by import; an empty field stands for all."""

    __tablename__ = "area_units"
    __table_args__ = (
        Index(
            "uq_area_units_where",
            *("category", "province", "city", "district", "street", "road"),
            unique=True,
        ),
        Index("ix_area_units_city_district", "city", "district"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    category: Mapped[str] = mapped_column(String(KEY_LENGTH))
    province: Mapped[str] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str] = mapped_column(String(KEY_LENGTH))
    # A street, town or grid.
    street: Mapped[str] = mapped_column(String(KEY_LENGTH))
    road: Mapped[str] = mapped_column(String(KEY_LENGTH))
    unit: Mapped[str] = mapped_column(Text)
    import_id: Mapped[str] = mapped_column(ForeignKey("sorting_imports.id"))
