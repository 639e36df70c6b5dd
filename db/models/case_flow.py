"""How a case goes: its units, answers, reminders, who stays out of it, what became of it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class Unit(Base):
    """A unit that deals with cases, known by its name; an empty area is unlimited."""

    __tablename__ = "units"

    name: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime]
    # One that is no more keeps its cases and is given no new ones.
    retired_at: Mapped[datetime | None]


class CaseUnit(Base):
    """A unit that a case was handed to: one leads, others help."""

    __tablename__ = "case_units"
    __table_args__ = (CheckConstraint("part IN ('lead', 'helper')", name="part"),)

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(ForeignKey("units.name"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(8))


class CaseAnswer(Base):
    """An answer as it was written: it waits for another's yes, then the worker rates it."""

    __tablename__ = "case_answers"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name="grade"),
        CheckConstraint("rating IN ('good', 'fair', 'poor')", name="rating"),
        CheckConstraint("state IN ('waiting', 'approved', 'returned')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("decided_by IS NULL OR decided_by <> author_id", name="two_people"),
        CheckConstraint("rating IS NULL OR state = 'approved'", name="rated"),
        Index("ix_case_answers_decided_at", "decided_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    grade: Mapped[str] = mapped_column(String(1))
    is_public: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    rating: Mapped[str | None] = mapped_column(String(8))
    rated_at: Mapped[datetime | None]


class CaseReminder(Base):
    """A moment of a clock that runs for a case; whoever claims the row acts on it, once.

    Rows that nobody claimed go when their clock stops.
    """

    __tablename__ = "case_reminders"
    __table_args__ = (
        UniqueConstraint("case_id", "clock", "share", "due"),
        CheckConstraint(
            "clock IN ('first_look', 'decide', 'sign_for', 'answer', 'rating', 'eve', 'paused',"
            " 'asked', 'asked_again')",
            name="clock",
        ),
        CheckConstraint("share IN (50, 80, 100)", name="share"),
        Index("ix_case_reminders_claimed_at_at", "claimed_at", "at"),
        Index("ix_case_reminders_unit_claimed_at", "unit", "claimed_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    clock: Mapped[str] = mapped_column(String(16))
    share: Mapped[int]
    due: Mapped[date]
    # The unit that is responsible; nobody's means the reviewers.
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]


class CaseRecusal(Base):
    """A member of staff, or a whole unit, that keeps out of a case."""

    __tablename__ = "case_recusals"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (unit IS NULL)", name="one_of_both"),
        UniqueConstraint("case_id", "staff_id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    at: Mapped[datetime]


class CaseReward(Base):
    """A praise or a reward that a case brought; whose case it is stands in the case alone."""

    __tablename__ = "case_rewards"
    __table_args__ = (CheckConstraint("kind IN ('praise', 'reward')", name="kind"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
