"""What cases mean, as vectors, so that a new one can be held against them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import ID_LENGTH, KEY_LENGTH, Base, Words


class CaseVector(Base):
    """One case's matter as a vector, and the keys of its place.

    A row is never changed: what is noted anew gets a new number, so that each process learns all
    news by asking for higher numbers than it knows.
    """

    __tablename__ = "case_vectors"
    # No number is given twice, or a process would miss what has one that it knows.
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), unique=True
    )
    # Vectors of different encoders are never compared.
    encoder: Mapped[str] = mapped_column(String(KEY_LENGTH))
    # One signed byte a dimension: the vector of length one times 127, rounded by its largest.
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    keys: Mapped[tuple[str, ...]] = mapped_column(Words)
    category: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class CaseTheme(Base):
    """A case's place among those of the same matter, as they were grouped last night.

    Words are not copied here: what is masked or deleted later is so in its theme too.
    """

    __tablename__ = "case_themes"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    theme: Mapped[int] = mapped_column(index=True)
    # 0 for the case that says best what all of them say.
    rank: Mapped[int]


class CaseNight(Base):
    """A night in which cases were grouped into themes: who writes its row first does it."""

    __tablename__ = "case_nights"

    night: Mapped[date] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    # None until it is done, and for ever where it broke.
    themes: Mapped[int | None]
