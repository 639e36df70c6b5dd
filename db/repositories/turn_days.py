"""Queries about how many turns there were: counts by day, never a word."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import conflicts
from db.models import ChoiceRow, TurnDay, TurnRow


class TurnCounts(NamedTuple):
    """Counts of turns, called as the columns of `TurnDay`."""

    turns: int = 0
    typed: int = 0
    heard: int = 0
    understood: int = 0
    begun: int = 0


class TurnDayRepository:
    """Turns of a time, and what was kept of past days."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def between(
        self, first: datetime, end: datetime, *, unheard: Collection[str], begins: Collection[str]
    ) -> TurnCounts:
        """Counts of the turns from one moment to before another.

        `unheard` are intents that mean nothing was understood, `begins` intents that open a case.
        """
        typed, heard = TurnRow.kind == "text", TurnRow.taken_by == "rasa"
        understood = TurnRow.intent.is_not(None) & TurnRow.intent.not_in(unheard)
        chosen = (
            select(1)
            .where(ChoiceRow.token == TurnRow.choice, ChoiceRow.task == "cases.begin")
            .exists()
        )
        query = select(
            func.count(),
            _sum(typed),
            _sum(typed & heard),
            _sum(typed & heard & understood),
            _sum(or_(typed & TurnRow.intent.in_(begins), (TurnRow.kind == "choice") & chosen)),
        ).where(TurnRow.received_at >= first, TurnRow.received_at < end)
        row = (await self.session.execute(query)).one()
        return TurnCounts(*(int(count or 0) for count in row))

    async def kept(self, first: date, last: date) -> dict[date, TurnCounts]:
        """What was kept of the days from one to another."""
        query = select(
            *(TurnDay.day, TurnDay.turns, TurnDay.typed, TurnDay.heard),
            *(TurnDay.understood, TurnDay.begun),
        ).where(TurnDay.day.between(first, last))
        return {row[0]: TurnCounts(*row[1:]) for row in await self.session.execute(query)}

    async def oldest_turn(self) -> datetime | None:
        """When the oldest turn of all came."""
        query = select(TurnRow.received_at).order_by(TurnRow.received_at).limit(1)
        return await self.session.scalar(query)

    async def newest_kept(self) -> date | None:
        """The newest day that is kept."""
        return await self.session.scalar(select(func.max(TurnDay.day)))

    async def keep(self, day: date, counts: TurnCounts) -> None:
        """Keep the counts of a day that is over, unless somebody has."""
        query = conflicts.insert(self.session, TurnDay).values(day=day, **counts._asdict())
        await self.session.execute(query.on_conflict_do_nothing())


def _sum(which: Any) -> Any:  # noqa: ANN401 - a condition as a number
    return func.sum(case((which, 1), else_=0), type_=Integer)
