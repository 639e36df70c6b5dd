"""Queries about the facts of days: which version each has, its lines, which cases are meant."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import conflicts
from db.models import CaseFact, CaseSupporter, CaseTheme, CaseUnit, FigureDay
from db.repositories.case_flow import kept_out_by
from kit import ids

Dated = tuple[date, str]


class FigureDayRepository:
    """Facts by the day on which their cases came in; a case is named by its day and its id."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def versions(self, first: date, last: date) -> dict[date, str]:
        """Of each day that has facts, which version of them; both ends counted."""
        query = select(FigureDay.day, FigureDay.version)
        rows = await self.session.execute(query.where(FigureDay.day.between(first, last)))
        return {row[0]: row[1] for row in rows}

    async def touch(self, days: Iterable[date]) -> None:
        """The facts of these days are others now. In order: two who write wait once."""
        version = ids.new_id()
        given = [{"day": day, "version": version} for day in sorted(set(days))]
        if not given:
            return
        query = conflicts.insert(self.session, FigureDay)
        changed = {"version": query.excluded.version}
        await self.session.execute(
            query.on_conflict_do_update(index_elements=["day"], set_=changed), given
        )

    async def lines(self, days: Collection[date]) -> dict[date, str]:
        """Of each of these days id and line of all cases one behind the other, in no order."""
        both = func.aggregate_strings(CaseFact.case_id.concat(CaseFact.body), "")
        query = select(CaseFact.day, both).where(CaseFact.day.in_(days)).group_by(CaseFact.day)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def handed_to(self, unit: str, first: date, last: date) -> list[Dated]:
        """The cases of these days that a unit has, as lead or helper."""
        query = select(CaseFact.day, CaseFact.case_id)
        query = query.join(CaseUnit, CaseUnit.case_id == CaseFact.case_id)
        return await self._dated(query, CaseUnit.unit == unit, first, last)

    async def kept_out(self, names: Collection[str], first: date, last: date) -> list[Dated]:
        """The cases of these days that any of these keeps out of."""
        query = select(CaseFact.day, CaseFact.case_id)
        kept = CaseFact.case_id.in_(kept_out_by(names))
        return await self._dated(query, kept, first, last)

    async def supported(self, themes: Collection[int]) -> list[tuple[Any, ...]]:
        """The cases of these themes that somebody stands behind: theme, id, how many."""
        query = (
            select(CaseTheme.theme, CaseTheme.case_id, func.count())
            .join(CaseSupporter, CaseSupporter.case_id == CaseTheme.case_id)
            .where(CaseTheme.theme.in_(themes))
            .group_by(CaseTheme.theme, CaseTheme.case_id)
        )
        return [tuple(row) for row in await self.session.execute(query)]

    async def _dated(
        self, query: Select[date, str], which: ColumnElement[Any], first: date, last: date
    ) -> list[Dated]:
        query = query.where(which, CaseFact.day.between(first, last))
        return [(row[0], row[1]) for row in await self.session.execute(query)]
