"""Two processes that write, undo and read facts in any order: none remembers what is not so."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from db.models import CaseFact, FigureDay
from db.repositories.figure_days import FigureDayRepository
from db.repositories.figures import FigureRepository
from db.session import Beside, Sessions, make_sessions, transaction
from services import figures
from services.figures import Period, sheets
from services.figures.facts import OWN, WIDTH
from tests.services.casing import Office

ROUNDS = "YIZHAN_TEST_ROUNDS"
STEPS = 40
PERIOD = Period(date(2026, 11, 1), date(2026, 12, 31))


async def naive(session: AsyncSession) -> dict[str, str]:
    """The line of each case as this transaction sees it."""
    rows = await session.execute(select(CaseFact.case_id, CaseFact.body))
    return {row[0]: row[1] for row in rows}


async def remembered(session: AsyncSession) -> dict[str, str]:
    """The same by what the process remembers."""
    lines = await sheets.read(session, PERIOD)
    names = [name.decode()[len("20261130") :] for name in lines.names.tolist()]
    found = [lines.digits[:, place].tobytes().decode() for place in range(len(names))]
    return dict(zip(names, found, strict=True))


@asynccontextmanager
async def committed(kept: Beside) -> AsyncIterator[AsyncSession]:
    """What a reader beside all transactions sees."""
    async with kept.reading() as raw, AsyncSession(raw, info={Beside: kept}) as session:
        yield session


@dataclass
class Process:
    """One of those that share a database: its transaction, if any, and the days it wrote."""

    sessions: Sessions
    open: AsyncExitStack | None = None
    session: AsyncSession | None = None
    wrote: set[date] = field(default_factory=set)

    async def begin(self) -> AsyncSession:
        if self.session is None:
            self.open = AsyncExitStack()
            self.session = await self.open.enter_async_context(self.sessions())
            await self.session.begin()
        return self.session

    async def ends(self, *, well: bool) -> None:
        if self.session is None or self.open is None:
            return
        await (self.session.commit() if well else self.session.rollback())
        await self.open.aclose()
        self.open, self.session = None, None
        self.wrote.clear()


@dataclass
class World:
    """Two processes, the cases with their days, and chance."""

    random: Random
    processes: list[Process]
    cases: dict[str, date]
    alone: bool  # SQLite has one transaction at a time
    monkeypatch: pytest.MonkeyPatch

    async def step(self) -> None:
        """One does something; what a read tells is what the database has."""
        one, other = self.random.sample(self.processes, 2)
        if self.alone and other.session is not None:
            one, other = other, one
        does = (self.write, self.write, self.undo_part, self.read, self.read_beside)
        ends = (self.end, self.read_while_another_ends)
        await self.random.choice((*does, *ends))(one, other)

    async def write(self, one: Process, other: Process) -> None:
        free = sorted(each for each, day in self.cases.items() if day not in other.wrote)
        if not free:
            return
        session, case_id = await one.begin(), self.random.choice(free)
        fact = await session.get_one(CaseFact, (self.cases[case_id], case_id))
        await session.refresh(fact)
        own = "".join(self.random.choices("0123", k=OWN))
        theme = "".join(self.random.choices("0123", k=WIDTH - OWN))
        one.wrote.add(fact.day)
        rows = FigureRepository(session)
        if self.random.random() < 0.3:
            await rows.put_themes(OWN, {case_id: theme}, {fact.day})
            return
        columns = ("case_id", "day", "province", "city", "district", "category", "due", "seen")
        values = {name: getattr(fact, name) for name in columns}
        await rows.put([{**values, "body": own + theme}], OWN)

    async def undo_part(self, one: Process, other: Process) -> None:
        session = await one.begin()
        part = await session.begin_nested()
        await self.write(one, other)
        await self.read(one, other)
        await part.rollback()

    async def read(self, one: Process, _other: Process) -> None:
        session = await one.begin()
        assert await remembered(session) == await naive(session)

    async def read_beside(self, *_: Process) -> None:
        kept = self.random.choice(self.processes).sessions.beside
        async with committed(kept) as session:
            assert await remembered(session) == await naive(session)

    async def end(self, one: Process, _other: Process) -> None:
        await one.ends(well=self.random.random() < 0.6)

    async def read_while_another_ends(self, one: Process, other: Process) -> None:
        """Between the query for versions and that for lines another's work is done or undone."""
        ending, well = one if self.alone else other, self.random.random() < 0.6
        with self.monkeypatch.context() as patch:
            for name in ("versions", "lines"):
                asks = getattr(FigureDayRepository, name)
                patch.setattr(FigureDayRepository, name, and_then(asks, ending, well=well))
            kept = self.random.choice(self.processes).sessions.beside
            async with committed(kept) as session:
                await remembered(session)  # of two moments; it must not be told later
        async with committed(kept) as session:
            assert await remembered(session) == await naive(session)


def and_then(asks: Callable[..., Any], ending: Process, *, well: bool) -> Callable[..., Any]:
    """A query behind which a transaction ends, if it did not before."""

    async def both(*given: Any) -> Any:
        found = await asks(*given)
        await ending.ends(well=well)
        return found

    return both


async def days_of_cases(office: Office) -> dict[str, date]:
    """Some cases with facts, two of them of one day."""
    for _ in range(4):
        await office.hand_in(await office.worker())
        office.clock.advance(hours=13)
    async with transaction(office.sessions) as session:
        await figures.fold(session)
        days = {fact.case_id: fact.day for fact in await session.scalars(select(CaseFact))}
        assert set(await session.scalars(select(FigureDay.day))) == set(days.values())
    assert (len(days), len(set(days.values()))) == (4, 3)
    return days


async def test_what_is_remembered_is_what_the_database_has(
    office: Office, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
):
    days, seed = await days_of_cases(office), 20261130
    for round_ in range(8 * int(os.environ.get(ROUNDS, "1"))):
        chance = Random(seed + round_)  # noqa: S311 - the same order each time
        both = [Process(make_sessions(engine)) for _ in range(2)]
        found = World(chance, both, days, engine.dialect.name == "sqlite", monkeypatch)
        try:
            for _ in range(STEPS):
                await found.step()
        finally:
            for each in both:
                await each.ends(well=True)
        await found.read_beside()
