"""What is read of stops into memory: all once, then what was written since a version; and those
that were found there, as they are stored.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.models import RestStopRow, StopVersion
from db.repositories.rest_stops import SPOT, WITHDRAWN, Spot
from db.session import fetch_all

AT_ONCE = 1_000
IDS_A_STEP = 20


class Place(NamedTuple):
    """Of a stop what decides whether it is looked at, withdrawn or not."""

    id: str
    lat: float | None
    lon: float | None
    accuracy: str
    status: str
    opening_hours: str | None
    entry: str
    confidence: str
    published_on: str | None
    checked_on: date | None
    facilities: tuple[str, ...]
    lacks: tuple[str, ...]


NEWEST = select(func.coalesce(func.max(StopVersion.version), 0))
_PLACES = select(*(RestStopRow.__table__.c[name] for name in Place._fields))


@cache
def _by_ids(count: int) -> Select[Any]:
    """The version, and so many stops. There are few such shapes: each is compiled once."""
    named: list[BindParameter[str]] = [bindparam(f"id{n}") for n in range(count)]
    on_the_map = (RestStopRow.status != WITHDRAWN, RestStopRow.id.in_(named))
    return select(NEWEST.scalar_subquery(), *SPOT).where(*on_the_map)


async def spots(session: AsyncSession, ids: Collection[str]) -> tuple[int, list[Spot]]:
    """The version of the stops, and what is needed to judge those of them that are on the map.

    In one question, past the ORM: every search asks it.
    """
    # Rounded up with ids that nobody has, for the sake of few shapes.
    named = [*ids, *[""] * (-len(ids) % IDS_A_STEP)]
    values = {f"id{n}": key for n, key in enumerate(named)}
    rows = await fetch_all(session, _by_ids(len(named)), values) if ids else ()
    version = rows[0][0] if rows else await newest(session)
    return version, [Spot._make(row[1:]) for row in rows]


async def newest(session: AsyncSession) -> int:
    """The version of the stops as this transaction sees it; 0 before the first change."""
    [(version,)] = await fetch_all(session, NEWEST, {})
    return int(version)


async def newest_committed(connection: AsyncConnection) -> int:
    """The version of the stops as everybody sees it."""
    return int(await connection.scalar(NEWEST) or 0)


async def written_after(
    connection: AsyncConnection, version: int
) -> AsyncIterator[Sequence[Place]]:
    """The stops whose last change came after a version, part by part."""
    query = _PLACES.where(RestStopRow.version > version).execution_options(yield_per=AT_ONCE)
    async with connection.stream(query) as result:
        async for rows in result.partitions():
            yield [Place._make(row) for row in rows]
