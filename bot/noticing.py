"""Makes the rows of notices whose moment has come; they are claimed, so any process may."""

import asyncio

import structlog

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
        try:
            if looks % LOOKS_BETWEEN_FILLINGS == 0:
                await _fill_in(sessions, library, clock)
            made = await look(sessions, library, clock)
            if made:
                log.info("notice_rows_made", count=made)
        except AWAY as error:
            log.warning("notices_wait", error=type(error).__name__)
        looks += 1
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def look(sessions: Sessions, library: Library, clock: Clock) -> int:
    """Make one batch of each notice that is due, each in a transaction of its own."""
    made = 0
    async with transaction(sessions) as session:
        found = await notices.due(session, clock)
    for occurrence_id in found:
        async with transaction(sessions) as session:
            made += await notices.make_batch(session, library, clock, occurrence_id)
    async with transaction(sessions) as session:
        # What the web chat showed cannot be changed there: a message behind it says so.
        await notices.next_changes(session, library, clock, "web", CHANGED_AT_ONCE)
    return made


async def _fill_in(sessions: Sessions, library: Library, clock: Clock) -> None:
    async with transaction(sessions) as session:
        await notices.fill_in(session, library, clock)
