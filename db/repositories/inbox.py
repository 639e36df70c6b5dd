"""Queries of the inbox: pages and counts of cases under conditions that services put together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case
from db.repositories.cases import WITH_REACH

Condition = ColumnElement[Any]


class InboxRepository:
    """Lists of cases."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def counts(self, which: Condition, today: date) -> dict[str, tuple[int, int]]:
        """How many of these cases stand in each state, and how many of them were promised for a
        day before today.

        One walk along an index that has all that conditions ask of a case. Whether a state's
        promise still runs is not asked of each case: that took half of the time.
        """
        marked = func.count(case((Case.due < today, 1)))
        query = select(Case.state, func.count(), marked).where(which).group_by(Case.state)
        return {row[0]: (row[1], row[2]) for row in await self.session.execute(query)}

    async def count_each(
        self, which: Condition, among: Sequence[Condition]
    ) -> tuple[int | None, ...]:
        """How many of these cases are `among` each of some others: one walk for all of them."""
        marked = [func.count(case((each, 1))) for each in among]
        return tuple((await self.session.execute(select(*marked).where(which))).one())

    async def count(self, which: Condition) -> int:
        """How many cases these are."""
        query = select(func.count()).select_from(Case).where(which)
        return await self.session.scalar(query) or 0

    async def codes(self, which: Condition) -> set[str]:
        """The codes of these cases: of few."""
        return set(await self.session.scalars(select(Case.code).where(which)))

    async def not_judged(self, limit: int) -> Sequence[Case]:
        """Cases of which nobody knows yet whether they are dangers; none that another judges."""
        query = select(Case).where(Case.danger.is_(None)).order_by(Case.id).limit(limit)
        return (await self.session.scalars(query.with_for_update(skip_locked=True))).all()

    async def page(
        self, which: Condition, first: Condition, offset: int, limit: int
    ) -> list[tuple[Case, bool]]:
        """A page of these cases, each with whether it is of the `first`: those, then the newest.

        Two queries: each goes along an index, where sorting by both would read every row.
        """
        ahead = await self.count(which & first) if offset else 0
        found = [(row, True) for row in await self._newest(which & first, offset, limit)]
        if len(found) < limit:
            rest, past = limit - len(found), max(0, offset - ahead)
            found += [(row, False) for row in await self._newest(which & not_(first), past, rest)]
        return found

    async def _newest(self, which: Condition, offset: int, limit: int) -> list[Case]:
        query = select(Case).where(which).order_by(Case.created_at.desc(), Case.id)
        query = query.options(*WITH_REACH).offset(offset).limit(limit)
        return list((await self.session.scalars(query)).all())
