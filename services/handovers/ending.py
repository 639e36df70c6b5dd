"""How a talk ends, or goes back to the queue; what is deleted of it, and when."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover
from db.repositories.handovers import HandoverRepository
from kit.clock import Clock
from services.handovers import hours, telling
from services.handovers.rows import (
    CLOSED,
    CLOSING,
    LEFT,
    OPEN,
    UNTAKEN,
    WAITING,
    note,
    stop_waiting,
    wait,
)
from services.turns import Reply

# Why a talk is over: staff choose among the first, the others come by themselves.
BY_STAFF = ("solved", "elsewhere", "nobody_there", "abuse")
REASONS = (*BY_STAFF, "case", "worker", "idle", "day_over", "expired", "deleted", "linked")


async def close(
    session: AsyncSession, clock: Clock, talk: Handover, reason: str, by: str | None = None
) -> None:
    """End a talk; the bot answers again."""
    talk.state, talk.is_live, talk.unanswered_since = CLOSED, False, None
    talk.closed_at, talk.reason = clock(), reason
    await stop_waiting(session, talk)
    await note(session, clock, talk, "closed", by=by)


async def close_and_tell(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    talk: Handover,
    reason: str,
    *,
    by: str | None = None,
) -> None:
    """The same, with a word to the worker and the way on."""
    ended = "handovers.over" if talk.is_live else "handovers.over_word"
    await close(session, clock, talk, reason, by)
    again = telling.button(library, "handovers.ask_title", telling.ASK)
    on = await telling.when_over(session, library, clock, talk.worker_id)
    key = "handovers.over_idle" if reason == "idle" else ended
    await telling.tell(session, clock, talk, Reply(library.say(key), (*on, again)))


async def set_free(
    session: AsyncSession, library: Library, clock: Clock, talk: Handover, key: str
) -> None:
    """Put a talk back to where it came from, before all that came later; `key` tells why."""
    talk.state = WAITING if talk.is_live else LEFT
    talk.taken_by = talk.unanswered_since = None
    await stop_waiting(session, talk)
    if not talk.is_live:
        return
    if hours.is_open(library.handovers, library.calendar, clock()):
        await wait(session, library, clock, talk, UNTAKEN)
        await wait(session, library, clock, talk, CLOSING)
        back = telling.button(library, "handovers.back_title", telling.BACK)
        await telling.tell(session, clock, talk, Reply(library.say(key), (back,)))
    else:
        await end_day(session, library, clock, talk)


async def end_day(session: AsyncSession, library: Library, clock: Clock, talk: Handover) -> None:
    """Nobody takes it any more today: what he said stays for the next day, if he said anything."""
    said = await HandoverRepository(session).has_words(talk.id)
    if said:
        talk.state, talk.is_live = LEFT, False
        await stop_waiting(session, talk)
        await note(session, clock, talk, "day_over")
    else:
        await close(session, clock, talk, "day_over")
    key = "handovers.day_over_kept" if said else "handovers.day_over"
    text = library.say(
        key, opens=telling.opens_next(library, clock), hotlines=telling.hotlines(library)
    )
    on = await telling.when_over(session, library, clock, talk.worker_id)
    if not said:
        on = (*on, telling.button(library, "handovers.leave_word_title", telling.LEAVE_WORD))
    await telling.tell(session, clock, talk, Reply(text, on))


async def forget_old(
    session: AsyncSession, library: Library, clock: Clock, *, at_once: int = 100
) -> int:
    """Delete the words of some talks that nobody spoke in for long; returns of how many."""
    talks = HandoverRepository(session)
    before = clock() - timedelta(days=library.handovers.kept_days)
    old = await talks.old(before, at_once)
    for talk in old:
        was_open = talk.state in OPEN
        if was_open:
            await close(session, clock, talk, "expired")
        await talks.forget_words(talk, clock())
        if was_open:
            again = telling.button(library, "handovers.ask_title", telling.ASK)
            text = library.say("handovers.expired", hotlines=telling.hotlines(library))
            await telling.tell(session, clock, talk, Reply(text, (again,)))
    return len(old)


async def forget_worker(session: AsyncSession, clock: Clock, worker_id: str) -> None:
    """Delete what a worker said to staff and what they answered; that there were talks stays."""
    talks = HandoverRepository(session)
    for talk in await talks.all_of(worker_id):
        if talk.state in OPEN:
            await close(session, clock, talk, "deleted")
        await talks.forget_words(talk, clock())
        talk.worker_id = None
    await session.flush()


async def make_room(session: AsyncSession, clock: Clock, leaving: str, staying: str) -> None:
    """Before one worker becomes another: of two open talks one goes on, with the words of both."""
    talks = HandoverRepository(session)
    theirs = await talks.open_of(leaving, lock=True)
    mine = await talks.open_of(staying, lock=True)
    if theirs is None or mine is None:
        return
    kept, other = (theirs, mine) if theirs.is_live and not mine.is_live else (mine, theirs)
    await talks.move_words(other, kept)
    await close(session, clock, other, "linked")
