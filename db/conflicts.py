"""INSERT with a say in what happens to a row that is there already."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base


def insert(session: AsyncSession, table: type[Base]) -> Any:  # noqa: ANN401 - of one of two dialects
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`.

    Both databases have them, written alike; SQLAlchemy has no word for both.
    """
    given: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return given.insert(table)
