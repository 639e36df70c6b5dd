"""Browsers in which staff are signed in, or on the way there."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Staff, StaffSession
from db.repositories.case_flow import CaseFlowRepository
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import NotKnown
from kit.ids import digest, new_token
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role

SESSION_HOLDS = timedelta(hours=12)
IDLE_HOLDS = timedelta(minutes=60)
# Time enough to fetch a phone and put an app on it.
STAGE_HOLDS = timedelta(minutes=30)

CODE, SETUP, FULL = "code", "setup", "full"


@dataclass(frozen=True)
class Visitor:
    """Whence a request comes: the digest of its address, and its browser in a few words."""

    address: str | None = None
    browser: str = ""


@dataclass(frozen=True)
class Pending:
    """One whose password was right and who owes a code still."""

    staff_id: str
    name: str
    csrf_token: str = field(repr=False)
    secret: str | None = field(repr=False)


@dataclass(frozen=True)
class OpenSession:
    """A browser in which somebody is signed in; `key` names it in a form."""

    key: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    is_own: bool


async def resume(
    session: AsyncSession, clock: Clock, token: str, address: str | None = None
) -> Actor:
    """Who is signed in by this token; being asked keeps the session from going idle."""
    now = clock()
    row = await _open(session, token, now, SESSION_HOLDS, IDLE_HOLDS)
    if row is None or row.stage != FULL:
        raise NotKnown("staff.signed_out")
    row.last_seen_at = now
    staff = row.staff
    actor = Actor(staff.id, staff.name, row.csrf_token, grants_of(staff), row.digest, address)
    return replace(
        actor, keeps_out=await CaseFlowRepository(session).keeps_out(sorted(actor.known_as))
    )


async def pending(session: AsyncSession, clock: Clock, token: str, stage: str) -> Pending:
    """Who stands at this stage of signing in; raises NotKnown after half an hour."""
    row = await pending_row(session, clock, token, stage)
    return Pending(row.staff.id, row.staff.name, row.csrf_token, row.pending_secret)


async def pending_row(session: AsyncSession, clock: Clock, token: str, stage: str) -> StaffSession:
    """The row behind `pending`."""
    row = await _open(session, token, clock(), STAGE_HOLDS, STAGE_HOLDS)
    if row is None or row.stage != stage:
        raise NotKnown("staff.stage_over")
    return row


def begin(
    session: AsyncSession,
    now: datetime,
    staff_id: str,
    stage: str,
    *,
    browser: str = "",
    secret: str | None = None,
) -> str:
    """Open a session at a stage; returns its token, of which the digest is kept."""
    token = new_token()
    row = StaffSession(
        digest=digest(token),
        staff_id=staff_id,
        stage=stage,
        csrf_token=new_token(),
        pending_secret=secret,
        browser=browser,
        created_at=now,
        last_seen_at=now,
    )
    StaffRepository(session).add(row)
    return token


def promote(session: AsyncSession, now: datetime, row: StaffSession) -> str:
    """Sign in for good: under a new token, so that nobody can have planted it."""
    row.ended_at, row.pending_secret = now, None
    return begin(session, now, row.staff_id, FULL, browser=row.browser)


async def open_sessions(
    session: AsyncSession, clock: Clock, staff_id: str, own: str = ""
) -> tuple[OpenSession, ...]:
    """Where a member of staff is signed in; `own` is the digest of the session that asks."""
    now = clock()
    rows = await StaffRepository(session).sessions_of(
        staff_id, created_after=now - SESSION_HOLDS, seen_after=now - IDLE_HOLDS
    )
    return tuple(
        OpenSession(row.digest, row.browser, row.created_at, row.last_seen_at, row.digest == own)
        for row in rows
    )


async def row_of(session: AsyncSession, clock: Clock, actor: Actor) -> StaffSession:
    """The session that a member of staff asks in."""
    now = clock()
    row = await StaffRepository(session).open_session(
        actor.session, created_after=now - SESSION_HOLDS, seen_after=now - IDLE_HOLDS
    )
    if row is None:
        raise NotKnown("staff.signed_out")
    return row


def grants_of(staff: Staff) -> tuple[Grant, ...]:
    """The roles of a member of staff, as rules ask for them, in the order of the table."""
    by_role = {row.role: row for row in staff.roles}
    found = [(role, by_role[role]) for role in Role if role in by_role]
    return tuple(Grant(role, row.districts, row.categories, row.unit) for role, row in found)


async def _open(
    session: AsyncSession, token: str, now: datetime, holds: timedelta, idle: timedelta
) -> StaffSession | None:
    return await StaffRepository(session).open_session(
        digest(token), created_after=now - holds, seen_after=now - idle
    )
