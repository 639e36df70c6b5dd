"""Queries about how cases go: answers, recusals, rewards, units, reminders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Case,
    CaseAnswer,
    CaseEvent,
    CaseRecusal,
    CaseReminder,
    CaseReward,
    Unit,
)

Condition = ColumnElement[Any]


def kept_out_by(names: Collection[str]) -> Select[str]:
    """The ids of the cases that any of these keeps out of: ids of staff and names of units."""
    theirs = or_(CaseRecusal.staff_id.in_(names), CaseRecusal.unit.in_(names))
    return select(CaseRecusal.case_id).where(theirs)


class CaseFlowRepository:
    """What hangs on a case while it goes its way."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def keeps_out(self, names: Collection[str]) -> bool:
        """Whether any of these keeps out of any case."""
        return await self.session.scalar(kept_out_by(names).limit(1)) is not None

    async def answers(self, case_id: str) -> Sequence[CaseAnswer]:
        """The answers of a case, in order."""
        query = select(CaseAnswer).where(CaseAnswer.case_id == case_id)
        return (await self.session.scalars(query.order_by(CaseAnswer.number))).all()

    async def rewards(
        self, which: Condition, limit: int, offset: int
    ) -> Sequence[tuple[CaseReward, Case]]:
        """The register of these cases, newest first."""
        query = select(CaseReward, Case).join(Case, Case.id == CaseReward.case_id).where(which)
        query = query.order_by(CaseReward.at.desc(), CaseReward.id).offset(offset).limit(limit)
        return [(reward, case) for reward, case in await self.session.execute(query)]

    async def unit(self, name: str) -> Unit | None:
        """A unit by its name."""
        return await self.session.get(Unit, name)

    async def units(self) -> Sequence[Unit]:
        """All units that still are, by name."""
        query = select(Unit).where(Unit.retired_at.is_(None)).order_by(Unit.name)
        return (await self.session.scalars(query)).all()

    async def every_unit(self) -> Sequence[Unit]:
        """All units, those too that are no more, by name."""
        return (await self.session.scalars(select(Unit).order_by(Unit.name))).all()

    async def reminders(self, case_id: str) -> Sequence[CaseReminder]:
        """All reminders of a case."""
        query = select(CaseReminder).where(CaseReminder.case_id == case_id)
        return (await self.session.scalars(query)).all()

    async def drop_reminders(self, reminder_ids: Sequence[str]) -> None:
        """Delete reminders whose clock no longer runs, unless somebody claimed them meanwhile."""
        query = delete(CaseReminder).where(
            CaseReminder.id.in_(reminder_ids), CaseReminder.claimed_at.is_(None)
        )
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def claim_reminders(
        self, now: datetime, limit: int, but: Collection[str] = ()
    ) -> Sequence[CaseReminder]:
        """Claim what is due, oldest first, `but` of no clock of these; what another claims at the
        moment is passed over.
        """
        due = (
            select(CaseReminder.id)
            .where(
                CaseReminder.claimed_at.is_(None),
                CaseReminder.at <= now,
                CaseReminder.clock.not_in(but),
            )
            .order_by(CaseReminder.at, CaseReminder.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = (await self.session.scalars(due)).all()
        query = (
            update(CaseReminder)
            .where(CaseReminder.id.in_(ids), CaseReminder.claimed_at.is_(None))
            .values(claimed_at=now)
            .returning(CaseReminder)
        )
        return (await self.session.scalars(query)).all()

    async def claimed_reminders(
        self, which: Condition, since: datetime, limit: int
    ) -> Sequence[tuple[CaseReminder, Case]]:
        """Those that were claimed since a moment, with their cases, newest first."""
        query = (
            select(CaseReminder, Case)
            .join(Case, Case.id == CaseReminder.case_id)
            .where(CaseReminder.claimed_at >= since, which)
            .order_by(CaseReminder.claimed_at.desc(), CaseReminder.id)
            .limit(limit)
        )
        return [(reminder, case) for reminder, case in await self.session.execute(query)]

    async def count_claimed(self, which: Condition, since: datetime, most: int) -> int:
        """How many of the reminders were claimed since a moment, so many at most."""
        some = select(CaseReminder.id).join(Case, Case.id == CaseReminder.case_id)
        some = some.where(CaseReminder.claimed_at >= since, which).limit(most)
        query = select(func.count()).select_from(some.subquery())
        return await self.session.scalar(query) or 0

    async def undated(self, which: Condition, states: Sequence[str], limit: int) -> Sequence[str]:
        """Codes of those cases in these states that were promised days and have no day yet."""
        query = (
            select(Case.code)
            .where(which, Case.state.in_(states))
            .where(Case.due.is_(None), Case.answer_days.is_not(None))
            .order_by(Case.created_at)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def unminded(
        self, states: Sequence[str], clocks: Sequence[str], limit: int
    ) -> Sequence[str]:
        """Codes of cases in these states with no reminder of these clocks since they were last
        paused, or their author was last asked.
        """
        stopped = (
            select(func.max(CaseEvent.at))
            .where(CaseEvent.case_id == Case.id, CaseEvent.step.in_(("ask", "pause")))
            .correlate(Case)  # it stands two levels above
        )
        minded = exists().where(
            CaseReminder.case_id == Case.id,
            CaseReminder.clock.in_(clocks),
            CaseReminder.at >= stopped.scalar_subquery(),
        )
        # In no order: by their age SQLite would walk through all cases there are.
        query = select(Case.code).where(Case.state.in_(states), ~minded).limit(limit)
        return (await self.session.scalars(query)).all()

    def add(self, row: CaseAnswer | CaseReminder | CaseReward | Unit) -> None:
        """Append a row."""
        self.session.add(row)
