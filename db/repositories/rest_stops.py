"""Queries about rest stops."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RestStopRow

# What a position of these accuracies may be used for: finding what is near. (Distances are
# printed by stricter rules, see services/rest_stops.)
LOCATED = ("exact", "landmark", "street")


class RestStopRepository:
    """The stops that a worker may be told of, unless a method says otherwise."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def all_rows(self) -> dict[str, RestStopRow]:
        """Every stop by id, withdrawn ones too."""
        rows = await self.session.scalars(select(RestStopRow))
        return {row.id: row for row in rows}

    async def by_ids(self, ids: Collection[str]) -> list[RestStopRow]:
        """These stops in the order of `ids`; what no longer exists is left out."""
        rows = await self.session.scalars(self._known().where(RestStopRow.id.in_(ids)))
        found = {row.id: row for row in rows}
        return [found[key] for key in ids if key in found]

    async def in_box(
        self, south: float, north: float, west: float, east: float
    ) -> Sequence[RestStopRow]:
        """Stops with a usable position inside a box in WGS-84."""
        query = self._known().where(
            RestStopRow.lat.between(south, north),
            RestStopRow.lon.between(west, east),
            RestStopRow.accuracy.in_(LOCATED),
        )
        return (await self.session.scalars(query)).all()

    async def in_area(
        self, city: str, district: str | None = None, street: str | None = None
    ) -> Sequence[RestStopRow]:
        """Stops of a city, district or street, by the published address."""
        query = self._known().where(RestStopRow.city == city)
        if district:
            query = query.where(RestStopRow.district == district)
        if street:
            query = query.where(RestStopRow.street == street)
        return (await self.session.scalars(query.order_by(RestStopRow.id))).all()

    async def mentioning(self, words: str) -> Sequence[RestStopRow]:
        """Stops whose name or address holds these words, in capitals or not."""
        # Lowered by us, since LIKE heeds case on PostgreSQL and not on SQLite.
        pattern = f"%{_escaped(words.lower())}%"
        query = self._known().where(
            or_(
                func.lower(RestStopRow.name).like(pattern, escape="\\"),
                func.lower(RestStopRow.address).like(pattern, escape="\\"),
            )
        )
        return (await self.session.scalars(query.order_by(RestStopRow.id))).all()

    async def areas(self) -> list[tuple[str, str, str | None, int]]:
        """Province, city, district and how many stops are known there, most first."""
        count = func.count().label("known")
        query = (
            select(RestStopRow.province, RestStopRow.city, RestStopRow.district, count)
            .where(RestStopRow.status != "withdrawn")
            .group_by(RestStopRow.province, RestStopRow.city, RestStopRow.district)
            .order_by(count.desc(), RestStopRow.city, RestStopRow.district)
        )
        return [(p, c, d, n) for p, c, d, n in await self.session.execute(query)]

    @staticmethod
    def _known() -> Select[RestStopRow]:
        return select(RestStopRow).where(RestStopRow.status != "withdrawn")


def _escaped(words: str) -> str:
    for special in ("\\", "%", "_"):
        words = words.replace(special, f"\\{special}")
    return words
