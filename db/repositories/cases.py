"""Queries about cases and their history."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from db.models import Case, CaseEvent, CaseView


def _state() -> Select[str]:
    # A case's state is its newest event: one expression, so that nothing can disagree with it.
    other = aliased(CaseEvent)
    newest = select(func.max(other.number)).where(other.case_id == CaseEvent.case_id)
    return (
        select(CaseEvent.state)
        .where(CaseEvent.case_id == Case.id, CaseEvent.number == newest.scalar_subquery())
        .correlate(Case)
    )


class CaseRepository:
    """Cases with the state that their history gives them."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_code(self, code: str, *, lock: bool = False) -> Case | None:
        """A case with its history; `lock` keeps others from moving it until the commit."""
        query = select(Case).where(Case.code == code).options(selectinload(Case.events))
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def by_turn(self, turn_id: str) -> Case | None:
        """The case that this turn handed in."""
        query = select(Case).where(Case.turn_id == turn_id).options(selectinload(Case.events))
        return await self.session.scalar(query)

    async def of_worker(self, worker_id: str, limit: int) -> Sequence[Case]:
        """A worker's newest cases with their history."""
        query = (
            select(Case)
            .where(Case.worker_id == worker_id)
            .options(selectinload(Case.events))
            .order_by(Case.created_at.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count_of_worker(self, worker_id: str) -> int:
        """How many cases a worker has handed in."""
        query = select(func.count()).select_from(Case).where(Case.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def page(self, state: str | None, offset: int, limit: int) -> list[tuple[Case, str]]:
        """Cases with their state, newest first."""
        current = _state().scalar_subquery()
        query = select(Case, current).order_by(Case.created_at.desc(), Case.id)
        if state:
            query = query.where(current == state)
        rows = await self.session.execute(query.offset(offset).limit(limit))
        return [(case, found) for case, found in rows]

    async def counts(self) -> dict[str, int]:
        """How many cases stand in each state."""
        newest = (
            select(CaseEvent.case_id, func.max(CaseEvent.number).label("number"))
            .group_by(CaseEvent.case_id)
            .subquery()
        )
        at_newest = and_(
            CaseEvent.case_id == newest.c.case_id, CaseEvent.number == newest.c.number
        )
        query = (
            select(CaseEvent.state, func.count()).join(newest, at_newest).group_by(CaseEvent.state)
        )
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def forget_worker(self, worker_id: str) -> None:
        """Cut the thread from a worker to his cases; the cases stay, nobody's."""
        for case in await self.of_worker(worker_id, limit=100_000):
            case.worker_id = None
            case.turn_id = None
            for event in case.events:
                event.actor_id = None if event.actor == "worker" else event.actor_id

    def add(self, case: Case) -> None:
        """Append a case."""
        self.session.add(case)

    def add_view(self, view: CaseView) -> None:
        """Note who looked."""
        self.session.add(view)
