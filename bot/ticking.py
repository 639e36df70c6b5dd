"""The tick of cases, talks and reminders; what is due is claimed in the database: any may tick."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import cases, deadlines
from services.handovers import ticking
from services.rest_stops import waits

log = structlog.get_logger()

SECONDS_BETWEEN_TICKS = 60.0
Tick = Callable[[AsyncSession, Library, Clock], Awaitable[int]]


async def tick_now_and_then(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Tick at once and then every minute, until it is cancelled."""
    while True:
        try:
            await tick(sessions, library, clock)
        except AWAY as error:
            log.warning("clocks_not_ticked", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_TICKS)


async def tick(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Do what is due, each noun in a transaction of its own."""
    for what, of_noun in TICKS.items():
        async with transaction(sessions) as session:
            done = await of_noun(session, library, clock)
        if done:
            log.info(what, count=done)


async def _cases(session: AsyncSession, library: Library, clock: Clock) -> int:
    return (await cases.tick(session, library, clock)).claimed


TICKS: dict[str, Tick] = {
    "case_reminders_claimed": _cases,
    "handover_waits_over": ticking.tick,
    "deadline_moments_claimed": deadlines.tick,
    "stop_waits_over": waits.tick,
}
