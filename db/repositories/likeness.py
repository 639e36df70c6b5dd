"""Queries about the vectors of cases, and about the cases that they were made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db import conflicts
from db.base import split
from db.models import Case, CaseEvent, CaseNight, CaseSupporter, CaseTheme, CaseVector
from db.session import fetch_all

Values = Mapping[str, Any]


class VectorRow(NamedTuple):
    """A row of the table as the index of a process takes it in."""

    number: int
    vector: bytes
    keys: tuple[str, ...]
    category: str | None
    lat: float | None
    lon: float | None


class Known(NamedTuple):
    """What is compared and told of a case that is known, with its state and how many stand behind
    it; its columns are called as those of `Case` are.
    """

    number: int
    id: str
    code: str
    worker_id: str | None
    subject: str
    place: str | None
    remedy: str | None
    category: str | None
    lat: float | None
    lon: float | None
    text_digest: str | None
    folded_into: str | None
    state: str
    supporters: int


class ThemeRow(NamedTuple):
    """What is grouped of a case, and the vector of its matter; called as in `Case`."""

    id: str
    subject: str
    place: str | None
    remedy: str | None
    category: str | None
    lat: float | None
    lon: float | None
    text_digest: str | None
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
def _between() -> Select[Any]:
    known = _rows_of().where(CaseVector.number.between(bindparam("first"), bindparam("last")))
    return known.order_by(CaseVector.number)


@cache
def _numbers() -> Select[Any]:
    later = select(CaseVector.number).where(
        CaseVector.number > bindparam("number"), CaseVector.encoder == bindparam("encoder")
    )
    return later.order_by(CaseVector.number).limit(bindparam("most"))


@cache
def _known(count: int) -> Select[Any]:
    """Of so many numbers the cases that there still are."""
    wanted = [bindparam(f"number_{n}", type_=BigInteger) for n in range(count)]
    columns: Any = (CaseVector.number, Case.id, Case.code, Case.worker_id, Case.subject,
                    Case.place, Case.remedy, Case.category, Case.lat, Case.lon, Case.text_digest,
                    Case.folded_into, _newest_state(), _supporters())  # fmt: skip
    found: Select[Any] = select(*columns).join(Case, Case.id == CaseVector.case_id)
    return found.where(CaseVector.number.in_(wanted))


def _supporters() -> ScalarSelect[int]:
    behind = select(func.count()).where(CaseSupporter.case_id == Case.id)
    return behind.correlate(Case).scalar_subquery()


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

    async def between(self, first: int, last: int, encoder: str) -> list[VectorRow]:
        """The rows from one number to another, in order."""
        given = {"first": first, "last": last, "encoder": encoder}
        return _rows(await fetch_all(self.session, _between(), given))

    async def numbers(self, after: int, encoder: str, most: int) -> list[int]:
        """The next higher numbers that there are, in order."""
        given = {"number": after, "encoder": encoder, "most": most}
        return [row[0] for row in await fetch_all(self.session, _numbers(), given)]

    async def known(self, numbers: Sequence[int]) -> list[Known]:
        """The cases behind these numbers that there still are, in the order of the numbers.

        What the session has not flushed is not seen.
        """
        if not numbers:
            return []
        # Few shapes of one query: each is compiled once.
        size = 1 << (len(numbers) - 1).bit_length()
        padded = [*numbers, *[numbers[-1]] * (size - len(numbers))]
        given = {f"number_{n}": number for n, number in enumerate(padded)}
        rows = await fetch_all(self.session, _known(size), given)
        place = {number: n for n, number in enumerate(numbers)}
        return sorted((Known(*row) for row in rows), key=lambda row: place[row.number])

    async def since_day(self, since: datetime, hidden: Collection[str]) -> list[ThemeRow]:
        """Cases handed in since a moment with their vectors, oldest first; none that is hidden."""
        columns: Any = (Case.id, Case.subject, Case.place, Case.remedy, Case.category, Case.lat,
                        Case.lon, Case.text_digest, CaseVector.vector)  # fmt: skip
        query = (
            select(*columns)
            .join(CaseVector, CaseVector.case_id == Case.id)
            .where(Case.created_at >= since, _newest_state().not_in(hidden))
            .order_by(Case.created_at, Case.id)
        )
        return [ThemeRow(*row) for row in await self.session.execute(query)]

    async def regroup(self, since: datetime, rows: Sequence[Values]) -> None:
        """The themes of last night give way to these, as far as their cases are still there."""
        await self.session.execute(delete(CaseTheme))
        query = select(Case.id).where(Case.created_at >= since).with_for_update(key_share=True)
        there = set(await self.session.scalars(query))
        if kept := [row for row in rows if row["case_id"] in there]:
            await self.session.execute(insert(CaseTheme), kept)

    async def claim(self, night: date, now: datetime) -> bool:
        """Begin to group a night's cases; whether nobody else has."""
        if await self.session.get(CaseNight, night) is not None:
            return False  # looked at first, so that hardly ever a row is written in vain
        query = (
            conflicts.insert(self.session, CaseNight)
            .values(night=night, began_at=now)
            .on_conflict_do_nothing()
        )
        found = await self.session.execute(query.returning(CaseNight.night))
        return found.first() is not None

    async def grouped(self, night: date, themes: int) -> None:
        """A night's grouping is done."""
        done = update(CaseNight).where(CaseNight.night == night)
        await self.session.execute(done.values(themes=themes))

    async def themes(
        self, since: datetime, hidden: Collection[str]
    ) -> list[tuple[CaseTheme, Case, int]]:
        """Cases of the stored themes, theme by theme, each with its supporters."""
        query = (
            select(CaseTheme, Case, _supporters())
            .join(Case, Case.id == CaseTheme.case_id)
            .where(Case.created_at >= since, _newest_state().not_in(hidden))
            .order_by(CaseTheme.theme, CaseTheme.rank)
        )
        return [(row[0], row[1], row[2]) for row in await self.session.execute(query)]

    async def unnoted(self, encoder: str, most: int) -> Sequence[Case]:
        """Cases without a vector of this encoder, oldest first; none that another notes now."""
        known = exists().where(CaseVector.case_id == Case.id, CaseVector.encoder == encoder)
        query = select(Case).where(~known).order_by(Case.created_at).limit(most)
        return (await self.session.scalars(query.with_for_update(skip_locked=True))).all()

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
