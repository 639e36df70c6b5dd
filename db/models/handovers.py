"""Talks of workers with staff: the queue, what was said, who did what, and what comes due."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base

OPEN = text("state <> 'closed'")


class Handover(Base):
    """One worker's talk with staff: he waits, or left a message; somebody took it; it is over.

    While it `is_live` the bot is silent and what he says goes to staff. `unanswered_since` is when
    he said the first of what staff have not answered.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'left', 'taken', 'closed')", name="state"),
        CheckConstraint("state <> 'taken' OR taken_by IS NOT NULL", name="taken"),
        CheckConstraint("state NOT IN ('waiting', 'left') OR taken_by IS NULL", name="free"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("state <> 'closed' OR NOT is_live", name="over"),
        # A worker has one talk at a time, and the bot looks here at each turn.
        Index(
            "uq_handovers_open",
            "worker_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_handovers_state_opened_at", "state", "opened_at"),
        Index("ix_handovers_worker_id", "worker_id"),
        Index("ix_handovers_forgotten_at_last_at", "forgotten_at", "last_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("workers.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(8))
    is_live: Mapped[bool]
    # He spoke of danger at some time.
    is_urgent: Mapped[bool]
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    unanswered_since: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(16))
    # When its words were deleted.
    forgotten_at: Mapped[datetime | None]


class HandoverWord(Base):
    """Something that was said: of a worker masked, and sealed as he wrote it.

    `form` is the token of the form it came by, so that one sent twice is one.
    """

    __tablename__ = "handover_words"
    __table_args__ = (
        UniqueConstraint("handover_id", "number"),
        UniqueConstraint("form"),
        CheckConstraint("original IS NULL OR staff_id IS NULL", name="original"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"))
    number: Mapped[int]
    # Nobody's of staff are the worker's.
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str | None] = mapped_column(Text)
    original: Mapped[bytes | None]
    photos: Mapped[list[Any]]
    recordings: Mapped[list[Any]]
    is_urgent: Mapped[bool]
    # What staff ask him to hand in of it.
    case_kind: Mapped[str | None] = mapped_column(String(16))
    form: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    at: Mapped[datetime]


class HandoverEvent(Base):
    """Who did what with a talk, and whom he gave it to. Rows are only ever added."""

    __tablename__ = "handover_events"
    __table_args__ = (UniqueConstraint("handover_id", "number"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    # Without staff it was the worker, or the clock.
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class HandoverTimer(Base):
    """A moment at which a wait is over; whoever claims the row acts on it, once."""

    __tablename__ = "handover_timers"
    __table_args__ = (
        UniqueConstraint("handover_id", "kind"),
        CheckConstraint("kind IN ('untaken', 'silent', 'idle', 'closing')", name="kind"),
        Index("ix_handover_timers_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]


class HandoverDuty(Base):
    """A member of staff who said that he is there; it holds for that day."""

    __tablename__ = "handover_duties"

    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date]
    since: Mapped[datetime]
