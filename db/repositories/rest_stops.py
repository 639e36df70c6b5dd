"""Queries about rest stops."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base, split
from db.models import RestStopRow, StopArea, StopReport

WITHDRAWN = "withdrawn"


class Spot(NamedTuple):
    """What is needed of a stop to put it in order; the rest of the row is read for a few only.

    A search reads some dozens: what few of them need is decoded when it is asked for.
    """

    id: str
    name: str
    lat: float | None
    lon: float | None
    accuracy: str
    status: str
    opening_hours: str | None
    entry: str
    confidence: str
    published_on: str | None
    # Whether anybody said something of it since staff last looked.
    reported: bool
    stored_check: date | str | None
    stored_facilities: str
    stored_lacks: str

    @property
    def facilities(self) -> tuple[str, ...]:
        """What it is published to have."""
        return split(self.stored_facilities)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it is published not to have."""
        return split(self.stored_lacks)

    @property
    def checked_on(self) -> date | None:
        """When staff last found it as published."""
        stored = self.stored_check
        return date.fromisoformat(stored) if isinstance(stored, str) else stored


_STOPS = RestStopRow.__table__.c
_REPORTED = exists().where(StopReport.stop_id == _STOPS.id, StopReport.check_id.is_(None))
SPOT = (
    *(_STOPS[name] for name in Spot._fields if name in _STOPS),
    _REPORTED.label("reported"),
    *(type_coerce(_STOPS[name], Text) for name in ("checked_on", "facilities", "lacks")),
)


class RestStopRepository:
    """The stops that a worker may be told of, unless a method says otherwise."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def shipped(self) -> dict[str, RestStopRow]:
        """The stops of any shipped edition by id, withdrawn ones too."""
        rows = await self.session.scalars(
            select(RestStopRow).where(RestStopRow.edition.is_not(None))
        )
        return {row.id: row for row in rows}

    async def by_id(self, stop_id: str, *, lock: bool = False) -> RestStopRow | None:
        """One stop, a withdrawn one too; `lock` keeps others from changing it until the commit.

        While an import writes, `lock` waits for it before it holds the stop: each would else wait
        for what the other holds.
        """
        if lock:
            await lock_table(self.session, RestStopRow, "ROW EXCLUSIVE")
        query = select(RestStopRow).where(RestStopRow.id == stop_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def by_ids(self, ids: Collection[str]) -> list[RestStopRow]:
        """These stops in the order of `ids`; what no longer exists is left out."""
        rows = await self.session.scalars(_known(RestStopRow).where(RestStopRow.id.in_(ids)))
        found = {row.id: row for row in rows}
        return [found[key] for key in ids if key in found]

    async def spots_by_ids(self, ids: Collection[str]) -> list[Spot]:
        """What is needed to judge these stops."""
        return await self._spots(RestStopRow.id.in_(ids))

    async def spots_of_area(
        self,
        city: str,
        district: str | None,
        street: str | None,
        *,
        limit: int,
        accuracies: Collection[str] = (),
    ) -> list[Spot]:
        """Stops of a city, district or street, by the published address."""
        named = {"city": city, "district": district, "street": street}
        where = [getattr(RestStopRow, name) == value for name, value in named.items() if value]
        if accuracies:
            where.append(RestStopRow.accuracy.in_(accuracies))
        return await self._spots(*where, limit=limit)

    async def spots_mentioning(self, words: str, limit: int) -> list[Spot]:
        """Stops whose name or address holds these words, in capitals or not."""
        return await self._spots(or_(_holds("name", words), _holds("address", words)), limit=limit)

    async def found(
        self, words: str, offset: int, limit: int, *, within: ColumnElement[bool]
    ) -> Sequence[RestStopRow]:
        """Stops `within` whose name, address or id holds these words, withdrawn ones too."""
        where = [_holds(name, words) for name in ("name", "address", "id")]
        query = select(RestStopRow).where(or_(*where), within).order_by(RestStopRow.id)
        return (await self.session.scalars(query.offset(offset).limit(limit))).all()

    async def same_as(self, identity: str) -> RestStopRow | None:
        """A stop that is not withdrawn and has the same host and address."""
        query = select(RestStopRow).where(
            RestStopRow.identity == identity, RestStopRow.status != WITHDRAWN
        )
        return await self.session.scalar(query.order_by(RestStopRow.id).limit(1))

    async def streets(self, city: str, district: str) -> list[tuple[str, int]]:
        """The streets and towns of a district with how many stops are known there, most first."""
        count = func.count().label("known")
        query = (
            select(RestStopRow.street, count)
            .where(
                RestStopRow.city == city,
                RestStopRow.district == district,
                RestStopRow.street.is_not(None),
                RestStopRow.status != WITHDRAWN,
            )
            .group_by(RestStopRow.street)
            .order_by(count.desc(), RestStopRow.street)
        )
        return [(str(street), known) for street, known in await self.session.execute(query)]

    async def areas(self) -> list[tuple[str, str, str | None, int]]:
        """Province, city, district and how many stops are known there, most first."""
        query = select(StopArea).order_by(StopArea.known.desc(), StopArea.city, StopArea.district)
        rows = await self.session.scalars(query)
        return [(row.province, row.city, row.district or None, row.known) for row in rows]

    async def count_areas(self) -> None:
        """Count anew how many stops each area has, after stops were brought in or withdrawn."""
        # Two who count at once would each bring every area.
        await lock_table(self.session, StopArea, "SHARE ROW EXCLUSIVE")
        where = (RestStopRow.province, RestStopRow.city, func.coalesce(RestStopRow.district, ""))
        counted = (
            select(*where, func.count()).where(RestStopRow.status != WITHDRAWN).group_by(*where)
        )
        await self.session.execute(delete(StopArea))
        await self.session.execute(
            insert(StopArea).from_select(["province", "city", "district", "known"], counted)
        )

    def add(self, row: RestStopRow) -> None:
        """Append a stop."""
        self.session.add(row)

    async def _spots(self, *where: ColumnElement[bool], limit: int | None = None) -> list[Spot]:
        query = _known(*SPOT).where(*where)
        if limit is not None:
            query = query.order_by(RestStopRow.id).limit(limit)
        return list(map(Spot._make, (await self.session.execute(query)).all()))


async def lock_table(
    session: AsyncSession,
    table: type[Base],
    mode: Literal["ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE"],
) -> None:
    """Hold a table of PostgreSQL until the commit: as one of many who write some of its rows, or
    as the only writer. On SQLite the transaction itself began with the lock of all writers.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"LOCK TABLE {table.__tablename__} IN {mode} MODE"))


def _holds(column: str, words: str) -> ColumnElement[bool]:
    # Lowered by us, since LIKE heeds case on PostgreSQL and not on SQLite.
    pattern = f"%{_escaped(words.lower())}%"
    return func.lower(getattr(RestStopRow, column)).like(pattern, escape="\\")


def _known(*what: Any) -> Select[Any]:  # noqa: ANN401 - columns or a table
    return select(*what).where(RestStopRow.status != WITHDRAWN)


def _escaped(words: str) -> str:
    for special in ("\\", "%", "_"):
        words = words.replace(special, f"\\{special}")
    return words
