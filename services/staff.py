"""Who may use the console: one-time sign-in links, sessions, and the person behind a request."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import KEY_LENGTH
from db.models import SignInLink, Staff, StaffSession
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import BadInput, NotKnown
from kit.ids import digest, new_id, new_token
from kit.text import tidy

LINK_HOLDS = timedelta(hours=24)
SESSION_HOLDS = timedelta(hours=12)
IDLE_HOLDS = timedelta(minutes=60)


@dataclass(frozen=True)
class Actor:
    """The member of staff who asks, and the secret that only the forms of this session know."""

    id: str
    name: str
    csrf_token: str = field(repr=False)


async def issue_link(session: AsyncSession, clock: Clock, name: str) -> str:
    """The token of a new sign-in link for `name`, who becomes staff if unknown so far.

    It exists only in the answer: the database keeps its digest.
    """
    now = clock()
    staff = await _staff_named(session, clock, _readable(name))
    token = new_token()
    StaffRepository(session).add(
        SignInLink(digest=digest(token), staff_id=staff.id, expires_at=now + LINK_HOLDS)
    )
    return token


async def check_link(session: AsyncSession, clock: Clock, token: str) -> None:
    """Raise NotKnown unless the link can be used. It stays unused: previews open links too."""
    if not await StaffRepository(session).has_open_link(digest(token), clock()):
        raise NotKnown("console.link_over")


async def redeem_link(session: AsyncSession, clock: Clock, token: str) -> str:
    """Use the link up and open a session; returns the session's token."""
    now = clock()
    staff_id = await StaffRepository(session).use_link(digest(token), now)
    if staff_id is None:
        raise NotKnown("console.link_over")
    session_token = new_token()
    StaffRepository(session).add(
        StaffSession(
            digest=digest(session_token),
            staff_id=staff_id,
            csrf_token=new_token(),
            created_at=now,
            last_seen_at=now,
        )
    )
    return session_token


async def resume(session: AsyncSession, clock: Clock, session_token: str) -> Actor:
    """Who is signed in by this token; being asked keeps the session from going idle."""
    now = clock()
    row = await StaffRepository(session).open_session(
        digest(session_token),
        created_after=now - SESSION_HOLDS,
        seen_after=now - IDLE_HOLDS,
    )
    if row is None:
        raise NotKnown("console.signed_out")
    row.last_seen_at = now
    return Actor(row.staff.id, row.staff.name, row.csrf_token)


async def sign_out(session: AsyncSession, clock: Clock, session_token: str) -> None:
    """End the session of this token."""
    await StaffRepository(session).end_session(digest(session_token), clock())


async def check_storage(session: AsyncSession) -> None:
    """Raise the database's own error unless it can be read and has its tables."""
    await StaffRepository(session).any_id()


def _readable(name: str) -> str:
    name = " ".join(tidy(name).split())
    if not 0 < len(name) <= KEY_LENGTH:
        raise BadInput("console.bad_name", most=KEY_LENGTH)
    return name


async def _staff_named(session: AsyncSession, clock: Clock, name: str) -> Staff:
    known = await StaffRepository(session).by_name(name)
    if known is not None:
        return known
    newcomer = Staff(id=new_id(), name=name, created_at=clock())
    try:
        async with session.begin_nested():
            StaffRepository(session).add(newcomer)
    except IntegrityError:
        # Somebody else added the same name between our look and our insert.
        known = await StaffRepository(session).by_name(name)
        if known is None:
            raise
        return known
    return newcomer
