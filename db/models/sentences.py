"""Sentences that the bot did not understand."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base


class Sentence(Base):
    """What was said outside any form and not understood: never by whom, and days, not moments.

    Kept only where nothing personal was found in it, and not for long (services/sentences.py).
    """

    __tablename__ = "sentences"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'labelled', 'ignored')", name="state"),
        CheckConstraint("(state = 'labelled') = (intent IS NOT NULL)", name="intent"),
        CheckConstraint("(state = 'new') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("count > 0", name="count"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    text: Mapped[str] = mapped_column(Text)
    count: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16))
    intent: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
