"""Which edition of the content is in force, and staff's edits on top of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base


class LibraryEdition(Base):
    """The one row that processes compare to know whether to reload."""

    __tablename__ = "library_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    loaded_at: Mapped[datetime]


class Revision(Base):
    """One edit of one stop, card, parameter or template; or a newer shipped edition as a proposal.

    The edit in force is the newest one whose `valid_from` has come; a proposal has none, nor has a
    look at a card that changes nothing (services/right_looks.py).
    """

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("kind IN ('rest_stop', 'right', 'parameter', 'template')", name="kind"),
        # A door that is locked must not wait for a second pair of eyes (docs/adr/0018).
        CheckConstraint(
            "kind = 'rest_stop' OR (approver IS NULL) = (valid_from IS NULL)", name="approved"
        ),
        CheckConstraint("approver IS NULL OR approver <> author", name="two_people"),
        Index("ix_revisions_kind_key", "kind", "key"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    body: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(KEY_LENGTH))
    approver: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    created_at: Mapped[datetime]
    valid_from: Mapped[datetime | None]
