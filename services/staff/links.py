"""Links by which a member of staff sets his password, once: the first, an invitation, a reset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SignInLink, Staff, StaffRole
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import NotAllowed, NotKnown
from kit.ids import digest, new_id, new_token
from services.staff import events
from services.staff.permissions import FIRST_ROLES
from services.staff.rules import member, readable

FIRST, INVITATION, RESET = "first", "invitation", "reset"
HOLDS: Mapping[str, timedelta] = {
    FIRST: timedelta(hours=24),
    INVITATION: timedelta(days=2),
    RESET: timedelta(hours=24),
}


class HasAdmin(NotAllowed):
    """There is an admin already: he invites, and a link of the command line opens nothing."""

    key = "staff.has_admin"


@dataclass(frozen=True)
class Link:
    """Whose link it is and what for."""

    staff_id: str
    name: str
    purpose: str


async def issue_link(session: AsyncSession, clock: Clock, name: str) -> str:
    """The token of a link for the first admin, made known by this name if new.

    It exists only in the answer: the database keeps its digest. Raises HasAdmin once there is one.
    """
    if await StaffRepository(session).active_admins():
        raise HasAdmin
    staff = await _staff_named(session, clock, readable(name))
    events.note(session, clock(), "first_link", by=None, to=staff.id)
    return new_link(session, clock(), staff.id, FIRST)


def new_link(session: AsyncSession, now: datetime, staff_id: str, purpose: str) -> str:
    """The token of a new link of a member of staff."""
    token = new_token()
    StaffRepository(session).add(
        SignInLink(
            digest=digest(token),
            staff_id=staff_id,
            purpose=purpose,
            expires_at=now + HOLDS[purpose],
        )
    )
    return token


async def check_link(session: AsyncSession, clock: Clock, token: str) -> Link:
    """Whose link it is; raises NotKnown unless it can be used.

    It stays unused: previews open links too. A first link ends when anybody becomes admin, and
    the links of the suspended hold no longer.
    """
    rows = StaffRepository(session)
    row = await rows.open_link(digest(token), clock())
    if row is None or (row.purpose == FIRST and await rows.active_admins()):
        raise NotKnown("staff.link_over")
    staff = await member(session, row.staff_id)
    if staff.suspended_at is not None:
        raise NotKnown("staff.link_over")
    return Link(staff.id, staff.name, row.purpose)


async def use_link(session: AsyncSession, clock: Clock, token: str) -> Link:
    """Use the link up, and with it all others of the same member of staff."""
    rows = StaffRepository(session)
    await rows.hold_admins()  # two first links that are used at once make one admin
    link = await check_link(session, clock, token)
    if await rows.use_link(digest(token), clock()) is None:
        raise NotKnown("staff.link_over")
    await rows.void_links(link.staff_id, clock())
    return link


async def _staff_named(session: AsyncSession, clock: Clock, name: str) -> Staff:
    rows = StaffRepository(session)
    known = await rows.by_name(name)
    if known is not None:
        return known
    roles = [StaffRole(role=role.value) for role in FIRST_ROLES]
    newcomer = Staff(id=new_id(), name=name, created_at=clock(), roles=roles)
    try:
        async with session.begin_nested():
            rows.add(newcomer)
    except IntegrityError:
        # Somebody else added the same name between our look and our insert.
        known = await rows.by_name(name)
        if known is None:
            raise
        return known
    return newcomer
