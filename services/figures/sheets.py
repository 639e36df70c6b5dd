"""The lines of facts in memory, by the day on which their cases came in.

A year of 100,000 lines takes the database 40 ms to put together and PostgreSQL 10 more to hand
over, each time the same ones. So a process keeps those of each day with the version that the
database gave them (`FigureDay`), and reads again the days that have another one by now: today's,
and those of cases that went on. 100 bytes a case.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import ID_LENGTH
from db.repositories.figure_days import Dated, FigureDayRepository
from db.session import Beside, beside
from kit.clock import Clock
from services.cases.clocks import day_of
from services.figures.facts import WIDTH
from services.figures.values import Period

Digits = NDArray[np.uint8]
Names = NDArray[np.bytes_]
NAME = np.dtype(f"S{len('20261130') + ID_LENGTH}")
NOWHERE = -1
WARM = timedelta(days=731)  # a year and the one before it


@dataclass(frozen=True)
class Sheet:
    """The lines of a day in one version: names of cases in order, and the digits of each case as
    a column (`WIDTH` times as many bytes as cases). A name is the day and the id.
    """

    version: str
    names: Names
    digits: Digits

    def __len__(self) -> int:
        return len(self.names)


class _Sheets(dict[date, Sheet]):
    """What a process keeps."""


@dataclass(frozen=True)
class Lines:
    """The lines of some days, day by day."""

    sheets: Sequence[Sheet]

    def __len__(self) -> int:
        return sum(map(len, self.sheets))

    @cached_property
    def digits(self) -> Digits:
        """All digits, each case a column."""
        none = np.empty((WIDTH, 0), np.uint8)
        return np.concatenate([none, *(each.digits for each in self.sheets)], axis=1)

    @cached_property
    def names(self) -> Names:
        """The names of all cases, in order."""
        return np.concatenate([np.empty(0, NAME), *(each.names for each in self.sheets)])

    def ids(self, which: NDArray[np.bool_]) -> set[str]:
        """The ids of the cases in these columns."""
        return {name[-ID_LENGTH:].decode("ascii") for name in self.names[which].tolist()}

    def places(self, cases: Sequence[Dated]) -> NDArray[np.intp]:
        """In which column each of these cases stands; `NOWHERE` where it does not."""
        wanted = np.array([_day(day) + case_id for day, case_id in cases], NAME)
        if not len(self):
            return np.full(len(wanted), NOWHERE)
        at = np.minimum(np.searchsorted(self.names, wanted), len(self) - 1)
        return np.where(self.names[at] == wanted, at, NOWHERE)

    def marked(self, cases: Sequence[Dated]) -> NDArray[np.bool_]:
        """For each column whether it is one of these cases."""
        places, found = self.places(cases), np.zeros(len(self), bool)
        found[places[places != NOWHERE]] = True
        return found


async def read(session: AsyncSession, period: Period) -> Lines:
    """The lines of a period as this transaction sees them."""
    rows, kept = FigureDayRepository(session), beside(session).keep(_Sheets)
    # First the versions: lines that change before they are read are under an old one then, and
    # are read again.
    versions = await rows.versions(period.first, period.last)
    known = {day: kept[day] for day in versions if day in kept}
    stale = [day for day, version in versions.items() if _version(known.get(day)) != version]
    if stale:
        found = await rows.lines(stale)
        given = {day: (versions[day], found.get(day, "")) for day in stale}
        known |= await asyncio.to_thread(_sheets, given)
        kept.update({day: known[day] for day in stale})
    return Lines([known[day] for day in sorted(known)])


def _version(sheet: Sheet | None) -> str | None:
    return sheet.version if sheet else None


def _sheets(given: Mapping[date, tuple[str, str]]) -> dict[date, Sheet]:
    return {day: _sheet(day, version, lines) for day, (version, lines) in given.items()}


def _sheet(day: date, version: str, lines: str) -> Sheet:
    raw = np.frombuffer(lines.encode("ascii"), np.uint8).reshape(-1, ID_LENGTH + WIDTH)
    names = np.empty((len(raw), NAME.itemsize), np.uint8)
    names[:, :-ID_LENGTH] = np.frombuffer(_day(day).encode("ascii"), np.uint8)
    names[:, -ID_LENGTH:] = raw[:, :ID_LENGTH]
    of_cases = names.view(NAME).ravel()
    order = np.argsort(of_cases)
    return Sheet(version, of_cases[order], np.ascontiguousarray(raw[order, ID_LENGTH:].T))


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


async def warm(kept: Beside, clock: Clock) -> None:
    """Read what a page of a year needs before somebody waits for it: of what is committed, over a
    connection of its own, so that no page waits meanwhile.
    """
    today = day_of(clock())
    async with (
        kept.reading() as connection,
        AsyncSession(connection, info={Beside: kept}) as session,
    ):
        await read(session, Period(today - WARM, today))
