"""The public board: what reviewers released of cases, and what they did to it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class BoardPost(Base):
    """What the public reads of one case: words that a reviewer wrote, and where, down to the
    district. Its number is its own and tells nothing of the case's code.
    """

    __tablename__ = "board_posts"
    __table_args__ = (
        CheckConstraint("kind IN ('suggestion', 'hazard')", name="kind"),
        Index("ix_board_posts_released_at", "released_at"),
        Index("ix_board_posts_received_on", "received_on"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str | None] = mapped_column(
        ForeignKey("cases.id", ondelete="SET NULL"), unique=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    # The day on which the case came in: the minute would tell who chatted then.
    received_on: Mapped[date]
    released_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class BoardChange(Base):
    """One release, change or withdrawal. Rows are only ever added; `body` are the words then."""

    __tablename__ = "board_changes"
    __table_args__ = (
        CheckConstraint("what IN ('released', 'changed', 'withdrawn')", name="what"),
        CheckConstraint("(what = 'withdrawn') = (reason IS NOT NULL)", name="reason"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    number: Mapped[int] = mapped_column(
        ForeignKey("board_posts.number", ondelete="CASCADE"), index=True
    )
    what: Mapped[str] = mapped_column(String(16))
    body: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
