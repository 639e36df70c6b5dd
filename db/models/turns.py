"""Turns, the choices offered in them, and the dialogue that is open."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base


class TurnRow(Base):
    """One message in and its replies.

    Text and position are blanked when the turn ends: they are in the draft or the case where
    the worker wanted them kept. Replies may quote him; they go when he takes a draft back.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("worker_id", "message_id"),
        CheckConstraint(
            "kind IN ('text', 'location', 'choice', 'photo', 'recording', 'command', 'other')",
            name="kind",
        ),
        CheckConstraint("channel IN ('web', 'telegram')", name="channel"),
        CheckConstraint("taken_by IN ('rasa', 'bot')", name="taken_by"),
        CheckConstraint("(replies IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint(
            "answered_at IS NULL OR (text IS NULL AND lat IS NULL AND lon IS NULL)", name="blanked"
        ),
        Index("ix_turns_worker_id_received_at", "worker_id", "received_at"),
        Index("ix_turns_received_at", "received_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("workers.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(KEY_LENGTH))
    channel: Mapped[Literal["web", "telegram"]] = mapped_column(String(16))
    kind: Mapped[
        Literal["text", "location", "choice", "photo", "recording", "command", "other"]
    ] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    datum: Mapped[Literal["wgs84", "gcj02", "bd09"] | None] = mapped_column(String(8))
    choice: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    photos: Mapped[list[Any] | None]
    recordings: Mapped[list[Any] | None]
    received_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(String(8))
    intent: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    confidence: Mapped[float | None]
    replies: Mapped[list[Any] | None]
    answered_at: Mapped[datetime | None]


class ChoiceRow(Base):
    """A button that was offered to a worker: only these are accepted from him."""

    __tablename__ = "choices"
    __table_args__ = (UniqueConstraint("turn_id", "number"),)

    token: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    # None for a button of news, which came unasked.
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(KEY_LENGTH))
    task: Mapped[str] = mapped_column(String(KEY_LENGTH))
    args: Mapped[dict[str, Any]]


class DialogueRow(Base):
    """Where a worker is: the open dialogue, drafts put aside, the last search, the region."""

    __tablename__ = "dialogues"
    __table_args__ = (CheckConstraint("(name IS NULL) = (step IS NULL)", name="open"),)

    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    step: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    answers: Mapped[dict[str, Any]]
    drafts: Mapped[dict[str, Any]]
    # The last list of stops (services/dialogues/stop_search), for "the second one" and "any more".
    search: Mapped[dict[str, Any] | None]
    region: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    updated_at: Mapped[datetime]
