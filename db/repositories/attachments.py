"""Queries about attachments: a worker's own, those of a case, and those that nobody needs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CasePhoto, CaseRecording, DialogueRow, Photo, Recording
from db.models.attachments import Attachment, CaseAttachment

Answers = Mapping[str, Any]


Row = TypeVar("Row", bound=Attachment)
OfCase = TypeVar("OfCase", bound=CaseAttachment)


class AttachmentRepository(Generic[Row, OfCase]):
    """One kind of attachment by id, by worker, by case and by the digest of its file."""

    row: type[Row]
    in_case: type[OfCase]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def unused(self, worker_id: str, digest: str) -> str | None:
        """The id of a worker's attachment with this content that is in no case."""
        query = select(self.row.id).where(
            self.row.worker_id == worker_id, self.row.digest == digest, self._in_no_case()
        )
        return await self.session.scalar(query.limit(1))

    async def unused_among(self, worker_id: str, ids: Collection[str]) -> set[str]:
        """Which of these are this worker's and in no case."""
        query = select(self.row.id).where(
            self.row.id.in_(ids), self.row.worker_id == worker_id, self._in_no_case()
        )
        return set(await self.session.scalars(query))

    async def digest_of(self, worker_id: str, attached: str) -> str | None:
        """The digest of one of a worker's."""
        query = select(self.row.digest).where(
            self.row.id == attached, self.row.worker_id == worker_id
        )
        return await self.session.scalar(query)

    async def count_unused(self, worker_id: str, since: datetime) -> int:
        """How many a worker sent since a moment that are in no case."""
        query = select(func.count(self.row.id)).where(
            self.row.worker_id == worker_id, self.row.created_at >= since, self._in_no_case()
        )
        return await self.session.scalar(query) or 0

    async def of_case(self, case_id: str) -> list[tuple[int, Row]]:
        """Those of a case with their numbers, in order."""
        query = (
            select(self.in_case.number, self.row)
            .join(self.row, self.row.id == self.in_case.attached_id)
            .where(self.in_case.case_id == case_id)
            .order_by(self.in_case.number)
        )
        return [(number, found) for number, found in await self.session.execute(query)]

    async def left_over(
        self, before: datetime, offset: int, limit: int
    ) -> list[tuple[str, Answers | None, Answers | None]]:
        """Those older than a moment in no case, each with its worker's answers and drafts."""
        query = (
            select(self.row.id, DialogueRow.answers, DialogueRow.drafts)
            .outerjoin(DialogueRow, DialogueRow.worker_id == self.row.worker_id)
            .where(self.row.created_at < before, self._in_no_case())
            .order_by(self.row.created_at, self.row.id)
            .offset(offset)
            .limit(limit)
        )
        rows = await self.session.execute(query)
        return [(found, answers, drafts) for found, answers, drafts in rows]

    async def known_digests(self, digests: Collection[str]) -> set[str]:
        """Which of these digests have a row."""
        query = select(self.row.digest).where(self.row.digest.in_(digests))
        return set(await self.session.scalars(query))

    async def delete_unused(self, ids: Collection[str]) -> None:
        """Delete those of these that are in no case."""
        await self._delete(self.row.id.in_(ids), self._in_no_case())

    async def delete_unused_of(self, worker_id: str, ids: Collection[str]) -> None:
        """Delete those of these that are this worker's own and in no case."""
        own = self.row.worker_id == worker_id
        await self._delete(self.row.id.in_(ids), own, self._in_no_case())

    async def delete_of(self, worker_id: str) -> None:
        """Delete all of a worker's, those of his cases too where the schema lets them go."""
        await self._delete(self.row.worker_id == worker_id)

    async def forget_worker(self, worker_id: str) -> None:
        """Delete a worker's; those of a case stay with it, nobody's."""
        await self._delete(self.row.worker_id == worker_id, self._in_no_case())
        query = update(self.row).where(self.row.worker_id == worker_id).values(worker_id=None)
        await self.session.execute(query)

    def add(self, row: Row) -> None:
        """Append one."""
        self.session.add(row)

    def add_to_case(self, case_id: str, ids: Sequence[str], *, after: int = 0) -> None:
        """Hand these in with a case, in this order, numbered on after a number."""
        self.session.add_all(
            self.in_case(case_id=case_id, number=number, attached_id=each)
            for number, each in enumerate(ids, after + 1)
        )

    def _in_no_case(self) -> ColumnElement[bool]:
        return ~exists().where(self.in_case.attached_id == self.row.id)

    async def _delete(self, *which: ColumnElement[bool]) -> None:
        query = delete(self.row).where(*which)
        await self.session.execute(query.execution_options(synchronize_session=False))


class PhotoRepository(AttachmentRepository[Photo, CasePhoto]):
    """Photos."""

    row, in_case = Photo, CasePhoto


class RecordingRepository(AttachmentRepository[Recording, CaseRecording]):
    """Voice messages."""

    row, in_case = Recording, CaseRecording
