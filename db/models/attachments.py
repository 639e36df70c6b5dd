"""What workers sent beside words, pictures and voices, and the cases it belongs to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, Base


class Attachment(Base):
    """One file of one worker; it lies in the data folder under its digest."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    size: Mapped[int]
    created_at: Mapped[datetime]


class CaseAttachment(Base):
    """A file that was handed in with a case; each kind is numbered by itself."""

    __abstract__ = True

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attached_id: Mapped[str]


class Photo(Attachment):
    """A picture."""

    __tablename__ = "photos"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND size > 0", name="size"),)

    width: Mapped[int]
    height: Mapped[int]


class CasePhoto(CaseAttachment):
    """A picture that was handed in with a case."""

    __tablename__ = "case_photos"

    attached_id: Mapped[str] = mapped_column("photo_id", ForeignKey("photos.id"), unique=True)


class Recording(Attachment):
    """A voice message, and how long it speaks."""

    __tablename__ = "recordings"
    __table_args__ = (CheckConstraint("seconds > 0 AND size > 0", name="size"),)

    seconds: Mapped[int]


class CaseRecording(CaseAttachment):
    """A voice message that was handed in with a case; it goes when its row goes."""

    __tablename__ = "case_recordings"

    attached_id: Mapped[str] = mapped_column(
        "recording_id", ForeignKey("recordings.id", ondelete="CASCADE"), unique=True
    )
