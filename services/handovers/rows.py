"""Writing the rows of a talk: its words, its history, its waits. Whoever calls holds the talk."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover, HandoverEvent, HandoverTimer, HandoverWord
from db.repositories.handovers import HandoverRepository, HandoverTimerRepository
from kit import ids
from kit.clock import Clock
from services.handovers import hours

WAITING, LEFT, TAKEN, CLOSED = "waiting", "left", "taken", "closed"
FREE = (WAITING, LEFT)
OPEN = (WAITING, LEFT, TAKEN)
UNTAKEN, SILENT, IDLE, CLOSING = "untaken", "silent", "idle", "closing"
WAITS = (UNTAKEN, SILENT, IDLE, CLOSING)


async def note(
    session: AsyncSession,
    clock: Clock,
    talk: Handover,
    kind: str,
    *,
    by: str | None = None,
    to: str | None = None,
) -> None:
    """Append to the history who did what."""
    talks = HandoverRepository(session)
    number = await talks.next_number(HandoverEvent, talk.id)
    event = HandoverEvent(
        id=ids.new_id(),
        handover_id=talk.id,
        number=number,
        kind=kind,
        staff_id=by,
        to_id=to,
        at=clock(),
    )
    talks.add(event)
    await session.flush()


async def append(
    session: AsyncSession, clock: Clock, talk: Handover, **fields: object
) -> HandoverWord:
    """Append what was said."""
    talks = HandoverRepository(session)
    given = {"photos": [], "recordings": [], "is_urgent": False, **fields}
    word = HandoverWord(
        id=ids.new_id(),
        handover_id=talk.id,
        number=await talks.next_number(HandoverWord, talk.id),
        at=clock(),
        **given,
    )
    talks.add(word)
    talk.last_at = clock()
    await session.flush()
    return word


async def wait(
    session: AsyncSession, library: Library, clock: Clock, talk: Handover, kind: str
) -> None:
    """Let a wait begin anew: its length is content, that of the day's end is the clock's."""
    rules, now = library.handovers, clock()
    minutes = {
        UNTAKEN: rules.untaken_minutes,
        SILENT: rules.silent_minutes,
        IDLE: rules.idle_minutes,
    }
    at = (
        hours.closing_of(rules, now) if kind == CLOSING else now + timedelta(minutes=minutes[kind])
    )
    if at > now:
        row = HandoverTimer(id=ids.new_id(), handover_id=talk.id, kind=kind, at=at)
        await HandoverTimerRepository(session).set(row)


async def stop_waiting(session: AsyncSession, talk: Handover, *kinds: str) -> None:
    """Let these waits be off; all of them where none is named."""
    await HandoverTimerRepository(session).drop(talk.id, kinds or WAITS)
