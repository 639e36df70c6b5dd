"""Makes the rows of notices whose moment has come; they are claimed, so any process may."""

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from bot.apart import apart
from bot.bell import Bells
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import notices

log = structlog.get_logger()
Result = TypeVar("Result")

SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_BETWEEN_FILLINGS = 60
CHANGED_AT_ONCE = 100


async def send_when_due(sessions: Sessions, library: Library, clock: Clock, bells: Bells) -> None:
    """Look at once, then every second and whenever half a batch is left, until it is cancelled."""
    looks = 0
    while True:
        if looks % LOOKS_BETWEEN_FILLINGS == 0:
            await _apart(_fill_in(sessions, library, clock))
        if await _apart(look(sessions, library, clock, bells.batch)):
            bells.made.ring()
        looks += 1
        await bells.low.rest(SECONDS_BETWEEN_LOOKS)


async def look(sessions: Sessions, library: Library, clock: Clock, batch: int) -> int:
    """Make one batch of each notice that is due, each in a transaction of its own; how many rows
    that made.
    """
    async with transaction(sessions) as session:
        found = await notices.due(session, clock)
    made = [await _apart(_make(sessions, library, clock, each, batch)) for each in found]
    async with transaction(sessions) as session:
        # What the web chat showed cannot be changed there: a message behind it says so.
        await notices.next_changes(session, library, clock, "web", CHANGED_AT_ONCE)
    return sum(count or 0 for count in made)


async def _make(
    sessions: Sessions, library: Library, clock: Clock, occurrence_id: str, batch: int
) -> int:
    async with transaction(sessions) as session:
        made = await notices.make_batch(session, library, clock, occurrence_id, batch)
    if made:
        log.info("notice_rows_made", occurrence=occurrence_id, count=made)
    return made


async def _fill_in(sessions: Sessions, library: Library, clock: Clock) -> None:
    async with transaction(sessions) as session:
        await notices.fill_in(session, library, clock)


async def _apart(work: Awaitable[Result]) -> Result | None:
    """Do it; what breaks in it must not keep back other notices."""
    found, error = await apart(work)
    if isinstance(error, AWAY):
        log.warning("notices_wait", error=type(error).__name__)
    elif error is not None:
        log.error("notice_broke", exc_info=error)
    return found
