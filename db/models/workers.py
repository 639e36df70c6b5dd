"""Those who chat, and what they agreed to."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base


class Worker(Base):
    """One who chats, on one channel or several. Anonymous: no name, no phone number."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    trade: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    platform: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    area: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    # The district of the area, by the short names of content/regions.yml and services/districts.
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    # Since when notices may go by the above, with his consent; and since when he is a newcomer
    # who had all deleted: until he writes again nobody writes to him.
    told_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Account(Base):
    """A worker's way in on one channel.

    `key` is how the channel knows him: the digest of his token, or his number at Telegram. Who is
    `gone` closed his side of the channel, and is sent nothing until he writes again.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("channel IN ('web', 'telegram')", name="channel"),
        UniqueConstraint("channel", "key"),
        Index("ix_accounts_channel_id", "channel", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[Literal["web", "telegram"]] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class LinkCode(Base):
    """Six digits, shown to one account, that another may type to become the same worker."""

    __tablename__ = "link_codes"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), unique=True
    )
    expires_at: Mapped[datetime]


class LinkTry(Base):
    """One wrong code, so that nobody can try them all."""

    __tablename__ = "link_tries"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)


class WorkerKey(Base):
    """A key that a worker's own words are sealed under, itself sealed under the master key.

    Who joined another has two, and either may seal. Without its row nothing sealed can be read.
    """

    __tablename__ = "worker_keys"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    wrapped: Mapped[bytes]


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
