"""Queries about staff, their sign-in links and their sessions."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import SignInLink, Staff, StaffSession


class StaffRepository:
    """Staff with what proves that a browser is theirs."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_name(self, name: str) -> Staff | None:
        """The member of staff of that very name."""
        return (await self.session.scalars(select(Staff).where(Staff.name == name))).one_or_none()

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """The names of these members of staff by id; others are left out."""
        rows = await self.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
        return {row.id: row.name for row in rows}

    async def any_id(self) -> str | None:
        """The id of whoever comes first: the cheapest question that needs a migrated database."""
        return (await self.session.scalars(select(Staff.id).limit(1))).first()

    async def has_open_link(self, digest: str, now: datetime) -> bool:
        """Whether that link could be used now."""
        query = select(SignInLink.digest).where(
            SignInLink.digest == digest,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        return (await self.session.scalars(query)).one_or_none() is not None

    async def use_link(self, digest: str, now: datetime) -> str | None:
        """Use the link up and say whose it was; None when it is unknown, used or over.

        One statement decides, so of two who try at once one gets None.
        """
        statement = (
            update(SignInLink)
            .where(
                SignInLink.digest == digest,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > now,
            )
            .values(used_at=now)
            .returning(SignInLink.staff_id)
            .execution_options(synchronize_session=False)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def open_session(
        self, digest: str, *, created_after: datetime, seen_after: datetime
    ) -> StaffSession | None:
        """The session with its member of staff, unless it ended, is too old or long idle."""
        query = (
            select(StaffSession)
            .options(joinedload(StaffSession.staff))
            .where(
                StaffSession.digest == digest,
                StaffSession.ended_at.is_(None),
                StaffSession.created_at > created_after,
                StaffSession.last_seen_at > seen_after,
            )
        )
        return (await self.session.scalars(query)).one_or_none()

    async def end_session(self, digest: str, now: datetime) -> None:
        """End the session; a second time changes nothing."""
        await self.session.execute(
            update(StaffSession)
            .where(StaffSession.digest == digest, StaffSession.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )

    def add(self, row: Staff | SignInLink | StaffSession) -> None:
        """Append a member of staff, a link or a session."""
        self.session.add(row)
