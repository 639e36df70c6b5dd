"""Queries about the edition in force and staff's edits of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import LibraryEdition, Revision


class LibraryRepository:
    """The one edition row, and revisions by kind and key."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def edition(self) -> LibraryEdition | None:
        """The edition that was loaded last."""
        return await self.session.get(LibraryEdition, 1)

    async def set_edition(self, version: str, now: datetime) -> None:
        """Name the edition that is in force from now on."""
        await self.session.merge(LibraryEdition(id=1, version=version, loaded_at=now))

    async def is_edited(self, kind: str, key: str) -> bool:
        """Whether staff have an edit of this entry that is in force."""
        query = select(
            exists().where(
                Revision.kind == kind, Revision.key == key, Revision.valid_from.is_not(None)
            )
        )
        return bool(await self.session.scalar(query))

    async def in_force(self, kind: str, key: str, now: datetime) -> Revision | None:
        """The edit of an entry that is in force at a moment."""
        query = (
            select(Revision)
            .where(Revision.kind == kind, Revision.key == key, Revision.valid_from <= now)
            .order_by(Revision.valid_from.desc(), Revision.created_at.desc(), Revision.id)
            .limit(1)
        )
        return await self.session.scalar(query)

    async def all_in_force(self, kind: str, now: datetime) -> Sequence[Revision]:
        """Every edit of a kind whose moment has come, the one that holds last of its key."""
        query = select(Revision).where(Revision.kind == kind, Revision.valid_from <= now)
        query = query.order_by(Revision.valid_from, Revision.created_at, Revision.id.desc())
        return (await self.session.scalars(query)).all()

    async def proposals(self, kind: str, key: str | None = None) -> Sequence[Revision]:
        """What nobody has approved, of a kind or of one entry of it."""
        query = select(Revision).where(Revision.kind == kind, Revision.approver.is_(None))
        query = query if key is None else query.where(Revision.key == key)
        return (await self.session.scalars(query)).all()

    async def revisions(self, kind: str, key: str, limit: int) -> Sequence[Revision]:
        """What was changed or proposed of an entry, newest first."""
        query = (
            select(Revision)
            .where(Revision.kind == kind, Revision.key == key)
            .order_by(Revision.created_at.desc(), Revision.id)
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def last_of_each(self, kind: str) -> dict[str, datetime]:
        """When the newest revision of each entry of a kind was written."""
        newest = func.max(Revision.created_at).label("at")
        query = select(Revision.key, newest).where(Revision.kind == kind).group_by(Revision.key)
        return {row.key: row.at for row in await self.session.execute(query)}

    async def hold(self, key: int) -> None:
        """Of two who change one entry, one waits here until the other has committed.

        On SQLite every transaction has that to itself.
        """
        if self.session.get_bind().dialect.name != "sqlite":
            await self.session.execute(select(func.pg_advisory_xact_lock(key)))

    def add(self, revision: Revision) -> None:
        """Append a revision."""
        self.session.add(revision)
