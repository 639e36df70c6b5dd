"""The one place where anybody gets in: those who wait, first come first, while there is room.

Whoever calls holds the list (`SignupRepository.listed` with `lock`) until the commit. Who signs up
is written down as waiting and let in here as well, so there is no second rule of who has a place.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Signup, SignupList
from db.repositories.signups import CANCELLED, IN, WAITING, SignupRepository
from kit.clock import Clock
from services import outbox
from services.turns import Choice, Reply, Task

__all__ = ["CANCELLED", "IN", "WAITING"]

CANCEL, LEAVE_CONTACT = "signups.cancel", "signups.contact"


def is_open(listed: SignupList, now: datetime) -> bool:
    """Whether one may sign up."""
    return listed.ended is None and now < listed.closes_at


async def let_in(session: AsyncSession, listed: SignupList) -> Sequence[Signup]:
    """Give the free places to who waits; returns who got one. A list without a limit has room."""
    room = None if listed.places is None else listed.places - listed.taken
    await session.flush()
    found = await SignupRepository(session).first_waiting(listed.notice, room)
    for row in found:
        row.state = IN
    listed.taken += len(found)
    await session.flush()
    return found


async def move_up(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    listed: SignupList,
    *,
    but: str | None = None,
) -> None:
    """Let in who waits, and tell each once; `but` is a worker who is told otherwise.

    He asked for the place himself, so he is told even where he wants no news.
    """
    moved = [row for row in await let_in(session, listed) if row.worker_id != but]
    if not moved:
        return
    title = await SignupRepository(session).title(listed.notice)
    said = {}
    for row in moved:
        text = library.say("signups.moved_up", notice=row.notice, title=title, number=row.number)
        # A number moves up once; who signs up anew has another.
        cause = f"signup:{row.notice}:{row.number}"
        said[row.worker_id] = (cause, Reply(text, buttons(library, row.notice)))
    await outbox.tell_each(session, clock, said)


async def free(
    session: AsyncSession, library: Library, clock: Clock, listed: SignupList, row: Signup
) -> None:
    """Take a worker off a list, which stays in his row until the caller deletes it.

    The next one moves up until the list closes: what comes free later may come too late for
    anybody to be called, so that is for staff to say (`keeping.set_places`).
    """
    if row.state == IN:
        listed.taken -= 1
    row.state, row.contact, row.came, row.marked_by = CANCELLED, None, None, None
    if is_open(listed, clock()):
        await move_up(session, library, clock, listed)
    await session.flush()


def buttons(library: Library, notice: int) -> tuple[Choice, ...]:
    """What may be done by who stands on a list."""
    of = {"notice": notice}
    return (
        Choice(library.say("signups.cancel_title"), Task(CANCEL, of)),
        Choice(library.say("signups.contact_title"), Task(LEAVE_CONTACT, of)),
    )
