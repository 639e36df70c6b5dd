"""What waits to be sent to workers: rows first."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class OutboxRow(Base):
    """One message to one worker, sent at most once.

    `number` orders a worker's messages and is the event id of `GET /api/inbox`; `cause` makes the
    same piece of news to the same worker a single row.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'failed', 'unknown')", name="state"
        ),
        Index("uq_outbox_worker_id_cause", "worker_id", "cause", unique=True),
        # A worker who saw number 7 must never be sent another number 7 after rows were deleted.
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    cause: Mapped[str] = mapped_column(String(KEY_LENGTH))
    reply: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
