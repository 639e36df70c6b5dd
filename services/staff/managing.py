"""What admins do to others: invite, give and take roles, suspend, help out. Never to themselves.

Whoever decides holds all admins until the commit and must still be one then. So of two who take
each other's rights at once one is too late, and an admin is always left: the one who decided.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Staff, StaffRole
from db.repositories.staff import ADMIN, StaffRepository
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotAllowed
from kit.ids import digest, new_id
from services import units
from services.staff import events, links
from services.staff.actors import Actor, Grant
from services.staff.permissions import UNLIMITED, Permission, Role
from services.staff.rules import check_id, has_joined, member, need, readable
from services.staff.sessions import grants_of

Grants = Sequence[Grant]


class Stale(AppError):
    """Another admin changed the roles after the form was made."""

    key = "staff.roles_stale"
    status = 409


async def invite(
    session: AsyncSession,
    clock: Clock,
    actor: Actor | None,
    name: str,
    grants: Grants,
) -> str:
    """The token of an invitation for somebody new, with the roles that wait for him.

    Without an actor it is the command line that asks: whoever has the machine has the database.
    """
    if actor is not None:
        await _still_admin(session, actor)
    now, rows = clock(), StaffRepository(session)
    name = readable(name)
    _check(grants)
    await _know_units(session, clock, grants)
    newcomer = Staff(id=new_id(), name=name, created_at=now, roles=_roles(grants))
    try:
        async with session.begin_nested():
            rows.add(newcomer)
    except IntegrityError as taken:
        raise BadInput("staff.name_taken") from taken
    by = actor.id if actor else None
    told = described(grants)
    address = actor.address if actor else None
    events.note(session, now, "invited", by=by, to=newcomer.id, address=address, roles=told)
    return links.new_link(session, now, newcomer.id, links.INVITATION)


async def invite_again(session: AsyncSession, clock: Clock, actor: Actor, staff_id: str) -> str:
    """The token of another invitation for who has not joined yet; older ones hold no longer."""
    staff = await _deciding(session, actor, staff_id)
    if has_joined(staff):
        raise NotAllowed("staff.has_joined")
    now = clock()
    await StaffRepository(session).void_links(staff.id, now)
    events.note(session, now, "invited", by=actor.id, to=staff.id, address=actor.address)
    return links.new_link(session, now, staff.id, links.INVITATION)


async def set_roles(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    staff_id: str,
    grants: Grants,
    *,
    seen: str | None = None,
) -> None:
    """Give exactly these roles; they hold from the next click on.

    Raises Stale where another gave others since a form was made that saw these (`seen_of`): what
    was taken from somebody would come back unseen.
    """
    staff = await _deciding(session, actor, staff_id)
    _check(grants)
    if seen is not None and seen != seen_of(grants_of(staff)):
        raise Stale
    before, after = described(grants_of(staff)), described(grants)
    if before == after:
        return
    await _know_units(session, clock, grants)
    staff.roles.clear()
    await session.flush()  # the old rows go before new ones of the same key come
    staff.roles.extend(_roles(grants))
    events.note(
        session,
        clock(),
        "roles_changed",
        by=actor.id,
        to=staff.id,
        address=actor.address,
        before=before,
        after=after,
    )


async def suspend(session: AsyncSession, clock: Clock, actor: Actor, staff_id: str) -> None:
    """Shut somebody out, at once and everywhere; his name stays beside what he did."""
    staff = await _deciding(session, actor, staff_id)
    if staff.suspended_at is not None:
        return
    now, rows = clock(), StaffRepository(session)
    staff.suspended_at = now
    await rows.void_links(staff.id, now)
    await rows.end_sessions(staff.id, now)
    events.note(session, now, "suspended", by=actor.id, to=staff.id, address=actor.address)


async def readmit(session: AsyncSession, clock: Clock, actor: Actor, staff_id: str) -> None:
    """Let somebody who was suspended sign in again, with the roles he had."""
    staff = await _deciding(session, actor, staff_id)
    if staff.suspended_at is None:
        return
    staff.suspended_at = None
    events.note(session, clock(), "resumed", by=actor.id, to=staff.id, address=actor.address)


async def password_link(session: AsyncSession, clock: Clock, actor: Actor, staff_id: str) -> str:
    """The token of a link by which somebody sets a new password; his sessions end.

    The second factor stays: who holds the link alone does not get in.
    """
    staff = await _deciding(session, actor, staff_id)
    if not has_joined(staff) or staff.suspended_at is not None:
        raise NotAllowed("staff.not_active")
    now, rows = clock(), StaffRepository(session)
    await rows.void_links(staff.id, now)
    await rows.end_sessions(staff.id, now)
    events.note(session, now, "password_link", by=actor.id, to=staff.id, address=actor.address)
    return links.new_link(session, now, staff.id, links.RESET)


async def reset_second_factor(
    session: AsyncSession, clock: Clock, actor: Actor, staff_id: str
) -> None:
    """Forget the second factor of somebody who lost it: he sets one up after his password."""
    staff = await _deciding(session, actor, staff_id)
    if staff.totp_secret is None:
        raise NotAllowed("staff.not_active")
    now = clock()
    await _forget_second_factor(session, staff, now)
    events.note(session, now, "totp_reset", by=actor.id, to=staff.id, address=actor.address)


async def end_session(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    staff_id: str,
    key: str | None = None,
) -> None:
    """End one session of somebody else, or all."""
    staff = await _deciding(session, actor, staff_id)
    if key:
        check_id(key)
    now = clock()
    if await StaffRepository(session).end_sessions(staff.id, now, only=key):
        kind = "session_ended" if key else "sessions_ended"
        events.note(session, now, kind, by=actor.id, to=staff.id, address=actor.address)


async def rescue(session: AsyncSession, clock: Clock, name: str) -> str:
    """For the command line alone: a link that sets password and second factor anew.

    It is the way back when no admin can sign in. The account is readmitted where it was suspended
    and keeps its roles.
    """
    found = await StaffRepository(session).by_name(readable(name))
    if found is None:
        raise BadInput("staff.no_such_member")
    staff = await member(session, found.id, lock=True)
    now = clock()
    await _forget_second_factor(session, staff, now)
    await StaffRepository(session).void_links(staff.id, now)
    staff.suspended_at = None
    for kind in ("totp_reset", "password_link"):
        events.note(session, now, kind, by=None, to=staff.id)
    return links.new_link(session, now, staff.id, links.RESET)


def seen_of(grants: Grants) -> str:
    """What proves in a form which roles it showed."""
    return digest(json.dumps(described(grants)))


def described(grants: Grants) -> list[dict[str, object]]:
    """Roles with their limits as the log keeps them, in one order."""
    return [
        {
            "role": grant.role.value,
            "districts": list(grant.districts),
            "categories": list(grant.categories),
            "unit": grant.unit,
        }
        for grant in sorted(grants, key=lambda grant: grant.role)
    ]


async def _still_admin(session: AsyncSession, actor: Actor) -> None:
    """Hold all admins, then look at the actor as he is now: his request may be older."""
    need(actor, Permission.MANAGE_STAFF)
    rows = StaffRepository(session)
    await rows.hold_admins()
    own = await rows.by_id(actor.id)
    if own is None or own.suspended_at or ADMIN not in {role.role for role in own.roles}:
        raise NotAllowed("staff.no_permission")


async def _deciding(session: AsyncSession, actor: Actor, staff_id: str) -> Staff:
    """The member of staff that an admin decides on: somebody else."""
    await _still_admin(session, actor)
    if staff_id == actor.id:
        raise NotAllowed("staff.not_yourself")
    return await member(session, staff_id, lock=True)


async def _forget_second_factor(session: AsyncSession, staff: Staff, now: datetime) -> None:
    staff.totp_secret, staff.totp_step = None, None
    rows = StaffRepository(session)
    await rows.forget_recovery_codes(staff.id)
    await rows.end_sessions(staff.id, now)


def _check(grants: Grants) -> None:
    roles = [grant.role for grant in grants]
    if not roles or len(set(roles)) < len(roles):
        raise BadInput("staff.no_role")
    for grant in grants:
        if (grant.role is Role.HANDLER) != (grant.unit is not None):
            raise BadInput("staff.unit_missing")
        if grant.role in UNLIMITED and grant.is_limited:
            raise BadInput("staff.role_unlimited")


async def _know_units(session: AsyncSession, clock: Clock, grants: Grants) -> None:
    """A unit that has somebody in the console can be handed cases."""
    await units.make_known(session, clock, [grant.unit for grant in grants if grant.unit])


def _roles(grants: Grants) -> list[StaffRole]:
    return [
        StaffRole(
            role=grant.role.value,
            districts=grant.districts,
            categories=grant.categories,
            unit=grant.unit,
        )
        for grant in grants
    ]
