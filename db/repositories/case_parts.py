"""Queries about what hangs on a case: those who stand behind it, and what was added to it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Case, CaseAddition, CaseSupporter


class CasePartRepository:
    """Supporters and additions by case and by worker."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def is_supporter(self, case_id: str, worker_id: str) -> bool:
        """Whether a worker stands behind a case."""
        query = select(CaseSupporter.id).where(
            CaseSupporter.case_id == case_id, CaseSupporter.worker_id == worker_id
        )
        return await self.session.scalar(query) is not None

    async def supporters(self, case_id: str) -> Sequence[str]:
        """The workers behind a case, the first first; those forgotten are nobody."""
        query = (
            select(CaseSupporter.worker_id)
            .where(CaseSupporter.case_id == case_id, CaseSupporter.worker_id.is_not(None))
            .order_by(CaseSupporter.at, CaseSupporter.id)
        )
        return [worker_id for worker_id in await self.session.scalars(query) if worker_id]

    async def count_supporters(self, case_id: str) -> int:
        """How many stand behind a case, those forgotten since counted too."""
        query = select(func.count()).where(CaseSupporter.case_id == case_id)
        return await self.session.scalar(query) or 0

    async def count_supported(self, worker_id: str) -> int:
        """How many cases a worker stands behind."""
        query = select(func.count()).where(CaseSupporter.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def additions(self, case_id: str) -> Sequence[CaseAddition]:
        """What was added to a case, in order."""
        query = (
            select(CaseAddition)
            .where(CaseAddition.case_id == case_id)
            .order_by(CaseAddition.number)
        )
        return (await self.session.scalars(query)).all()

    async def addition_of_turn(self, turn_id: str) -> CaseAddition | None:
        """What this turn added."""
        return await self.session.scalar(
            select(CaseAddition).where(CaseAddition.turn_id == turn_id)
        )

    async def count_additions(self, worker_id: str) -> int:
        """How often a worker added something to his cases."""
        query = (
            select(func.count())
            .select_from(CaseAddition)
            .join(Case, Case.id == CaseAddition.case_id)
            .where(Case.worker_id == worker_id)
        )
        return await self.session.scalar(query) or 0

    async def merge(self, leaving: str, staying: str) -> None:
        """Drop the support of one worker that would count twice, or for his own case, once he is
        another.
        """
        other = aliased(CaseSupporter)
        twice = exists().where(other.worker_id == staying, other.case_id == CaseSupporter.case_id)
        of_leaving = (CaseSupporter.worker_id == leaving) & (
            twice | CaseSupporter.case_id.in_(select(Case.id).where(Case.worker_id == staying))
        )
        of_staying = (CaseSupporter.worker_id == staying) & CaseSupporter.case_id.in_(
            select(Case.id).where(Case.worker_id == leaving)
        )
        for which in (of_leaving, of_staying):
            query = delete(CaseSupporter).where(which)
            await self.session.execute(query.execution_options(synchronize_session=False))

    async def leave(self, case_id: str, workers: Collection[str], at: datetime) -> set[str]:
        """Drop those of these workers who came to a case at a moment by no turn of their own;
        says who they were.
        """
        came = (CaseSupporter.case_id == case_id) & CaseSupporter.turn_id.is_(None)
        which = came & (CaseSupporter.at == at) & CaseSupporter.worker_id.in_(sorted(workers))
        gone = await self.session.scalars(select(CaseSupporter.worker_id).where(which))
        found = {worker_id for worker_id in gone if worker_id}
        query = delete(CaseSupporter).where(which)
        await self.session.execute(query.execution_options(synchronize_session=False))
        return found

    async def forget_worker(self, worker_id: str) -> None:
        """Whom a worker stood behind still counts him, as nobody, without what he wrote to it."""
        nobody = {"worker_id": None, "turn_id": None}
        own = CaseSupporter.worker_id == worker_id
        await self.session.execute(update(CaseSupporter).where(own).values(nobody))
        his = CaseAddition.worker_id == worker_id
        gone = {**nobody, "original": None}
        await self.session.execute(update(CaseAddition).where(his).values(gone))

    async def forget_originals(self, case_ids: Sequence[str]) -> None:
        """Delete what was sealed of the additions of these cases."""
        of_cases = CaseAddition.case_id.in_(case_ids)
        values = {"original": None, "turn_id": None}
        await self.session.execute(update(CaseAddition).where(of_cases).values(values))

    def add(self, row: CaseSupporter | CaseAddition) -> None:
        """Append a supporter or an addition."""
        self.session.add(row)
