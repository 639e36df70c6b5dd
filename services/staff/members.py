"""What admins see of staff, and the limits of a role as a form has them."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.base import KEY_LENGTH
from db.models import Staff
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import BadInput
from kit.text import tidy
from services import districts
from services.staff.actors import Actor, Grant
from services.staff.permissions import UNLIMITED, Permission, Role
from services.staff.rules import has_joined, member, need
from services.staff.sessions import OpenSession, grants_of, open_sessions

INVITED, ACTIVE, SUSPENDED = "invited", "active", "suspended"
_GAPS = re.compile(r"[\s/>、,，]+")
_CATEGORY = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True)
class Member:
    """A member of staff in the list."""

    id: str
    name: str
    state: str
    grants: tuple[Grant, ...]
    created_at: datetime


@dataclass(frozen=True)
class MemberDetail:
    """A member of staff on his page."""

    member: Member
    sessions: tuple[OpenSession, ...]
    has_second_factor: bool
    is_self: bool


async def everyone(session: AsyncSession, actor: Actor) -> tuple[Member, ...]:
    """All staff by name."""
    need(actor, Permission.MANAGE_STAFF)
    return tuple(_member(row) for row in await StaffRepository(session).every())


async def show(session: AsyncSession, clock: Clock, actor: Actor, staff_id: str) -> MemberDetail:
    """One member of staff."""
    need(actor, Permission.MANAGE_STAFF)
    row = await member(session, staff_id)
    found = await open_sessions(session, clock, row.id, actor.session)
    return MemberDetail(_member(row), found, row.totp_secret is not None, row.id == actor.id)


def read_grant(library: Library, role: Role, area: str, categories: str, unit: str) -> Grant:
    """One role as a form has it: a district a line, categories between blanks.

    Raises BadInput where a district is not known or a handler has no unit. What a role cannot be
    limited by is left out.
    """
    named = tidy(unit)[:KEY_LENGTH] or None
    if role is Role.HANDLER and named is None:
        raise BadInput("staff.unit_missing")
    if role in UNLIMITED:
        return Grant(role)
    paths = tuple(dict.fromkeys(read_district(library, line) for line in lines(area)))
    ids = tuple(dict.fromkeys(_category(word) for word in _GAPS.split(categories) if word))
    return Grant(role, paths, ids, named if role is Role.HANDLER else None)


def read_district(library: Library, text: str) -> str:
    """The path of a province, city or district; its parts stand between blanks or strokes.

    A city may stand without its province, a district not without its city.
    """
    first, *rest = [word for word in _GAPS.split(text.strip()) if word] or [""]
    if not rest and first in library.regions:
        return first
    city, *below = rest if rest and rest[0] in library.regions.get(first, ()) else [first, *rest]
    path = _path(library, city, below[0] if below else None)
    if path is None or len(below) > 1:
        raise BadInput("staff.no_such_district", district=text[:30])
    return path


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line for line in tidy(text).split("\n") if line]


def _path(library: Library, city: str, district: str | None) -> str | None:
    borders = districts.of_china()
    city = borders.short_city(city)
    province = library.province_of(city)
    if province is None or city not in library.regions[province]:
        return None
    if district is None:
        return f"{province}/{city}"
    area = borders.named(city, district)
    return f"{province}/{city}/{area.district}" if area else None


def _category(word: str) -> str:
    if not _CATEGORY.fullmatch(word):
        raise BadInput("staff.bad_category", category=word[:30])
    return word


def _member(row: Staff) -> Member:
    state = ACTIVE if has_joined(row) else INVITED
    if row.suspended_at is not None:
        state = SUSPENDED
    return Member(row.id, row.name, state, grants_of(row), row.created_at)
