"""Signing up for what a notice offers: how many places there are, and who has one or waits."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class SignupList(Base):
    """What a notice offers, as it was approved or as staff changed it since.

    Without `places` there is no limit. `taken` counts who is in, and the database itself lets no
    more in than there are places; `last_number` is that of who signed up last. `ended` says that
    the notice was stopped or recalled. Whoever changes who is in holds this row until the commit.
    """

    __tablename__ = "signup_lists"
    __table_args__ = (
        CheckConstraint("places BETWEEN 1 AND 10000", name="places"),
        CheckConstraint("taken >= 0 AND (places IS NULL OR taken <= places)", name="taken"),
        CheckConstraint("ended IN ('stopped', 'recalled')", name="ended"),
    )

    notice: Mapped[int] = mapped_column(
        ForeignKey("notices.number"), primary_key=True, autoincrement=False
    )
    places: Mapped[int | None]
    closes_at: Mapped[datetime]
    taken: Mapped[int]
    last_number: Mapped[int]
    ended: Mapped[str | None] = mapped_column(String(16))


class Signup(Base):
    """A worker on a list: one row, whatever he did there and however often.

    `number` is given once on a list, and says who came first; who signs up anew gets a new one.
    `contact` is what he left to be reached by, sealed (services/vault.py). `came` is what staff
    noted on the day.
    """

    __tablename__ = "signups"
    __table_args__ = (
        CheckConstraint("state IN ('in', 'waiting', 'cancelled')", name="state"),
        CheckConstraint("state <> 'cancelled' OR contact IS NULL", name="contact"),
        CheckConstraint("state = 'in' OR came IS NULL", name="came"),
        CheckConstraint("(came IS NULL) = (marked_by IS NULL)", name="marked"),
        UniqueConstraint("notice", "number"),
        Index("ix_signups_notice_state_number", "notice", "state", "number"),
    )

    notice: Mapped[int] = mapped_column(
        ForeignKey("signup_lists.notice"), primary_key=True, autoincrement=False
    )
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    came: Mapped[bool | None]
    marked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
