"""Queries of exports: who took what, and the cases page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case, CaseExport, CaseUnit
from db.repositories.inbox import Condition

After = tuple[datetime, str]


class ExportRepository:
    """Exports and what they hold."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def under_way(self, staff_id: str) -> CaseExport | None:
        """The export that is being written for a member of staff."""
        query = select(CaseExport).where(CaseExport.under_way == staff_id)
        return await self.session.scalar(query)

    async def of_staff(self, staff_id: str, limit: int) -> Sequence[CaseExport]:
        """The newest exports of a member of staff."""
        query = select(CaseExport).where(CaseExport.staff_id == staff_id)
        query = query.order_by(CaseExport.number.desc()).limit(limit)
        return (await self.session.scalars(query)).all()

    async def by_number(self, number: int) -> CaseExport | None:
        """One export."""
        return await self.session.get(CaseExport, number)

    def add(self, export: CaseExport) -> None:
        """Note an export."""
        self.session.add(export)

    async def count(self, which: Condition) -> int:
        """How many cases these are."""
        query = select(func.count()).select_from(Case).where(which)
        return await self.session.scalar(query) or 0

    async def page(
        self, which: Condition, readable: Condition, after: After | None, limit: int
    ) -> Sequence[Any]:
        """The next of these cases, the oldest first: plain columns, the lead unit, and whether
        the case is of those whose words may be read.
        """
        query = (
            select(
                *(Case.id, Case.code, Case.kind, Case.state, Case.category, Case.province),
                *(Case.city, Case.district, Case.created_at, Case.due, Case.adopted),
                *(Case.subject, Case.remedy, CaseUnit.unit),
                readable.label("readable"),
            )
            .outerjoin(CaseUnit, and_(CaseUnit.case_id == Case.id, CaseUnit.part == "lead"))
            .where(which)
            .order_by(Case.created_at, Case.id)
            .limit(limit)
        )
        if after is not None:
            at, case_id = after
            # Said twice, so that the index of the moment is gone along.
            query = query.where(
                Case.created_at >= at, or_(Case.created_at > at, Case.id > case_id)
            )
        return (await self.session.execute(query)).all()
