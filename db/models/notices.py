"""Notices with their versions, history and due moments; what waits to be sent to workers."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base, Words

STATES = (
    "state IN ('draft', 'waiting', 'approved', 'scheduled', 'sending', 'sent', 'paused',"
    " 'stopped', 'recalled')"
)


class Notice(Base):
    """Something that staff tell workers, known by its number; `state` is that of its newest event.

    `version` is the newest one, `approved` the one that another person approved: nothing is
    scheduled or sent but that. `timing` says when (services/notices/timing.py).
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        CheckConstraint(
            "state NOT IN ('approved', 'scheduled', 'sending') OR approved = version",
            name="approved",
        ),
        Index("ix_notices_state_number", "state", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    approved: Mapped[int | None]
    timing: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]

    events: Mapped[list["NoticeEvent"]] = relationship(order_by="NoticeEvent.number", lazy="raise")
    versions: Mapped[list["NoticeVersion"]] = relationship(
        order_by="NoticeVersion.number", lazy="raise"
    )


class NoticeVersion(Base):
    """What a notice says and to whom; never changed. `digest` is of all that is approved.

    One with `closes_at` may be signed up for until then, by as many as `places` says.
    """

    __tablename__ = "notice_versions"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> author_id", name="two_people"),
        CheckConstraint(
            "places IS NULL OR (closes_at IS NOT NULL AND places BETWEEN 1 AND 10000)",
            name="offer",
        ),
    )

    notice: Mapped[int] = mapped_column(ForeignKey("notices.number"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    title: Mapped[str] = mapped_column(String(KEY_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[tuple[str, ...]] = mapped_column(Words)
    topic: Mapped[str] = mapped_column(String(KEY_LENGTH))
    urgent: Mapped[bool]
    picture: Mapped[str | None] = mapped_column(ForeignKey("notice_pictures.digest"))
    audience: Mapped[dict[str, Any]]
    places: Mapped[int | None]
    closes_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]


class NoticeEvent(Base):
    """One step of a notice, by whom; nobody's is the system's. Rows are only ever added."""

    __tablename__ = "notice_events"
    __table_args__ = (UniqueConstraint("notice", "number"), CheckConstraint(STATES, name="state"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    notice: Mapped[int] = mapped_column(ForeignKey("notices.number"))
    number: Mapped[int]
    step: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]


class NoticeOccurrence(Base):
    """One moment at which a notice goes out, and how far its rows are made.

    `planned_at` is what the rule says, `at` that moment behind quiet hours. Accounts are gone
    through by channel and id; `last_channel` and `last_account` are those done last. `planned` is
    how many there were when it began.
    """

    __tablename__ = "notice_occurrences"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dropped')", name="state"),
        UniqueConstraint("notice", "planned_at"),
        Index("ix_notice_occurrences_state_at", "state", "at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    notice: Mapped[int] = mapped_column(ForeignKey("notices.number"))
    version: Mapped[int]
    planned_at: Mapped[datetime]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    last_channel: Mapped[str] = mapped_column(String(16))
    last_account: Mapped[str] = mapped_column(String(ID_LENGTH))
    planned: Mapped[int | None]
    made: Mapped[int]
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class NoticeWish(Base):
    """Whether a worker wants the notices of a topic; the newest word of his."""

    __tablename__ = "notice_wishes"

    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    wanted: Mapped[bool]
    at: Mapped[datetime]


class NoticeMark(Base):
    """What a worker did with a notice that came to him, each once."""

    __tablename__ = "notice_marks"
    __table_args__ = (CheckConstraint("kind IN ('read', 'clicked', 'opted_out')", name="kind"),)

    occurrence_id: Mapped[str] = mapped_column(
        ForeignKey("notice_occurrences.id"), primary_key=True
    )
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]


class NoticeReply(Base):
    """What a worker said to a notice, masked; his own words are not kept."""

    __tablename__ = "notice_replies"
    __table_args__ = (Index("ix_notice_replies_notice_at", "notice", "at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    notice: Mapped[int] = mapped_column(ForeignKey("notices.number"))
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    masked: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    seen_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None]


class NoticePicture(Base):
    """A picture of notices, made anew as photos are; Telegram keeps a copy under `file_id`."""

    __tablename__ = "notice_pictures"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    added_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]
    file_id: Mapped[str | None] = mapped_column(Text)


class OutboxRow(Base):
    """One message to one account, sent at most once.

    One that is `claimed` is a notice that an inbox fetches by itself.
    `number` orders an account's messages and is the event id of `GET /api/inbox`; `cause` makes
    the same message to the same account a single row. A long message goes out in parts, of which
    `parts_sent` are known to have arrived; what failed is tried again from `due_at` on.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'failed', 'unknown')", name="state"
        ),
        CheckConstraint(
            "reason IN ('gone', 'refused', 'given_up', 'stopped', 'recalled')", name="reason"
        ),
        CheckConstraint(
            "change IN ('edit', 'delete', 'edited', 'deleted', 'followed')", name="change"
        ),
        Index("uq_outbox_account_id_cause", "account_id", "cause", unique=True),
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_occurrence_id_state", "occurrence_id", "state"),
        Index("ix_outbox_change", "change"),
        # A worker who saw number 7 must never be sent another number 7 after rows were deleted.
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(KEY_LENGTH))
    reply: Mapped[dict[str, Any]]
    # Live replies (0) before news and urgent notices (1), these before other notices (2).
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    parts_sent: Mapped[int]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # Of a notice: its occurrence; why it failed; what the channel calls the messages that it
    # became; and whether these are to be changed, or were.
    occurrence_id: Mapped[str | None] = mapped_column(ForeignKey("notice_occurrences.id"))
    reason: Mapped[str | None] = mapped_column(String(16))
    message_ids: Mapped[list[Any] | None]
    change: Mapped[str | None] = mapped_column(String(16))
