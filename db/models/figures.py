"""What figures are counted from, and reports as they were made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class CaseFact(Base):
    """What figures count of one case, told from its history up to event `seen`.

    Everything here can be made anew from the case (services/figures/folding.py). `body` is a line
    of fixed width (services/figures/facts.py), so that those of a day are read as one text.
    """

    __tablename__ = "case_facts"
    __table_args__ = (
        UniqueConstraint("case_id"),
        Index("ix_case_facts_due", "due"),
        # Stored by day, so that those of a day lie side by side.
        {"sqlite_with_rowid": False},
    )

    # On which it came in, in Shanghai.
    day: Mapped[date] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    category: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    due: Mapped[date | None]
    seen: Mapped[int]
    body: Mapped[str] = mapped_column(Text)


class FigureDay(Base):
    """Which lines the facts of a day have: another version whenever one of them was written.

    A random one, not a number: two transactions of which one is undone never give the same.
    """

    __tablename__ = "figure_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(ID_LENGTH))


class FigureWord(Base):
    """A word that facts name by its number: an area, a category, a unit, a reason, a route."""

    __tablename__ = "figure_words"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    word: Mapped[str] = mapped_column(String(4 * KEY_LENGTH), unique=True)


class FigureMark(Base):
    """Up to which moment all events are known to be in the facts; one row."""

    __tablename__ = "figure_marks"

    name: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    until: Mapped[datetime]


class TurnDay(Base):
    """How many turns a day brought and what became of them: no word, no person."""

    __tablename__ = "turn_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    turns: Mapped[int]
    typed: Mapped[int]
    # Of the typed ones: those that went to the model, and those that it understood.
    heard: Mapped[int]
    understood: Mapped[int]
    # Turns that opened a suggestion or a hazard report.
    begun: Mapped[int]


class FigureReport(Base):
    """A weekly or monthly report, as it was on the day it was made; never changed."""

    __tablename__ = "figure_reports"
    __table_args__ = (
        UniqueConstraint("kind", "first", "area"),
        CheckConstraint("kind IN ('week', 'month')", name="kind"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    first: Mapped[date]
    last: Mapped[date]
    # A path such as 广东/广州; the empty one is everything.
    area: Mapped[str] = mapped_column(String(3 * KEY_LENGTH))
    made_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]
