"""What is done at night or now and then: sorting learns, cases are grouped, reports are made."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.apart import apart
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import figures, sentences, signups
from services.cases import retention, theme_nights
from services.cases.sorting import learning, nights
from services.figures import reports
from services.handovers import ending

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


async def count_now_and_then(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Keep figures told and make the reports that are due, until it is cancelled."""
    await _now_and_then("figures", look_at_figures, sessions, library, clock)


async def _now_and_then(
    what: str, look_once: Look, sessions: Sessions, library: Library, clock: Clock
) -> None:
    while True:
        _, error = await apart(look_once(sessions, library, clock))
        _report(what, error)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _report(what: str, error: BaseException | None) -> None:
    """Say what went wrong; the nights to come are not to suffer from it."""
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
    count = await theme_nights.group_once(
        lambda: transaction(sessions), library, clock, night, figures.take_up_themes
    )
    if count is not None:
        log.info("themes_grouped", themes=count)


async def look_at_contacts(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Forget names and contacts of cases and sign-ups long over, old talks, older sentences."""
    async with transaction(sessions) as session:
        count = await retention.forget_contacts(session, clock)
        talks = await ending.forget_old(session, library, clock)
        said = await sentences.forget(session, clock)
        left = await signups.forget_contacts(session, clock)
        await retention.tidy_workbench(session, clock)
    if count or talks or said or left:
        log.info("contacts_forgotten", cases=count, talks=talks, sentences=said, signups=left)


async def look_at_figures(sessions: Sessions, library: Library, clock: Clock) -> None:
    """Tell the facts of cases, keep the days of the chat that are over, make what reports are due.

    Each piece is a short transaction, so that workers need not wait for it.
    """
    while await _piece(sessions, figures.fold_some):
        pass
    if learning.night_of(clock) is not None:
        while await _piece(sessions, figures.mend):
            pass
    while await _piece(sessions, lambda session: figures.keep_days(session, clock)):
        pass
    async with transaction(sessions) as session:
        wanted = await reports.missing(session, clock)
    for each in wanted:
        async with transaction(sessions) as session:
            made = await reports.make(session, library, clock, each)
        if made:
            log.info("report_made", kind=each.kind, first=each.period.first.isoformat())


async def _piece(sessions: Sessions, work: Callable[[AsyncSession], Awaitable[int]]) -> int:
    async with transaction(sessions) as session:
        return await work(session)
