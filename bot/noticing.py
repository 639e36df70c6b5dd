"""Makes the rows of notices whose moment has come; they are claimed, so any process may."""

import asyncio
from collections.abc import Awaitable

import structlog

from bot.apart import apart
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import notices

log = structlog.get_logger()

SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_BETWEEN_FILLINGS = 60
CHANGED_AT_ONCE = 100


async def send_when_due(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Look at once and then every second, until it is cancelled."""
    looks = 0
    while True:
        if looks % LOOKS_BETWEEN_FILLINGS == 0:
            await _apart(_fill_in(sessions, library, clock))
        await _apart(look(sessions, library, clock))
        looks += 1
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def look(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Make one batch of each notice that is due, each in a transaction of its own."""
    async with transaction(sessions) as session:
        found = await notices.due(session, clock)
    for occurrence_id in found:
        await _apart(_make(sessions, library, clock, occurrence_id))
    async with transaction(sessions) as session:
        # What the web chat showed cannot be changed there: a message behind it says so.
        await notices.next_changes(session, library, clock, "web", CHANGED_AT_ONCE)


async def _make(sessions: Sessions, library: Library, clock: Clock, occurrence_id: str) -> None:
    async with transaction(sessions) as session:
        made = await notices.make_batch(session, library, clock, occurrence_id)
    if made:
        log.info("notice_rows_made", occurrence=occurrence_id, count=made)


async def _fill_in(sessions: Sessions, library: Library, clock: Clock) -> None:
    async with transaction(sessions) as session:
        await notices.fill_in(session, library, clock)


async def _apart(work: Awaitable[None]) -> None:
    """Do it; what breaks in it must not keep back other notices."""
    error = await apart(work)
    if isinstance(error, AWAY):
        log.warning("notices_wait", error=type(error).__name__)
    elif error is not None:
        log.error("notice_broke", exc_info=error)
