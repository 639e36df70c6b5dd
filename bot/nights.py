"""What is done at night, when few workers chat: sorting learns from what reviewers chose."""

import asyncio

import structlog

from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services.cases.sorting import learning, nights

log = structlog.get_logger()

SECONDS_BETWEEN_LOOKS = 600.0


async def learn_at_night(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Train once a night, in whichever process comes first, until it is cancelled."""
    while True:
        looking = asyncio.create_task(look(sessions, library, clock))
        try:
            await asyncio.wait({looking})
        finally:
            looking.cancel()
        _report(looking)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _report(looking: asyncio.Task[None]) -> None:
    """Say what went wrong; the nights to come are not to suffer from it."""
    error = None if looking.cancelled() else looking.exception()
    if isinstance(error, AWAY):
        log.warning("sorting_waits", error=type(error).__name__)
    elif error is not None:
        log.error("sorting_broke", exc_info=error)


async def look(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Train if it is night and nobody else has begun."""
    night = learning.night_of(clock)
    if night is None:
        return
    trained = await nights.train_once(lambda: transaction(sessions), library, clock, night)
    if trained is not None:
        log.info("sorting_learned", state=trained.state, examples=trained.examples)
