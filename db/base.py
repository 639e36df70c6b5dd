"""What every table shares: the declarative base, names for constraints, time in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 32
KEY_LENGTH = 64
DIGEST_LENGTH = 64

# Alembic can only alter what has a name that is the same on every database.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a moment without a zone cannot be stored ({dialect.name})"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back as UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[tuple[str, ...]]):
    """Some words of a fixed vocabulary, stored as `|one|two|` so that a query finds one of them.

    No word may hold a bar.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """The words between bars."""
        del dialect
        return None if value is None else joined(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """The words again."""
        del dialect
        return None if value is None else split(value)


def joined(words: Iterable[str]) -> str:
    """The words as `Words` stores them; nothing for none."""
    return "".join(f"|{word}" for word in words) + "|" if words else ""


@lru_cache(maxsize=16_384)
def split(stored: str) -> tuple[str, ...]:
    """The words that `Words` stored."""
    return tuple(word for word in stored.split("|") if word)


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        str: String,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }
