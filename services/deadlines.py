"""Last days of time limits that workers want to be reminded of.

Kept is the last day alone, with the topic whose law counts it. Reminders are rows that are claimed
once (docs/adr/0038-reminders.md).
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.notice_schema import Window
from content.schema import Fact, RightTopic
from db.models import Deadline, DeadlineMoment
from db.repositories.reminders import DeadlineRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import NotAllowed, NotFound
from services import consents, outbox
from services.turns import Choice, Reply, Task
from services.windows import morning_of, wait_until

AT_ONCE = 200
CANCEL = "reminders.cancel"


@dataclass(frozen=True)
class Kept:
    """A last day as its worker sees it."""

    id: str
    name: str
    last_day: date


def limit_of(topic: RightTopic) -> Fact | None:
    """The fact of a topic that sets a time limit, if one does."""
    return next((fact for fact in topic.facts if fact.within_years), None)


def beside(topic: RightTopic, limit: Fact) -> tuple[str, ...]:
    """What the article that sets the limit says of it: where it begins anew, where it is none."""
    here = (limit.law, limit.article)
    return tuple(fact.claim for fact in topic.facts if (fact.law, fact.article) == here)


def last_day(known: date, years: int) -> date:
    """The last day of a limit of years from the day on which one knew.

    It bears the same date; where the month has no such day, it is the month's last. One on a
    holiday is not moved behind it: who is early loses nothing.
    """
    year = known.year + years
    return known.replace(year=year, day=min(known.day, calendar.monthrange(year, known.month)[1]))


def moments(
    last: date, days_before: Iterable[int], now: datetime, windows: Sequence[Window]
) -> Iterator[tuple[int, datetime]]:
    """When to remind of a last day: so many days before, in the morning or behind the hours in
    which nobody is told anything, as far as that is still to come.
    """
    for days in days_before:
        at = wait_until(morning_of(last - timedelta(days=days)), windows)
        if at > now:
            yield days, at


def coming(library: Library, clock: Clock, last: date) -> tuple[int, ...]:
    """How many days before a last day there will be a reminder, the first one first."""
    rules, windows = library.reminders, library.notices.limits.windows
    return tuple(days for days, _ in moments(last, rules.days_before, clock(), windows))


async def keep(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str, kept: tuple[str, date]
) -> None:
    """Keep a last day of a topic, with the worker's consent, and its reminders.

    One that is kept already stays as it is. Raises NotAllowed where he has as many as one may.
    """
    topic, last = kept
    rows, most = DeadlineRepository(session), library.reminders.deadlines_most
    own = await rows.of_worker(worker_id)
    if any((row.topic, row.last_day) == kept for row in own):
        return
    if len(own) >= most:
        raise NotAllowed("reminders.too_many", most=most)
    await consents.give(session, clock, worker_id, consents.DEADLINE)
    row = Deadline(
        id=ids.new_id(), worker_id=worker_id, topic=topic, last_day=last, created_at=clock()
    )
    rows.add(row)
    await session.flush()
    rules, windows = library.reminders, library.notices.limits.windows
    for days, at in moments(last, rules.days_before, clock(), windows):
        rows.add(DeadlineMoment(deadline_id=row.id, days_before=days, at=at))
    await session.flush()


async def of_worker(session: AsyncSession, library: Library, worker_id: str) -> Sequence[Kept]:
    """A worker's last days, the nearest first."""
    rows = await DeadlineRepository(session).of_worker(worker_id)
    return [Kept(row.id, name(library, row.topic), row.last_day) for row in rows]


async def cancel(session: AsyncSession, clock: Clock, worker_id: str, deadline_id: str) -> None:
    """Delete a last day and its reminders; with the last one the consent is withdrawn.

    Raises NotFound where it is none of his, or gone.
    """
    rows = DeadlineRepository(session)
    if not await rows.drop(worker_id, deadline_id):
        raise NotFound("reminders.gone")
    if not await rows.of_worker(worker_id):
        await consents.withdraw(session, clock, worker_id, consents.DEADLINE)


async def count(session: AsyncSession, worker_id: str) -> int:
    """How many last days are kept of a worker."""
    return len(await DeadlineRepository(session).of_worker(worker_id))


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """Delete a worker's last days."""
    await DeadlineRepository(session).forget_worker(worker_id)


async def tick(session: AsyncSession, library: Library, clock: Clock) -> int:
    """Remind of what is due, unless it is an hour in which nobody is told anything; says how many
    moments were claimed. Of several that were missed the worker hears once.
    """
    now = clock()
    if wait_until(now, library.notices.limits.windows) > now:
        return 0
    rows = DeadlineRepository(session)
    claimed = await rows.claim_moments(now, AT_ONCE)
    nearest: dict[str, int] = {}
    for deadline_id, days in claimed:
        nearest[deadline_id] = min(days, nearest.get(deadline_id, days))
    for deadline_id, days in nearest.items():
        row = await rows.by_id(deadline_id)
        if row is not None:
            cause = f"deadline:{row.id}:{days}"
            await outbox.remind(session, clock, row.worker_id, cause, _reply(library, clock, row))
    await rows.forget_before(_today(clock))
    return len(claimed)


def _reply(library: Library, clock: Clock, row: Deadline) -> Reply:
    """What is told: how many days are left today, whatever was planned."""
    left = (row.last_day - _today(clock)).days
    when = "ahead" if left > 0 else "over" if left else "today"
    day, what = row.last_day.isoformat(), name(library, row.topic)
    text = library.say(f"reminders.due_{when}", name=what, day=day, days=left)
    topic = library.topics.get(row.topic)
    if topic is not None:
        text += "\n" + library.say("reminders.ask_there", hotline=topic.hotlines[0].number)
    how = Choice(library.say("reminders.how_title"), Task("rights.topic", {"topic": row.topic}))
    no_more = Choice(library.say("reminders.no_more_title"), Task(CANCEL, {"deadline": row.id}))
    return Reply(text, (how, no_more))


def name(library: Library, topic: str) -> str:
    """What there is a last day for; a topic of another edition has no name any more."""
    known = f"reminders.name_{topic}" in library.messages
    return library.say(f"reminders.name_{topic}") if known else library.say("reminders.unnamed")


def _today(clock: Clock) -> date:
    return in_shanghai(clock()).date()
