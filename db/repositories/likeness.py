"""Queries about the vectors of cases, and about the cases that they were made of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ScalarSelect,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from db.base import split
from db.models import Case, CaseEvent, CaseSupporter, CaseTheme, CaseVector
from db.session import fetch_all


class VectorRow(NamedTuple):
    """A row of the table as the index of a process takes it in."""

    number: int
    vector: bytes
    keys: tuple[str, ...]
    category: str | None
    lat: float | None
    lon: float | None


class ThemeRow(NamedTuple):
    """A case with the vector of its matter."""

    case: Case
    vector: bytes


@cache
def _rows_of() -> Select[Any]:
    """Built once: every search for duplicates asks this. Keys come as they are stored."""
    keys = type_coerce(CaseVector.keys, Text)
    columns: Any = (CaseVector.number, CaseVector.vector, keys, CaseVector.category,
                    CaseVector.lat, CaseVector.lon)  # fmt: skip
    found: Select[Any] = select(*columns)
    return found.where(CaseVector.encoder == bindparam("encoder"))


@cache
def _since() -> Select[Any]:
    later = _rows_of().where(CaseVector.number > bindparam("number"))
    return later.order_by(CaseVector.number).limit(bindparam("most"))


def _newest_state() -> ScalarSelect[str]:
    newest = (
        select(CaseEvent.state)
        .where(CaseEvent.case_id == Case.id)
        .order_by(CaseEvent.number.desc())
        .limit(1)
    )
    return newest.correlate(Case).scalar_subquery()


class LikenessRepository:
    """Vectors by number, and their cases."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def since(self, number: int, encoder: str, most: int) -> list[VectorRow]:
        """The next rows with a higher number, in order."""
        given = {"number": number, "encoder": encoder, "most": most}
        return _rows(await fetch_all(self.session, _since(), given))

    async def numbered(self, numbers: Collection[int], encoder: str) -> list[VectorRow]:
        """The rows of these numbers that there are."""
        query = _rows_of().where(CaseVector.number.in_(numbers))
        return _rows(
            [tuple(row) for row in await self.session.execute(query, {"encoder": encoder})]
        )

    async def cases(self, numbers: Collection[int]) -> list[tuple[int, Case, str]]:
        """The cases behind these numbers that there still are, with their state.

        One folded into the first of the very same words is left out: that one stands for it.
        """
        query = (
            select(CaseVector.number, Case, _newest_state())
            .join(Case, Case.id == CaseVector.case_id)
            .where(CaseVector.number.in_(numbers), Case.folded_into.is_(None))
            .options(
                load_only(
                    *(Case.code, Case.worker_id, Case.subject, Case.place, Case.remedy),
                    *(Case.category, Case.lat, Case.lon, Case.text_digest),
                    raiseload=True,
                )
            )
        )
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    async def supporters(self, case_ids: Collection[str]) -> dict[str, int]:
        """How many stand behind each of these cases that has any."""
        query = (
            select(CaseSupporter.case_id, func.count())
            .where(CaseSupporter.case_id.in_(case_ids))
            .group_by(CaseSupporter.case_id)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def since_day(self, since: datetime, hidden: Collection[str]) -> list[ThemeRow]:
        """Cases handed in since a moment with their vectors, oldest first; none that is hidden."""
        newest = _newest_state()
        query = (
            select(Case, CaseVector.vector)
            .join(CaseVector, CaseVector.case_id == Case.id)
            .where(Case.created_at >= since, newest.not_in(hidden))
            .order_by(Case.created_at, Case.id)
        )
        return [ThemeRow(row[0], row[1]) for row in await self.session.execute(query)]

    async def regroup(self, rows: Sequence[CaseTheme]) -> None:
        """The themes of last night give way to these."""
        await self.session.execute(delete(CaseTheme))
        self.session.add_all(rows)
        await self.session.flush()

    async def themes(
        self, since: datetime, hidden: Collection[str]
    ) -> list[tuple[CaseTheme, Case, int]]:
        """Cases of the stored themes, theme by theme, each with its supporters."""
        supporters = select(func.count()).where(CaseSupporter.case_id == Case.id).scalar_subquery()
        query = (
            select(CaseTheme, Case, supporters)
            .join(Case, Case.id == CaseTheme.case_id)
            .where(Case.created_at >= since, _newest_state().not_in(hidden))
            .order_by(CaseTheme.theme, CaseTheme.rank)
        )
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    async def unnoted(self, encoder: str, most: int) -> Sequence[Case]:
        """Cases without a vector of this encoder, oldest first."""
        known = exists().where(CaseVector.case_id == Case.id, CaseVector.encoder == encoder)
        query = select(Case).where(~known).order_by(Case.created_at).limit(most)
        return (await self.session.scalars(query)).all()

    async def put(self, row: CaseVector) -> None:
        """A case's vector in place of the one that it had."""
        await self.session.execute(delete(CaseVector).where(CaseVector.case_id == row.case_id))
        self.session.add(row)
        await self.session.flush()


def _rows(found: Sequence[tuple[Any, ...]]) -> list[VectorRow]:
    return [
        VectorRow(number, vector, split(keys), category, lat, lon)
        for number, vector, keys, category, lat, lon in found
    ]
