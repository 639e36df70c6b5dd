"""Keeps the stops in memory up with the database, so that no worker waits for it."""

import asyncio

import structlog

from db.session import AWAY, Sessions
from kit.clock import Clock
from services.rest_stops import index

log = structlog.get_logger()
SECONDS_BETWEEN = 5


async def keep_up(sessions: Sessions, clock: Clock) -> None:
    """Read all stops, and then what was changed of them, until it is cancelled."""
    stops = index.of(sessions.beside)
    while True:
        try:
            await stops.keep_up(sessions.beside, clock())
        except AWAY as error:
            log.warning("stops_not_read", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN)
