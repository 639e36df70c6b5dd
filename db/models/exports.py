"""Files of cases that staff took out of the console."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, Base


class CaseExport(Base):
    """One file: who took which cases, when and why. Its number stands in the file.

    `under_way` is whose it is while it is being written: nobody writes two at once. `rows` is
    None where it broke off.
    """

    __tablename__ = "case_exports"
    __table_args__ = (
        CheckConstraint("format IN ('csv', 'xlsx')", name="format"),
        CheckConstraint("under_way IS NULL OR under_way = staff_id", name="under_way"),
        CheckConstraint("(under_way IS NULL) = (ended_at IS NOT NULL)", name="ended"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    under_way: Mapped[str | None] = mapped_column(String(ID_LENGTH), unique=True)
    format: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]]
    with_words: Mapped[bool]
    rows: Mapped[int | None]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
