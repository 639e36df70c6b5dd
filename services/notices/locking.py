"""A notice for ourselves until the commit, as somebody saw it."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Notice
from db.repositories.notices import NoticeRepository
from kit.errors import AppError, NotFound


class Stale(AppError):
    """Somebody took a step since this page was opened; what was typed is the caller's to keep.

    `by` is what was done meanwhile.
    """

    key = "notices.stale"
    status = 409


async def locked(session: AsyncSession, number: int, seen: int | None = None) -> Notice:
    """The notice, locked. Raises NotFound, and Stale when its history went on beyond `seen`."""
    notice = await NoticeRepository(session).by_number(number, lock=True)
    if notice is None:
        raise NotFound("notices.no_such_notice")
    if seen is not None and notice.events[-1].number != seen:
        raise Stale(by=notice.events[-1].step)
    return notice
