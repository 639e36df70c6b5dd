"""Signing in: name and password, then a code; and what comes before the first time.

A failure is counted, so it is told by what is returned: an error that is raised would take the
count back with it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.base import KEY_LENGTH
from db.models import Staff
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotKnown, TooFast
from kit.text import tidy
from services.staff import events, passwords, second_factor, sessions
from services.staff.actors import Actor
from services.staff.doors import Doors
from services.staff.links import RESET, use_link
from services.staff.rules import readable
from services.staff.sessions import CODE, SETUP, Visitor


@dataclass(frozen=True)
class Outcome:
    """What came of a try: a session and its stage, or why not.

    `codes` are new recovery codes, in this answer only. `locked` is set by the try that locked.
    """

    token: str = field(default="", repr=False)
    stage: str = ""
    staff_id: str | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)
    refusal: AppError | None = None
    locked: bool = False


async def give_password(
    session: AsyncSession, clock: Clock, visitor: Visitor, name: str, password: str
) -> Outcome:
    """The first step. An unknown name, a suspended one and a wrong password look the same."""
    now = clock()
    name = " ".join(tidy(name).split())[:KEY_LENGTH]
    doors = await Doors.before(session, now, name, visitor.address)
    if minutes := doors.minutes_locked(now):
        return locked(minutes)
    staff = await StaffRepository(session).by_name(name)
    right = await passwords.fits(password, staff.password_hash if staff else None)
    if staff is None or not right or staff.suspended_at is not None:
        refusal = NotKnown("staff.wrong_password")
        return failed(session, now, doors, visitor.address, staff=staff, refusal=refusal)
    stage, secret = _next_stage(staff)
    token = sessions.begin(session, now, staff.id, stage, browser=visitor.browser, secret=secret)
    return Outcome(token, stage, staff.id)


async def give_code(
    session: AsyncSession, clock: Clock, visitor: Visitor, token: str, code: str
) -> Outcome:
    """The second step: a code of the app, or a recovery code. Raises NotKnown out of turn."""
    now = clock()
    row = await sessions.pending_row(session, clock, token, CODE)
    doors = await Doors.before(session, now, row.staff.name, visitor.address)
    if minutes := doors.minutes_locked(now):
        return locked(minutes)
    used = await second_factor.take(session, row.staff, code, now)
    if used is None:
        refusal = NotKnown("staff.wrong_code")
        return failed(session, now, doors, visitor.address, staff=row.staff, refusal=refusal)
    doors.succeed()
    _note(session, now, visitor, row.staff_id, "signed_in")
    if used == "recovery":
        _note(session, now, visitor, row.staff_id, "recovery_used")
    return Outcome(sessions.promote(session, now, row), sessions.FULL, row.staff_id)


async def join(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    visitor: Visitor,
    token: str,
    *,
    name: str,
    password: str,
) -> Outcome:
    """Use a link to set name and password; raises BadInput, and leaves the link, where not well.

    A reset leaves the name, and a second factor that is set up: its code is asked for next.
    """
    now = clock()
    link = await use_link(session, clock, token)
    rows = StaffRepository(session)
    staff = await rows.by_id(link.staff_id, lock=True)
    if staff is None:
        raise NotKnown("staff.link_over")
    if link.purpose != RESET:
        await _rename(session, staff, readable(name))
    staff.password_hash = await passwords.hashed(library, password, staff.name)
    await rows.end_sessions(staff.id, now)
    _note(session, now, visitor, staff.id, "password_reset" if link.purpose == RESET else "joined")
    stage, secret = _next_stage(staff)
    return Outcome(
        sessions.begin(session, now, staff.id, stage, browser=visitor.browser, secret=secret),
        stage,
        staff.id,
    )


async def confirm(
    session: AsyncSession, clock: Clock, visitor: Visitor, token: str, code: str
) -> Outcome:
    """Prove by one code that the app has the secret; gives the recovery codes and signs in."""
    now = clock()
    row = await sessions.pending_row(session, clock, token, SETUP)
    staff = row.staff
    step = second_factor.step_of(row.pending_secret or "", code, now, None)
    # Set up meanwhile in another browser, or over: the password opens it no more by itself.
    if staff.totp_secret is not None:
        raise NotKnown("staff.stage_over")
    if step is None:
        return Outcome(refusal=BadInput("staff.code_unlike"))
    staff.totp_secret, staff.totp_step = row.pending_secret, step
    codes = await second_factor.renew_recovery_codes(session, staff.id)
    _note(session, now, visitor, staff.id, "totp_set")
    _note(session, now, visitor, staff.id, "signed_in")
    return Outcome(sessions.promote(session, now, row), sessions.FULL, staff.id, codes)


async def sign_out(session: AsyncSession, clock: Clock, actor: Actor) -> None:
    """End the session that a member of staff leaves."""
    now = clock()
    if await StaffRepository(session).end_sessions(actor.id, now, only=actor.session):
        _note(session, now, Visitor(actor.address), actor.id, "signed_out")


async def check_storage(session: AsyncSession) -> None:
    """Raise the database's own error unless it can be read and has its tables."""
    await StaffRepository(session).any_id()


async def _rename(session: AsyncSession, staff: Staff, name: str) -> None:
    try:
        async with session.begin_nested():
            staff.name = name
    except IntegrityError as taken:
        raise BadInput("staff.name_taken") from taken


def _next_stage(staff: Staff) -> tuple[str, str | None]:
    return (CODE, None) if staff.totp_secret else (SETUP, second_factor.new_secret())


def locked(minutes: int) -> Outcome:
    return Outcome(refusal=TooFast("staff.locked", minutes=minutes))


def failed(
    session: AsyncSession,
    now: datetime,
    doors: Doors,
    address: str | None,
    *,
    staff: Staff | None,
    refusal: AppError,
) -> Outcome:
    """Count a failure and say so; where a door locks with it, for how long."""
    locks = doors.fail(now)
    staff_id = staff.id if staff else None
    events.note(session, now, "refused", by=None, to=staff_id, address=address)
    if locks:
        events.note(session, now, "locked", by=None, to=staff_id, address=address)
        refusal = TooFast("staff.locked", minutes=doors.minutes_locked(now))
    return Outcome(staff_id=staff_id, refusal=refusal, locked=locks)


def _note(
    session: AsyncSession, now: datetime, visitor: Visitor, staff_id: str, kind: str
) -> None:
    events.note(session, now, kind, by=staff_id, to=staff_id, address=visitor.address)
