"""Queries about what staff keep at their workbench."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import conflicts
from db.models import (
    AnswerDraft,
    Case,
    CaseBulk,
    CaseLabel,
    CasePresence,
    CaseSupporter,
    Label,
    SavedView,
    Staff,
)


class WorkbenchRepository:
    """Views, labels, presence, drafts and bulks."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def views(self, staff_id: str) -> Sequence[SavedView]:
        """A member's views, in the order in which he made them."""
        query = select(SavedView).where(SavedView.staff_id == staff_id)
        query = query.order_by(SavedView.created_at, SavedView.id)
        return (await self.session.scalars(query)).all()

    async def labels(self, *, retired: bool = False) -> Sequence[Label]:
        """All labels by area and word; those that are retired too where that is said."""
        query = select(Label).order_by(Label.area, Label.word)
        if not retired:
            query = query.where(Label.retired_at.is_(None))
        return (await self.session.scalars(query)).all()

    async def label_of(self, area: str, word: str) -> Label | None:
        """A label by what it is, retired or not."""
        query = select(Label).where(Label.area == area, Label.word == word)
        return await self.session.scalar(query)

    async def count_labelled(self, which: ColumnElement[Any]) -> dict[str, int]:
        """On how many of these cases each label is."""
        query = select(CaseLabel.label_id, func.count()).group_by(CaseLabel.label_id)
        query = query.join(Case, Case.id == CaseLabel.case_id).where(which)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def labels_on(self, case_ids: Collection[str]) -> dict[str, list[Label]]:
        """The labels of each of these cases."""
        query = select(CaseLabel.case_id, Label).join(Label, Label.id == CaseLabel.label_id)
        query = query.where(CaseLabel.case_id.in_(case_ids)).order_by(Label.word, Label.id)
        found: dict[str, list[Label]] = defaultdict(list)
        for case_id, label in await self.session.execute(query):
            found[case_id].append(label)
        return found

    async def unlabel(self, case_id: str, label_id: str) -> None:
        """Take a label off a case."""
        query = delete(CaseLabel).where(
            CaseLabel.case_id == case_id, CaseLabel.label_id == label_id
        )
        await self.session.execute(query)

    async def look(
        self, case_id: str, staff_id: str, now: datetime, *, writes: bool, ended: bool
    ) -> None:
        """A member of staff has the case before him now; writes at it, or has ended to."""
        values: dict[str, Any] = {"seen_at": now}
        if writes or ended:
            values["wrote_at"] = now if writes else None
        await self._put(CasePresence, case_id, staff_id, values)

    async def lookers(
        self, case_id: str, since: datetime, but: str
    ) -> Sequence[tuple[Staff, datetime | None]]:
        """Who else has looked since a moment, with roles, and when he last wrote."""
        query = (
            select(Staff, CasePresence.wrote_at)
            .join(CasePresence, CasePresence.staff_id == Staff.id)
            .where(
                CasePresence.case_id == case_id,
                CasePresence.seen_at > since,
                CasePresence.staff_id != but,
                Staff.suspended_at.is_(None),
            )
            .options(selectinload(Staff.roles))
            .order_by(Staff.name)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def keep_draft(self, case_id: str, staff_id: str, values: Mapping[str, Any]) -> None:
        """A member's draft in place of the one that he had."""
        await self._put(AnswerDraft, case_id, staff_id, values)

    async def drafts(self, case_id: str) -> Sequence[tuple[AnswerDraft, str]]:
        """The drafts of a case with the names of their authors, newest first."""
        query = (
            select(AnswerDraft, Staff.name)
            .join(Staff, Staff.id == AnswerDraft.staff_id)
            .where(AnswerDraft.case_id == case_id)
            .order_by(AnswerDraft.saved_at.desc(), Staff.name)
        )
        return [(row[0], row[1]) for row in await self.session.execute(query)]

    async def drop_draft(self, case_id: str, staff_id: str) -> None:
        """A member's draft is no longer wanted."""
        query = delete(AnswerDraft).where(
            AnswerDraft.case_id == case_id, AnswerDraft.staff_id == staff_id
        )
        await self.session.execute(query)

    async def forget(self, looked_before: datetime, saved_before: datetime) -> None:
        """Delete who looked, and drafts that nobody saved again, before these moments."""
        await self.session.execute(
            delete(CasePresence).where(CasePresence.seen_at < looked_before)
        )
        await self.session.execute(delete(AnswerDraft).where(AnswerDraft.saved_at < saved_before))

    async def supporters(self, case_ids: Collection[str]) -> dict[str, int]:
        """How many workers that are still known stand behind each of these cases."""
        query = select(CaseSupporter.case_id, func.count()).where(
            CaseSupporter.case_id.in_(case_ids), CaseSupporter.worker_id.is_not(None)
        )
        rows = await self.session.execute(query.group_by(CaseSupporter.case_id))
        return {row[0]: row[1] for row in rows}

    async def bulk(self, bulk_id: str, staff_id: str) -> CaseBulk | None:
        """A member's own bulk, locked until the commit."""
        query = select(CaseBulk).where(CaseBulk.id == bulk_id, CaseBulk.staff_id == staff_id)
        return await self.session.scalar(query.with_for_update())

    def add(self, row: SavedView | Label | CaseLabel | CaseBulk) -> None:
        """Append a row."""
        self.session.add(row)

    async def remove(self, row: SavedView) -> None:
        """Delete a row."""
        await self.session.delete(row)

    async def _put(
        self,
        table: type[CasePresence | AnswerDraft],
        case_id: str,
        staff_id: str,
        values: Mapping[str, Any],
    ) -> None:
        """The one row of a member and a case, made or changed; two at once do not clash."""
        query = conflicts.insert(self.session, table).values(
            case_id=case_id, staff_id=staff_id, **values
        )
        key = ["case_id", "staff_id"]
        await self.session.execute(query.on_conflict_do_update(index_elements=key, set_=values))
