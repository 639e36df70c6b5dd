"""The waits of talks: what is over is claimed once, and the worker hears of it.

A tick is safe at any pace and from several processes. A talk that somebody holds at the moment is
left to the next tick, since what he does may end the wait.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover
from db.repositories.handovers import HandoverRepository, HandoverTimerRepository
from kit.clock import Clock
from services.handovers import telling
from services.handovers.ending import close, close_and_tell, end_day, set_free
from services.handovers.rows import (
    CLOSED,
    CLOSING,
    IDLE,
    LEFT,
    SILENT,
    TAKEN,
    UNTAKEN,
    WAITING,
    note,
)
from services.turns import Reply

AT_ONCE = 200


async def tick(session: AsyncSession, library: Library, clock: Clock) -> int:
    """Act on the waits that are over, at most 200; returns how many."""
    timers, talks = HandoverTimerRepository(session), HandoverRepository(session)
    done = 0
    for talk_id, kind in await timers.due(clock(), AT_ONCE):
        talk = await talks.hold(talk_id)
        if talk is None or not await timers.claim(talk_id, kind, clock()):
            continue
        done += 1
        if talk.state != CLOSED:
            await _ACTS[kind](session, library, clock, talk)
    return done


async def _untaken(session: AsyncSession, library: Library, clock: Clock, talk: Handover) -> None:
    """Nobody took it yet: he is told so, and what else he can do."""
    if talk.state != WAITING:
        return
    await note(session, clock, talk, "untaken")
    buttons = (
        telling.button(library, "handovers.stay_title", telling.STAY),
        telling.button(library, "handovers.leave_word_title", telling.LEAVE_WORD),
        telling.button(library, "handovers.back_title", telling.BACK),
    )
    text = library.say(
        "handovers.untaken",
        minutes=library.handovers.untaken_minutes,
        hotlines=telling.hotlines(library),
    )
    await telling.tell(session, clock, talk, Reply(text, buttons))


async def _silent(session: AsyncSession, library: Library, clock: Clock, talk: Handover) -> None:
    """Who took it says nothing: somebody else may take it."""
    if talk.state == TAKEN and talk.unanswered_since is not None:
        await note(session, clock, talk, "silent")
        await set_free(session, library, clock, talk, "handovers.silent")


async def _idle(session: AsyncSession, library: Library, clock: Clock, talk: Handover) -> None:
    """Nobody says anything: it is over, and what was left waits for staff."""
    if talk.state == LEFT and await HandoverRepository(session).has_words(talk.id):
        talk.is_live = False
        on = await telling.when_over(session, library, clock, talk.worker_id)
        reply = Reply(library.say("handovers.word_kept"), on)
        await telling.tell(session, clock, talk, reply)
    elif talk.is_live:
        await close_and_tell(session, library, clock, talk, "idle")
    elif talk.state == TAKEN:
        # He was answered and had nothing more to say.
        await close(session, clock, talk, "idle")


async def _closing(session: AsyncSession, library: Library, clock: Clock, talk: Handover) -> None:
    """The day is over: who waits is told when staff come back, who talks may finish."""
    if talk.state == WAITING:
        await end_day(session, library, clock, talk)
    elif talk.state == TAKEN and talk.is_live:
        text = library.say("handovers.day_over_talking", opens=telling.opens_next(library, clock))
        await telling.tell(session, clock, talk, Reply(text))


_ACTS = {UNTAKEN: _untaken, SILENT: _silent, IDLE: _idle, CLOSING: _closing}
