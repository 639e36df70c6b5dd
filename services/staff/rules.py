"""What several parts of staff ask: a permission, a readable name, a member of staff by id."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.base import KEY_LENGTH
from db.models import Staff
from db.repositories.staff import StaffRepository
from kit.errors import BadInput, NotAllowed, NotFound
from kit.text import tidy
from services.staff.actors import Actor
from services.staff.permissions import Permission


def need(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the member of staff may do it at all."""
    if not actor.may(permission):
        raise NotAllowed("staff.no_permission")


def readable(name: str) -> str:
    """A name as it is stored; raises BadInput where nobody could read it."""
    name = " ".join(tidy(name).split())
    if not 0 < len(name) <= KEY_LENGTH:
        raise BadInput("staff.bad_name", most=KEY_LENGTH)
    return name


def check_id(text: str) -> None:
    """Raise NotFound for what can be no id or digest: no database need be asked for it."""
    if not text.isascii() or not text.isalnum():
        raise NotFound("staff.no_such_member")


async def member(session: AsyncSession, staff_id: str, *, lock: bool = False) -> Staff:
    """A member of staff with his roles; raises NotFound."""
    check_id(staff_id)
    found = await StaffRepository(session).by_id(staff_id, lock=lock)
    if found is None:
        raise NotFound("staff.no_such_member")
    return found


def has_joined(staff: Staff) -> bool:
    """Whether he set a password and a second factor."""
    return staff.password_hash is not None and staff.totp_secret is not None
