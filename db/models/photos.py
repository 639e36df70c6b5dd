"""Pictures that workers sent, and the cases they belong to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIGEST_LENGTH, ID_LENGTH, Base


class Photo(Base):
    """One picture of one worker; the file lies in the data folder under its digest."""

    __tablename__ = "photos"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND size > 0", name="size"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    created_at: Mapped[datetime]


class CasePhoto(Base):
    """A picture that was handed in with a case."""

    __tablename__ = "case_photos"

    case_id: Mapped[str] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id"), unique=True)
