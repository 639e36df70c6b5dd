"""Queries of sorting: examples by time and text, the live model, units by place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from db import conflicts
from db.models import AreaUnit, CaseExample, SortingImport, SortingModel
from db.repositories.rest_stops import lock_table

# So many parameters of one statement both databases take.
_MOST_NAMED = 500
Values = Mapping[str, Any]
WHERE = ("category", "province", "city", "district", "street", "road")


class Learned(NamedTuple):
    """What is learned from one example."""

    title: str | None
    text: str
    category: str
    at: datetime


class SortingRepository:
    """All that sorting keeps."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def example_of(self, case_id: str) -> CaseExample | None:
        """What was confirmed for a case."""
        query = select(CaseExample).where(CaseExample.case_id == case_id)
        return await self.session.scalar(query.with_for_update())

    async def newest_examples(self, most: int) -> list[Learned]:
        """The newest examples, the newest first."""
        columns = (CaseExample.title, CaseExample.text, CaseExample.category, CaseExample.at)
        query = select(*columns).order_by(CaseExample.at.desc(), CaseExample.id).limit(most)
        return [Learned(*row) for row in await self.session.execute(query)]

    async def known_digests(self, digests: Collection[str]) -> set[str]:
        """Which of these texts are examples already."""
        found: set[str] = set()
        for part in _parts(list(digests)):
            query = select(CaseExample.digest).where(CaseExample.digest.in_(part))
            found |= set(await self.session.scalars(query))
        return found

    async def lock_imports(self) -> None:
        """Wait until no other import is being written, and let none begin."""
        await lock_table(self.session, SortingImport, "SHARE ROW EXCLUSIVE")

    async def add_import(
        self, row: SortingImport, table: type[Any], rows: Sequence[Values]
    ) -> None:
        """An import with its rows."""
        self.session.add(row)
        await self.session.flush()
        for part in _parts(rows):
            await self.session.execute(insert(table), list(part))

    async def claim(self, values: Values) -> bool:
        """Begin a training; whether nobody else had claimed that night."""
        query = (
            conflicts.insert(self.session, SortingModel).values(**values).on_conflict_do_nothing()
        )
        found = await self.session.execute(query.returning(SortingModel.id))
        return found.first() is not None

    async def was_claimed(self, night: date) -> bool:
        """Whether somebody has begun this night's training."""
        query = select(SortingModel.id).where(SortingModel.night == night)
        return await self.session.scalar(query) is not None

    async def training(self, model_id: str) -> SortingModel | None:
        """One training."""
        return await self.session.get(SortingModel, model_id, with_for_update=True)

    async def live_id(self) -> str | None:
        """Which model is live."""
        return await self.session.scalar(
            select(SortingModel.id).where(SortingModel.state == "live")
        )

    async def live(self, *, whole: bool = False) -> SortingModel | None:
        """The live model's row, `whole` with its body."""
        query = select(SortingModel).where(SortingModel.state == "live")
        return await self.session.scalar(
            query.options(undefer(SortingModel.body)) if whole else query
        )

    async def retire(self) -> None:
        """No model is live after this."""
        live = update(SortingModel).where(SortingModel.state == "live")
        await self.session.execute(live.values(state="retired", body=None))

    async def models(self, most: int) -> Sequence[SortingModel]:
        """The newest trainings, the newest first."""
        query = select(SortingModel).order_by(SortingModel.trained_at.desc()).limit(most)
        return (await self.session.scalars(query)).all()

    async def units(self, category: str | None, city: str | None, text: str) -> Sequence[AreaUnit]:
        """Rules that may hold: of the category or all, of the city or any, named in the text."""
        query = select(AreaUnit).where(
            AreaUnit.category.in_({"", category or ""}),
            _named(AreaUnit.road, text),
            _named(AreaUnit.street, text),
        )
        if city is not None:
            query = query.where(AreaUnit.city.in_({"", city}))
        return (await self.session.scalars(query.order_by(AreaUnit.id))).all()

    async def all_units(self) -> dict[tuple[str, ...], tuple[str, str]]:
        """The id and unit of each rule, by what it is for."""
        columns = [getattr(AreaUnit, name) for name in WHERE]
        rows = await self.session.execute(select(AreaUnit.id, AreaUnit.unit, *columns))
        return {tuple(where): (key, unit) for key, unit, *where in rows}

    async def change_units(self, rows: Sequence[Values]) -> None:
        """Other units for known rules; each row names its id."""
        for part in _parts(rows):
            await self.session.execute(update(AreaUnit), list(part))


def _named(column: Any, text: str) -> ColumnElement[bool]:  # noqa: ANN401 -- a mapped column
    return or_(column == "", literal(text).contains(column))


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    left = iter(rows)
    while part := list(islice(left, _MOST_NAMED)):
        yield part
