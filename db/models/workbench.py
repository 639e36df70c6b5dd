"""The workbench of staff: views, labels, drafts, who is looking, what was done in bulk."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base

AREA_LENGTH = 3 * KEY_LENGTH


class SavedView(Base):
    """Filters of the inbox that a member of staff gave a name; `query` is as in an address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(KEY_LENGTH))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Label(Base):
    """A short word of an office for its cases; an empty area is everywhere.

    One that is retired stays on the cases that have it and is put on no other.
    """

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("area", "word"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    word: Mapped[str] = mapped_column(String(KEY_LENGTH))
    # A path such as 广东/广州.
    area: Mapped[str] = mapped_column(String(AREA_LENGTH))
    created_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class CaseLabel(Base):
    """A label on a case; who put it there stands in the case's history."""

    __tablename__ = "case_labels"

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[str] = mapped_column(ForeignKey("labels.id"), primary_key=True, index=True)


class CasePresence(Base):
    """A member of staff who has a case before him, or writes at it; old rows mean nothing."""

    __tablename__ = "case_presence"

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    seen_at: Mapped[datetime] = mapped_column(index=True)
    wrote_at: Mapped[datetime | None]


class AnswerDraft(Base):
    """An answer that its author has not sent yet.

    Stored as it was typed, neither sealed nor masked: these are words of an office that are meant
    for a letter, as those of `CaseAnswer` are; the author of the case has said none of them.
    """

    __tablename__ = "answer_drafts"

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(String(1))
    is_public: Mapped[bool]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class CaseBulk(Base):
    """One step that was taken for several cases at once.

    `items` has for each case its `code`, and either the `number` of the event that came of it or
    the `error` that kept it from being; `undone` has the same of taking it back.
    """

    __tablename__ = "case_bulks"
    __table_args__ = (
        CheckConstraint("step IN ('take_up', 'accept', 'label', 'assign')", name="step"),
        CheckConstraint("(undone IS NULL) = (undone_at IS NULL)", name="undone"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    step: Mapped[str] = mapped_column(String(32))
    given: Mapped[dict[str, Any]]
    items: Mapped[list[Any]]
    at: Mapped[datetime]
    undone: Mapped[list[Any] | None]
    undone_at: Mapped[datetime | None]
