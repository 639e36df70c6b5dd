"""What workers asked to be reminded of: a last day, and a stop that they found shut."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class Deadline(Base):
    """The last day of a time limit of one worker. What his matter is stands nowhere.

    `topic` is the right that knows the limit (content/rights/). The row goes when its day is over.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        UniqueConstraint("worker_id", "topic", "last_day"),
        Index("ix_deadlines_last_day", "last_day"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(String(KEY_LENGTH))
    last_day: Mapped[date]
    created_at: Mapped[datetime]


class DeadlineMoment(Base):
    """A moment at which a worker is to be reminded; whoever takes the row away does it, once."""

    __tablename__ = "deadline_moments"
    __table_args__ = (
        CheckConstraint("days_before > 0", name="before"),
        Index("ix_deadline_moments_at", "at"),
    )

    deadline_id: Mapped[str] = mapped_column(
        ForeignKey("deadlines.id", ondelete="CASCADE"), primary_key=True
    )
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class StopWait(Base):
    """A worker who found a stop shut and wants to hear when it is open again, until a moment.

    `was_gone`: the stop has been off the map meanwhile. Whoever takes the row away tells him.
    """

    __tablename__ = "stop_waits"
    __table_args__ = (
        UniqueConstraint("worker_id", "stop_id"),
        CheckConstraint("asked_at < expires_at", name="ends"),
        Index("ix_stop_waits_stop_id", "stop_id"),
        Index("ix_stop_waits_expires_at", "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id", ondelete="CASCADE"))
    stop_id: Mapped[str] = mapped_column(ForeignKey("rest_stops.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    was_gone: Mapped[bool]
