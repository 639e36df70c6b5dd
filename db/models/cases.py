"""Cases, their appended history, and who looked at them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import ID_LENGTH, KEY_LENGTH, Base

CODE_LENGTH = 16


class Case(Base):
    """A suggestion or hazard that a worker handed in. Its state is its newest event."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("kind IN ('suggestion', 'hazard')", name="kind"),
        Index("ix_cases_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    # The turn that sent it: a second try of the same turn can never make a second case.
    turn_id: Mapped[str | None] = mapped_column(
        ForeignKey("turns.id", ondelete="SET NULL"), unique=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    due: Mapped[date | None]
    created_at: Mapped[datetime]

    events: Mapped[list["CaseEvent"]] = relationship(
        back_populates="case", order_by="CaseEvent.number", lazy="raise", cascade="all"
    )


class CaseEvent(Base):
    """One step of a case. Rows are only ever added."""

    __tablename__ = "case_events"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("state IN ('received', 'in_review', 'withdrawn')", name="state"),
        CheckConstraint("actor IN ('worker', 'staff', 'system')", name="actor"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(KEY_LENGTH))
    actor: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="events", lazy="raise")


class CaseView(Base):
    """One look of one member of staff at one case."""

    __tablename__ = "case_views"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
