"""What waits to be sent to workers: rows first."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class OutboxRow(Base):
    """One message to one account, sent at most once.

    `number` orders an account's messages and is the event id of `GET /api/inbox`; `cause` makes
    the same message to the same account a single row. A long message goes out in parts, of which
    `parts_sent` are known to have arrived; what failed is tried again from `due_at` on.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'failed', 'unknown')", name="state"
        ),
        Index("uq_outbox_account_id_cause", "account_id", "cause", unique=True),
        Index("ix_outbox_state_due_at", "state", "due_at"),
        # A worker who saw number 7 must never be sent another number 7 after rows were deleted.
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(KEY_LENGTH))
    reply: Mapped[dict[str, Any]]
    # Live replies (0) before news (1).
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    parts_sent: Mapped[int]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
