"""What a member of staff does to his own account, each time with his password."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Staff
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotAllowed
from services.staff import events, passwords, second_factor, sessions
from services.staff.actors import Actor
from services.staff.doors import Doors
from services.staff.rules import check_id, member
from services.staff.signing_in import Outcome, failed, locked


async def change_password(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    *,
    old: str,
    new: str,
) -> Outcome:
    """Set a new password; all other sessions end. Raises BadInput for one that is too weak."""
    now = clock()
    staff = await member(session, actor.id, lock=True)
    refused = await _not_his(session, now, actor, staff, old)
    if refused is not None:
        return refused
    staff.password_hash = await passwords.hashed(library, new, staff.name)
    await StaffRepository(session).end_sessions(staff.id, now, but=actor.session)
    _note(session, now, actor, "password_changed")
    return Outcome(staff_id=staff.id)


async def begin_second_factor(
    session: AsyncSession, clock: Clock, actor: Actor, password: str
) -> Outcome:
    """Draw a new secret, which counts once it is confirmed; until then the old one does."""
    staff = await member(session, actor.id, lock=True)
    refused = await _not_his(session, clock(), actor, staff, password)
    if refused is not None:
        return refused
    row = await sessions.row_of(session, clock, actor)
    row.pending_secret = second_factor.new_secret()
    return Outcome(staff_id=staff.id)


async def pending_secret(session: AsyncSession, clock: Clock, actor: Actor) -> str:
    """The secret that waits to be confirmed; raises NotAllowed where there is none."""
    row = await sessions.row_of(session, clock, actor)
    if row.pending_secret is None:
        raise NotAllowed("staff.no_secret")
    return row.pending_secret


async def confirm_second_factor(
    session: AsyncSession, clock: Clock, actor: Actor, code: str
) -> Outcome:
    """Prove by one code that the app has the new secret; gives new recovery codes."""
    now = clock()
    secret = await pending_secret(session, clock, actor)
    step = second_factor.step_of(secret, code, now, None)
    if step is None:
        return Outcome(refusal=BadInput("staff.code_unlike"))
    staff = await member(session, actor.id, lock=True)
    staff.totp_secret, staff.totp_step = secret, step
    row = await sessions.row_of(session, clock, actor)
    row.pending_secret = None
    codes = await second_factor.renew_recovery_codes(session, actor.id)
    await StaffRepository(session).end_sessions(actor.id, now, but=actor.session)
    _note(session, now, actor, "totp_set")
    return Outcome(staff_id=actor.id, codes=codes)


async def end_session(session: AsyncSession, clock: Clock, actor: Actor, key: str | None) -> None:
    """End one of one's own sessions by its digest, or all but the one that asks."""
    if key:
        check_id(key)
    now, rows = clock(), StaffRepository(session)
    but = None if key else actor.session
    if await rows.end_sessions(actor.id, now, only=key, but=but):
        _note(session, now, actor, "session_ended" if key else "sessions_ended")


async def recovery_codes_left(session: AsyncSession, actor: Actor) -> int:
    """How many recovery codes are not used yet."""
    return await StaffRepository(session).count_recovery_codes(actor.id)


async def _not_his(
    session: AsyncSession, now: datetime, actor: Actor, staff: Staff, password: str
) -> Outcome | None:
    """Why it goes no further; None where the password is his. A stolen session guesses slowly."""
    doors = await Doors.before(session, now, staff.name, actor.address)
    if minutes := doors.minutes_locked(now):
        return locked(minutes)
    if await passwords.fits(password, staff.password_hash):
        return None
    refusal: AppError = NotAllowed("staff.password_not_yours")
    return failed(session, now, doors, actor.address, staff=staff, refusal=refusal)


def _note(session: AsyncSession, now: datetime, actor: Actor, kind: str) -> None:
    events.note(session, now, kind, by=actor.id, to=actor.id, address=actor.address)
