"""Those who chat, and what they agreed to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base


class Worker(Base):
    """One who chats on one channel. Anonymous: no name, no phone number."""

    __tablename__ = "workers"
    __table_args__ = (CheckConstraint("channel IN ('web', 'telegram')", name="channel"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    token_digest: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH), unique=True)
    trade: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    platform: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    area: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime]


class Consent(Base):
    """One decision about one version of a privacy notice. Rows are only ever added."""

    __tablename__ = "consents"
    __table_args__ = (CheckConstraint("decision IN ('given', 'withdrawn')", name="decision"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    notice: Mapped[str] = mapped_column(String(KEY_LENGTH))
    version: Mapped[int]
    decision: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[datetime]
