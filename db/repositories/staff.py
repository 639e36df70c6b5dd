"""Queries about staff, their roles, links, second factors, and what was done to whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from db.models import RecoveryCode, SignInLink, Staff, StaffEvent, StaffRole, StaffSession

ADMIN = "admin"
_ACTIVE = (
    Staff.suspended_at.is_(None),
    Staff.password_hash.is_not(None),
    Staff.totp_secret.is_not(None),
)
_ADMIN = exists().where(StaffRole.staff_id == Staff.id, StaffRole.role == ADMIN)


class StaffRepository:
    """Staff with what they may do and what proves that a browser is theirs."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_name(self, name: str) -> Staff | None:
        """The member of staff of that very name, with his roles."""
        query = select(Staff).options(selectinload(Staff.roles)).where(Staff.name == name)
        return (await self.session.scalars(query)).one_or_none()

    async def by_id(self, staff_id: str, *, lock: bool = False) -> Staff | None:
        """A member of staff with his roles, as they are now; `lock` holds him until the commit."""
        query = select(Staff).options(selectinload(Staff.roles)).where(Staff.id == staff_id)
        query = query.execution_options(populate_existing=True)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def every(self) -> Sequence[Staff]:
        """All staff with their roles, by name."""
        query = select(Staff).options(selectinload(Staff.roles)).order_by(Staff.name)
        return (await self.session.scalars(query)).all()

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """The names of these members of staff by id; others are left out."""
        rows = await self.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
        return {row.id: row.name for row in rows}

    async def any_id(self) -> str | None:
        """The id of whoever comes first: the cheapest question that needs a migrated database."""
        return (await self.session.scalars(select(Staff.id).limit(1))).first()

    async def active_admins(self) -> Sequence[str]:
        """The ids of the admins who joined and are not suspended."""
        return (await self.session.scalars(select(Staff.id).where(*_ACTIVE, _ADMIN))).all()

    async def hold_admins(self) -> None:
        """Let nobody else decide on an admin until the commit: of two at once one waits.

        On SQLite every transaction has that to itself.
        """
        query = select(Staff.id).where(_ADMIN).order_by(Staff.id).with_for_update()
        await self.session.execute(query)

    async def open_link(self, digest: str, now: datetime) -> SignInLink | None:
        """The link, if it could be used now."""
        query = select(SignInLink).where(
            SignInLink.digest == digest,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        return (await self.session.scalars(query)).one_or_none()

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

    async def void_links(self, staff_id: str, now: datetime) -> None:
        """Use up all open links of a member of staff."""
        await self.session.execute(
            update(SignInLink)
            .where(SignInLink.staff_id == staff_id, SignInLink.used_at.is_(None))
            .values(used_at=now)
            .execution_options(synchronize_session=False)
        )

    async def open_session(
        self, digest: str, *, created_after: datetime, seen_after: datetime
    ) -> StaffSession | None:
        """The session with its member of staff, unless it ended, is too old or long idle.

        The sessions of the suspended have ended, whatever their rows say.
        """
        query = (
            select(StaffSession)
            .join(StaffSession.staff)
            .options(joinedload(StaffSession.staff).selectinload(Staff.roles))
            .where(
                StaffSession.digest == digest,
                StaffSession.ended_at.is_(None),
                StaffSession.created_at > created_after,
                StaffSession.last_seen_at > seen_after,
                Staff.suspended_at.is_(None),
            )
        )
        return (await self.session.scalars(query)).one_or_none()

    async def sessions_of(
        self, staff_id: str, *, created_after: datetime, seen_after: datetime
    ) -> Sequence[StaffSession]:
        """The browsers in which a member of staff is signed in, the last used first."""
        query = (
            select(StaffSession)
            .where(
                StaffSession.staff_id == staff_id,
                StaffSession.stage == "full",
                StaffSession.ended_at.is_(None),
                StaffSession.created_at > created_after,
                StaffSession.last_seen_at > seen_after,
            )
            .order_by(StaffSession.last_seen_at.desc(), StaffSession.digest)
        )
        return (await self.session.scalars(query)).all()

    async def end_sessions(
        self, staff_id: str, now: datetime, *, only: str | None = None, but: str | None = None
    ) -> int:
        """End the open sessions of a member of staff, or one by its digest; says how many."""
        statement = update(StaffSession).where(
            StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)
        )
        if only is not None:
            statement = statement.where(StaffSession.digest == only)
        if but is not None:
            statement = statement.where(StaffSession.digest != but)
        ended = await self.session.scalars(
            statement.values(ended_at=now)
            .returning(StaffSession.digest)
            .execution_options(synchronize_session=False)
        )
        return len(ended.all())

    async def end_session(self, digest: str, now: datetime) -> bool:
        """End the session; whether it was open."""
        ended = await self.session.scalars(
            update(StaffSession)
            .where(StaffSession.digest == digest, StaffSession.ended_at.is_(None))
            .values(ended_at=now)
            .returning(StaffSession.digest)
            .execution_options(synchronize_session=False)
        )
        return ended.one_or_none() is not None

    async def use_step(self, staff_id: str, step: int) -> bool:
        """Note the half minute whose code was used; False when it was, or a later one."""
        used = await self.session.scalars(
            update(Staff)
            .where(Staff.id == staff_id, func.coalesce(Staff.totp_step, -1) < step)
            .values(totp_step=step)
            .returning(Staff.id)
            .execution_options(synchronize_session=False)
        )
        return used.one_or_none() is not None

    async def use_recovery_code(self, staff_id: str, digest: str, now: datetime) -> bool:
        """Use up a recovery code; False when there is none or it was used."""
        used = await self.session.scalars(
            update(RecoveryCode)
            .where(
                RecoveryCode.staff_id == staff_id,
                RecoveryCode.digest == digest,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
            .returning(RecoveryCode.digest)
            .execution_options(synchronize_session=False)
        )
        return used.one_or_none() is not None

    async def forget_recovery_codes(self, staff_id: str) -> None:
        """Delete all recovery codes of a member of staff."""
        await self.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))

    async def count_recovery_codes(self, staff_id: str) -> int:
        """How many recovery codes are left."""
        query = select(func.count()).where(
            RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
        )
        return await self.session.scalar(query) or 0

    async def events(
        self, start: int, count: int, staff_id: str | None = None
    ) -> Sequence[StaffEvent]:
        """What was done, the newest first; all of it, or to and by one member of staff."""
        query = select(StaffEvent).order_by(StaffEvent.at.desc(), StaffEvent.id)
        return (
            await self.session.scalars(_about(query, staff_id).offset(start).limit(count))
        ).all()

    async def count_events(self, staff_id: str | None = None) -> int:
        """How many such events there are."""
        query = _about(select(func.count()).select_from(StaffEvent), staff_id)
        return await self.session.scalar(query) or 0

    def add(self, row: Staff | SignInLink | StaffSession | RecoveryCode | StaffEvent) -> None:
        """Append a row."""
        self.session.add(row)


def _about(query: Select[Any], staff_id: str | None) -> Select[Any]:
    if staff_id is None:
        return query
    return query.where((StaffEvent.staff_id == staff_id) | (StaffEvent.actor_id == staff_id))
