"""The tick of cases and of talks; what is due is claimed in the database, so any may tick."""

import asyncio

import structlog

from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import cases
from services.handovers import ticking

log = structlog.get_logger()

SECONDS_BETWEEN_TICKS = 60.0


async def tick_now_and_then(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Tick at once and then every minute, until it is cancelled."""
    while True:
        try:
            async with transaction(sessions) as session:
                done = await cases.tick(session, library, clock)
            if done.claimed:
                log.info("case_reminders_claimed", count=done.claimed)
            async with transaction(sessions) as session:
                ended = await ticking.tick(session, library, clock)
            if ended:
                log.info("handover_waits_over", count=ended)
        except AWAY as error:
            log.warning("clocks_not_ticked", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_TICKS)
