"""Queries about what figures are counted from, and about reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import conflicts
from db.models import (
    Case,
    CaseEvent,
    CaseFact,
    CaseTheme,
    CaseUnit,
    FigureMark,
    FigureReport,
    FigureWord,
    StaffRole,
)
from db.repositories.figure_days import FigureDayRepository

Condition = ColumnElement[Any]
Values = Mapping[str, Any]
MARK = "cases"
AT_ONCE = 500  # values named in one query


class FigureRepository:
    """Facts, their words, themes as figures, reports."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def until(self) -> datetime | None:
        """Up to when all events are in the facts; None where older cases are still to be told."""
        mark = await self.session.get(FigureMark, MARK)
        return mark.until if mark else None

    async def mark(self, until: datetime) -> None:
        """All events up to this moment are in the facts."""
        query = conflicts.insert(self.session, FigureMark).values(name=MARK, until=until)
        given = {"until": query.excluded.until}
        await self.session.execute(
            query.on_conflict_do_update(index_elements=["name"], set_=given)
        )

    async def newest_event(self) -> datetime | None:
        """When the newest event of all took place."""
        query = select(CaseEvent.at).order_by(CaseEvent.at.desc()).limit(1)
        return await self.session.scalar(query)

    async def changed(self, since: datetime) -> list[str]:
        """Cases with an event since a moment that their facts do not know, or with a new day."""
        news = (
            select(CaseEvent.case_id)
            .outerjoin(CaseFact, CaseFact.case_id == CaseEvent.case_id)
            .where(
                CaseEvent.at >= since,
                or_(CaseFact.case_id.is_(None), CaseFact.seen < CaseEvent.number),
            )
        )
        dated = (
            select(CaseFact.case_id)
            .join(Case, Case.id == CaseFact.case_id)
            .where(CaseFact.due.is_(None), Case.due.is_not(None))
        )
        found = set(await self.session.scalars(news))
        # A merger may bring forward the day of the case that goes on, which has no event of it.
        onward = select(Case.merged_into).where(
            Case.id.in_(sorted(found)), Case.merged_into.is_not(None)
        )
        for more in (dated, onward):
            found |= set(await self.session.scalars(more))
        return sorted(found)

    async def untold(self, limit: int) -> list[str]:
        """Cases with a history and without facts."""
        told = select(1).where(CaseFact.case_id == Case.id).exists()
        begun = select(1).where(CaseEvent.case_id == Case.id).exists()
        query = select(Case.id).where(~told, begun).order_by(Case.created_at).limit(limit)
        return list(await self.session.scalars(query))

    async def disagreeing(self, limit: int) -> list[str]:
        """Cases whose facts are not what the case says, whatever the reason; reads all cases."""
        newest = (
            select(func.max(CaseEvent.number))
            .where(CaseEvent.case_id == Case.id)
            .correlate(Case)
            .scalar_subquery()
        )
        same = [
            getattr(CaseFact, name).is_not_distinct_from(getattr(Case, name))
            for name in ("due", "category", "province", "city", "district")
        ]
        query = (
            select(CaseFact.case_id)
            .join(Case, Case.id == CaseFact.case_id)
            .where(~and_(CaseFact.seen == newest, *same))
            .order_by(CaseFact.case_id)
            .limit(limit)
        )
        return list(await self.session.scalars(query))

    async def cases(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Of these cases what facts tell: columns of `Case`."""
        query = select(
            *(Case.id, Case.kind, Case.state, Case.category, Case.province, Case.city),
            *(Case.district, Case.lat, Case.lon, Case.due, Case.adopted, Case.created_at),
        ).where(Case.id.in_(ids))
        return [tuple(row) for row in await self.session.execute(query.order_by(Case.id))]

    async def events(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Of these cases the events, in order: case, number, state, actor, step, data, moment."""
        query = select(
            *(CaseEvent.case_id, CaseEvent.number, CaseEvent.state, CaseEvent.actor),
            *(CaseEvent.step, CaseEvent.data, CaseEvent.at),
        ).where(CaseEvent.case_id.in_(ids))
        ordered = query.order_by(CaseEvent.case_id, CaseEvent.number)
        return [tuple(row) for row in await self.session.execute(ordered)]

    async def leads(self, ids: Sequence[str]) -> dict[str, str]:
        """Of these cases the unit that leads, where there is one."""
        query = select(CaseUnit.case_id, CaseUnit.unit)
        query = query.where(CaseUnit.case_id.in_(ids), CaseUnit.part == "lead")
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def themes_of(self, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Of these cases the theme and the rank in it, where there is one."""
        query = select(CaseTheme.case_id, CaseTheme.theme, CaseTheme.rank)
        rows = await self.session.execute(query.where(CaseTheme.case_id.in_(ids)))
        return {row[0]: (row[1], row[2]) for row in rows}

    async def themed(self, own: int, nothing: str) -> list[tuple[Any, ...]]:
        """Cases with a theme, or whose facts name one behind so many digits of their own: case,
        its day, these digits, theme, rank.
        """
        known = func.substr(CaseFact.body, own + 1)
        query = (
            select(CaseFact.case_id, CaseFact.day, known, CaseTheme.theme, CaseTheme.rank)
            .outerjoin(CaseTheme, CaseTheme.case_id == CaseFact.case_id)
            .where(or_(CaseTheme.theme.is_not(None), known != nothing))
        )
        return [tuple(row) for row in await self.session.execute(query)]

    async def put_themes(
        self, own: int, digits: Mapping[str, str], days: Collection[date]
    ) -> None:
        """Other digits behind those of their own, by case; and the days of these. In order of
        cases, as `put` has it: two who write the same facts wait for each other once.
        """
        if not digits:
            return
        body = func.substr(CaseFact.body, 1, own).concat(bindparam("digits"))
        query = update(CaseFact).where(CaseFact.case_id == bindparam("of")).values(body=body)
        given = [{"of": case_id, "digits": digits[case_id]} for case_id in sorted(digits)]
        # Past the session, which takes a list for rows by their keys.
        await (await self.session.connection()).execute(query, given)
        await FigureDayRepository(self.session).touch(days)

    async def put(self, facts: Sequence[Values], own: int) -> None:
        """Facts in place of those that knew less; behind so many digits they stay as they are."""
        if not facts:
            return
        query = conflicts.insert(self.session, CaseFact)
        key = ["day", "case_id"]  # a case's day is that on which it came in, for ever
        given: dict[str, Any] = {
            name: query.excluded[name] for name in facts[0] if name not in key
        }
        given["body"] = func.substr(query.excluded.body, 1, own).concat(
            func.substr(CaseFact.body, own + 1)
        )
        query = query.on_conflict_do_update(
            index_elements=key,
            set_=given,
            where=CaseFact.seen <= query.excluded.seen,
        )
        await self.session.execute(query, list(facts))
        await FigureDayRepository(self.session).touch({fact["day"] for fact in facts})

    async def numbers(self, words: Iterable[str]) -> dict[str, int]:
        """The number of each word; new words get one."""
        wanted = sorted(set(words))
        known = await self._known(wanted)
        if new := [word for word in wanted if word not in known]:
            query = conflicts.insert(self.session, FigureWord).on_conflict_do_nothing()
            await self.session.execute(query, [{"word": word} for word in new])
            known |= await self._known(new)
        return known

    async def words(self, numbers: Collection[int]) -> dict[int, str]:
        """The words of these numbers."""
        found: dict[int, str] = {}
        wanted = sorted(numbers)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            query = select(FigureWord.number, FigureWord.word)
            rows = await self.session.execute(query.where(FigureWord.number.in_(some)))
            found |= {row[0]: row[1] for row in rows}
        return found

    async def at_ranks(self, ranks: Mapping[int, int]) -> dict[int, Case]:
        """The case at a rank of each theme, by theme."""
        which = [
            and_(CaseTheme.theme == theme, CaseTheme.rank == rank) for theme, rank in ranks.items()
        ]
        query = select(CaseTheme.theme, Case).join(Case, Case.id == CaseTheme.case_id)
        return {row[0]: row[1] for row in await self.session.execute(query.where(or_(*which)))}

    async def areas_of_roles(self, roles: Collection[str]) -> set[str]:
        """The areas that these roles of anybody are limited to."""
        query = select(StaffRole.districts).where(StaffRole.role.in_(roles)).distinct()
        return {path for paths in await self.session.scalars(query) for path in paths}

    async def report_known(self, kind: str, first: date) -> set[str]:
        """The areas that have a report of a period."""
        query = select(FigureReport.area)
        query = query.where(FigureReport.kind == kind, FigureReport.first == first)
        return set(await self.session.scalars(query))

    async def keep_report(self, values: Values) -> bool:
        """Keep a report unless its period has one; whether it was kept."""
        query = (
            conflicts.insert(self.session, FigureReport).values(**values).on_conflict_do_nothing()
        )
        found = await self.session.execute(query.returning(FigureReport.id))
        return found.first() is not None

    async def report(self, report_id: str) -> FigureReport | None:
        """A report by its id."""
        return await self.session.get(FigureReport, report_id)

    async def reports(self, which: Condition, offset: int, limit: int) -> list[tuple[Any, ...]]:
        """Reports without their bodies, newest period first: columns of the table."""
        query = (
            select(
                *(FigureReport.id, FigureReport.kind, FigureReport.first, FigureReport.last),
                *(FigureReport.area, FigureReport.made_at),
            )
            .where(which)
            .order_by(FigureReport.first.desc(), FigureReport.kind, FigureReport.area)
            .offset(offset)
            .limit(limit)
        )
        return [tuple(row) for row in await self.session.execute(query)]

    async def count_reports(self, which: Condition) -> int:
        """How many reports there are."""
        query = select(func.count()).select_from(FigureReport).where(which)
        return await self.session.scalar(query) or 0

    async def _known(self, words: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for start in range(0, len(words), AT_ONCE):
            some = words[start : start + AT_ONCE]
            query = select(FigureWord.word, FigureWord.number).where(FigureWord.word.in_(some))
            found |= {row[0]: row[1] for row in await self.session.execute(query)}
        return found
