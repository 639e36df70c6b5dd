"""Queries that bring a district's file in: what is known already, and writing it all at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LibraryEdition, RestStopRow, Revision, StopImport
from db.models.rest_stops import move
from db.repositories.rest_stops import lock_table

KIND = "rest_stop"
_COLUMNS = tuple(RestStopRow.__table__.columns)
# So many parameters of one statement both databases take.
_MOST_NAMED = 500


class Known(NamedTuple):
    """What is needed of a known stop to tell whether a row of a file is the same one."""

    id: str
    identity: str
    name: str
    host: str | None
    province: str
    city: str
    district: str | None
    street: str | None
    address: str | None
    lat: float | None
    lon: float | None
    accuracy: str
    status: str


_KNOWN = tuple(getattr(RestStopRow, name) for name in Known._fields)


class StopImportRepository:
    """Stops by city and id, staff's edits of them, and past imports."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def lock(self) -> None:
        """Wait until nobody else writes stops, and let nobody begin; reading goes on."""
        await lock_table(self.session, RestStopRow, "SHARE ROW EXCLUSIVE")

    async def state(self) -> tuple[int, int, int, str]:
        """What changes whenever stops do: imports, edits, stops, and the edition's name."""
        counts = [
            await self.session.scalar(query) or 0
            for query in (
                select(func.count()).select_from(StopImport),
                select(func.count()).where(Revision.kind == KIND),
                select(func.count()).select_from(RestStopRow),
            )
        ]
        edition = await self.session.scalar(select(LibraryEdition.version))
        return counts[0], counts[1], counts[2], edition or ""

    async def known_in(self, cities: Collection[str]) -> list[Known]:
        """The stops of these cities, withdrawn ones too."""
        found: list[Known] = []
        for part in _parts(sorted(cities)):
            query = select(*_KNOWN).where(RestStopRow.city.in_(part)).order_by(RestStopRow.id)
            found += [Known(*row) for row in await self.session.execute(query)]
        return found

    async def known_by_id(self, ids: Collection[str]) -> list[Known]:
        """The stops of these ids."""
        found: list[Known] = []
        for part in _parts(sorted(ids)):
            query = select(*_KNOWN).where(RestStopRow.id.in_(part))
            found += [Known(*row) for row in await self.session.execute(query)]
        return found

    async def rows(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """All columns of these stops."""
        found: list[Mapping[str, Any]] = []
        for part in _parts(ids):
            query = select(*_COLUMNS).where(RestStopRow.id.in_(part))
            found += [row._asdict() for row in await self.session.execute(query)]
        return found

    async def revisions(self, ids: Sequence[str]) -> list[tuple[str, Mapping[str, Any], bool]]:
        """Id, body and whether it is in force of what was edited or proposed of these stops."""
        found: list[tuple[str, Mapping[str, Any], bool]] = []
        for part in _parts(ids):
            query = select(Revision.key, Revision.body, Revision.valid_from).where(
                Revision.kind == KIND, Revision.key.in_(part)
            )
            rows = await self.session.execute(query)
            found += [(row.key, row.body, row.valid_from is not None) for row in rows]
        return found

    async def page(
        self, after: str, city: str | None, district: str | None, limit: int
    ) -> Sequence[RestStopRow]:
        """Stops in the order of their ids, from the one after `after` on; withdrawn ones too."""
        named = {"city": city, "district": district}
        where = [getattr(RestStopRow, name) == value for name, value in named.items() if value]
        query = select(RestStopRow).where(RestStopRow.id > after, *where)
        return (await self.session.scalars(query.order_by(RestStopRow.id).limit(limit))).all()

    async def insert_stops(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append stops, all with the same columns."""
        connection = await self.session.connection()
        version = await connection.run_sync(move)
        await connection.execute(
            insert(RestStopRow), [{**row, "version": version} for row in rows]
        )

    async def update_stops(
        self, names: Collection[str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Give stops new values in the columns `names`; each row has them and `id_`."""
        query = update(RestStopRow).where(RestStopRow.id == bindparam("id_"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        given = [
            {"id_": row["id_"], **{f"new_{name}": row[name] for name in names}} for row in rows
        ]
        connection = await self.session.connection()
        version = await connection.run_sync(move)
        await connection.execute(query.values(values).values(version=version), given)

    async def add_revisions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append to the history of stops, all with the same columns."""
        connection = await self.session.connection()
        await connection.execute(insert(Revision), list(rows))

    async def add(self, row: StopImport) -> None:
        """Append an import; rows may point to it from now on."""
        self.session.add(row)
        await self.session.flush()

    async def newest(self, limit: int) -> Sequence[StopImport]:
        """Past imports, the newest first."""
        query = select(StopImport).order_by(StopImport.at.desc(), StopImport.id).limit(limit)
        return (await self.session.scalars(query)).all()


def _parts(keys: Sequence[str]) -> Iterator[list[str]]:
    waiting = iter(keys)
    while part := list(islice(waiting, _MOST_NAMED)):
        yield part
