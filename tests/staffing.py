"""Members of staff for tests: ready to work, with a known password and an authenticator app."""

import re
from dataclasses import dataclass

from pyotp import TOTP
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Staff, StaffRole
from kit.clock import Clock
from kit.ids import digest
from services.staff import links, sessions, signing_in
from services.staff.actors import Actor, Grant
from services.staff.permissions import FIRST_ROLES, Role
from services.staff.sessions import FULL, Visitor
from tests.factories import add_staff

PASSWORD = "plum-river-kettle-7"  # noqa: S105 - of nobody
# The same, hashed once with little effort: verifying reads the effort out of the hash.
HASHED = (
    "$argon2id$v=19$m=8,t=1,p=1$jEEEa4Wmnf/WJ7FfG4HoWA$52soaQw928IiBfQ4Lo54h33iTB9qImbEbbXiA3djJJA"
)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of nobody
EVERYTHING = tuple(Grant(role) for role in FIRST_ROLES)
HERE = Visitor(digest("address"), "Chromium")


async def add_member(
    session: AsyncSession, name: str = "陈静", grants: tuple[Grant, ...] = EVERYTHING
) -> Staff:
    """A member of staff who has joined; everything is allowed unless grants are given."""
    roles = [
        StaffRole(
            role=grant.role.value,
            districts=grant.districts,
            categories=grant.categories,
            unit=grant.unit,
        )
        for grant in grants
    ]
    return await add_staff(
        session, name=name, password_hash=HASHED, totp_secret=SECRET, roles=roles
    )


async def sign_in(session: AsyncSession, clock: Clock, staff: Staff) -> str:
    """The token of a new session, as if he had given password and code."""
    token = sessions.begin(session, clock(), staff.id, FULL)
    await session.flush()
    return token


async def acting(session: AsyncSession, clock: Clock, name: str = "陈静", *roles: Role) -> Actor:
    """A new member of staff who is signed in."""
    grants = tuple(Grant(role) for role in roles) or EVERYTHING
    staff = await add_member(session, name, grants)
    return await sessions.resume(session, clock, await sign_in(session, clock, staff))


def code(clock: Clock, secret: str = SECRET, steps: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return TOTP(secret).at(int(clock().timestamp()), counter_offset=steps)


def secret_in(words: str) -> str:
    """The secret that a page shows in groups of four."""
    (found,) = re.findall(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", words)
    return str(found).replace(" ", "")


@dataclass
class Account:
    """An account that came to be by a link."""

    token: str
    secret: str
    codes: tuple[str, ...]


async def joins(
    session: AsyncSession, library: Library, clock: Clock, link: str, name: str
) -> Account:
    """Follow a link to its end."""
    begun = await signing_in.join(
        session, library, clock, HERE, link, name=name, password=PASSWORD
    )
    await session.flush()
    secret = (await sessions.pending(session, clock, begun.token, "setup")).secret
    assert secret
    done = await signing_in.confirm(session, clock, HERE, begun.token, code(clock, secret))
    return Account(done.token, secret, done.codes)


async def first_admin(session: AsyncSession, library: Library, clock: Clock, name: str) -> Account:
    """Set up the first admin of a fresh copy."""
    link = await links.issue_link(session, clock, "reviewer")
    await session.flush()
    return await joins(session, library, clock, link, name)


def everything(staff_id: str) -> Actor:
    """A member of staff who may do all, of whom only the id matters."""
    return Actor(staff_id, "陈静", "", EVERYTHING)
