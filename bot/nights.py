"""What is done at night, when few workers chat: sorting learns, and cases are grouped."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services.cases import retention, theme_nights
from services.cases.sorting import learning, nights

log = structlog.get_logger()

SECONDS_BETWEEN_LOOKS = 600.0
Look = Callable[[Sessions, Library, Clock], Awaitable[None]]


async def learn_at_night(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Train once a night, in whichever process comes first, until it is cancelled."""
    await _now_and_then("sorting", look, sessions, library, clock)


async def group_at_night(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Group once a night, in whichever process comes first, until it is cancelled."""
    await _now_and_then("themes", look_at_themes, sessions, library, clock)


async def forget_now_and_then(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Delete what was promised to be kept no longer, until it is cancelled."""
    await _now_and_then("forgetting", look_at_contacts, sessions, library, clock)


async def _now_and_then(
    what: str, look_once: Look, sessions: Sessions, library: Library, clock: Clock
) -> None:
    while True:
        looking = asyncio.ensure_future(look_once(sessions, library, clock))
        try:
            await asyncio.wait({looking})
        finally:
            looking.cancel()
        _report(what, looking)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _report(what: str, looking: asyncio.Future[None]) -> None:
    """Say what went wrong; the nights to come are not to suffer from it."""
    error = None if looking.cancelled() else looking.exception()
    if isinstance(error, AWAY):
        log.warning("night_waits", work=what, error=type(error).__name__)
    elif error is not None:
        log.error("night_broke", work=what, exc_info=error)


async def look(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Train if it is night and nobody else has begun."""
    night = learning.night_of(clock)
    if night is None:
        return
    trained = await nights.train_once(lambda: transaction(sessions), library, clock, night)
    if trained is not None:
        log.info("sorting_learned", state=trained.state, examples=trained.examples)


async def look_at_themes(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Group if it is night and nobody else has begun."""
    night = learning.night_of(clock)
    if night is None:
        return
    count = await theme_nights.group_once(lambda: transaction(sessions), library, clock, night)
    if count is not None:
        log.info("themes_grouped", themes=count)


async def look_at_contacts(sessions: Sessions, _library: Library, clock: Clock) -> None:
    """Forget the names and contacts of cases that are long over."""
    async with transaction(sessions) as session:
        count = await retention.forget_contacts(session, clock)
        await retention.tidy_workbench(session, clock)
    if count:
        log.info("contacts_forgotten", cases=count)
