"""Queries about photos: a worker's own, those of a case, and those that nobody needs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CasePhoto, DialogueRow, Photo

Answers = dict[str, Any]


def _in_no_case() -> ColumnElement[bool]:
    return ~exists().where(CasePhoto.photo_id == Photo.id)


class PhotoRepository:
    """Photos by id, by worker, by case and by the digest of their file."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def unused(self, worker_id: str, digest: str) -> str | None:
        """The id of a worker's photo with this content that is in no case."""
        query = select(Photo.id).where(
            Photo.worker_id == worker_id, Photo.digest == digest, _in_no_case()
        )
        return await self.session.scalar(query.limit(1))

    async def unused_among(self, worker_id: str, photo_ids: Collection[str]) -> set[str]:
        """Which of these are this worker's own and in no case."""
        query = select(Photo.id).where(
            Photo.id.in_(photo_ids), Photo.worker_id == worker_id, _in_no_case()
        )
        return set(await self.session.scalars(query))

    async def count_unused(self, worker_id: str, since: datetime) -> int:
        """How many photos a worker sent since a moment that are in no case."""
        query = select(func.count()).where(
            Photo.worker_id == worker_id, Photo.created_at >= since, _in_no_case()
        )
        return await self.session.scalar(query) or 0

    async def of_case(self, case_id: str) -> list[tuple[int, Photo]]:
        """The photos of a case with their numbers, in order."""
        query = (
            select(CasePhoto.number, Photo)
            .join(Photo, Photo.id == CasePhoto.photo_id)
            .where(CasePhoto.case_id == case_id)
            .order_by(CasePhoto.number)
        )
        return [(number, photo) for number, photo in await self.session.execute(query)]

    async def left_over(
        self, before: datetime, offset: int, limit: int
    ) -> list[tuple[str, Answers | None, Answers | None]]:
        """Photos older than a moment in no case, each with its worker's answers and drafts."""
        query = (
            select(Photo.id, DialogueRow.answers, DialogueRow.drafts)
            .outerjoin(DialogueRow, DialogueRow.worker_id == Photo.worker_id)
            .where(Photo.created_at < before, _in_no_case())
            .order_by(Photo.created_at, Photo.id)
            .offset(offset)
            .limit(limit)
        )
        rows = await self.session.execute(query)
        return [(photo_id, answers, drafts) for photo_id, answers, drafts in rows]

    async def known_digests(self, digests: Collection[str]) -> set[str]:
        """Which of these digests are those of a photo."""
        query = select(Photo.digest).where(Photo.digest.in_(digests))
        return set(await self.session.scalars(query))

    async def delete_unused(self, photo_ids: Collection[str]) -> None:
        """Delete those of these photos that are in no case."""
        await self._delete(Photo.id.in_(photo_ids), _in_no_case())

    async def delete_unused_of(self, worker_id: str, photo_ids: Collection[str]) -> None:
        """Delete those of these photos that are this worker's own and in no case."""
        own = Photo.worker_id == worker_id
        await self._delete(Photo.id.in_(photo_ids), own, _in_no_case())

    async def forget_worker(self, worker_id: str) -> None:
        """Delete a worker's photos; those of a case stay with it, nobody's."""
        await self._delete(Photo.worker_id == worker_id, _in_no_case())
        query = update(Photo).where(Photo.worker_id == worker_id).values(worker_id=None)
        await self.session.execute(query)

    def add(self, photo: Photo) -> None:
        """Append a photo."""
        self.session.add(photo)

    def add_to_case(self, case_id: str, photo_ids: Sequence[str], *, after: int = 0) -> None:
        """Hand these in with a case, in this order, numbered on after a number."""
        rows = (
            CasePhoto(case_id=case_id, number=number, photo_id=photo_id)
            for number, photo_id in enumerate(photo_ids, after + 1)
        )
        self.session.add_all(rows)

    async def _delete(self, *which: ColumnElement[bool]) -> None:
        query = delete(Photo).where(*which)
        await self.session.execute(query.execution_options(synchronize_session=False))
