"""What a channel delivered, stored before it is acknowledged."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, KEY_LENGTH, Base


class UpdateRow(Base):
    """One update of one bot, under its own number: a second delivery meets the first.

    `lane` is the chat whose updates are worked in order. Body and lane go when it is done; one
    that cannot be worked is set aside with the name of its fault, for a person to look at.
    """

    __tablename__ = "updates"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'poison')", name="state"),
        CheckConstraint("state = 'poison' OR fault IS NULL", name="fault"),
        CheckConstraint("state != 'done' OR (body IS NULL AND lane IS NULL)", name="blanked"),
        Index("ix_updates_state_id", "state", "id"),
    )

    # Whoever gives the bot another token gets numbers that say nothing of the old ones.
    bot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # The same number with another content is another update: the server began to count anew.
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    lane: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    body: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(16))
    fault: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
