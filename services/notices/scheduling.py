"""When a notice goes out: set by staff, and the next moment of a rule once one has begun."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Notice, NoticeOccurrence
from db.repositories.notices import NoticeRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput
from services.calendar import Years
from services.notices import states, timing
from services.notices.composing import newest
from services.notices.steps import Asked, begun
from services.notices.timing import Rule, Timing, Unpublished
from services.notices.values import Draft, draft_of
from services.windows import wait_until

MOST_AHEAD = timedelta(days=366)
SHOWN = 3
LOOKED_AT = 200


async def schedule(
    session: AsyncSession, library: Library, clock: Clock, asked: Asked, when: Timing
) -> datetime | None:
    """Set when the approved version goes out; returns the moment behind quiet hours.

    None where the rule's next day lies in a year whose calendar is not published: the moment is
    filled in once it is. Raises BadInput for a moment in the past or more than a year ahead, and
    for one at which what it offers is over.
    """
    notice = await begun(session, asked, "schedule")
    now = clock()
    check_moment(when, now)
    check_offer(library, draft_of(newest(notice)), when, now)
    await NoticeRepository(session).drop_moments(notice.number, ("waiting",))
    await session.flush()
    notice.timing = when.as_json()
    states.append(
        notice,
        "schedule",
        states.SCHEDULED,
        asked.actor.id,
        now,
        note=asked.note,
        data=when.as_json(),
    )
    going = await set_next(session, library, notice, now)
    await session.flush()
    return going.at if going else None


def check_moment(when: Timing, now: datetime) -> None:
    """Raise BadInput for a moment in the past or more than a year ahead."""
    if when.at is not None and not now - timedelta(minutes=1) <= when.at <= now + MOST_AHEAD:
        raise BadInput("notices.bad_moment")


def check_offer(library: Library, draft: Draft, when: Timing, now: datetime) -> None:
    """Raise BadInput where what may be signed up for would go out when it is over, or again and
    again: the list is one.
    """
    if draft.offer is None:
        return
    if when.rule is not None:
        raise BadInput("notices.offer_comes_once")
    if behind_quiet(library, when.at or now, urgent=draft.urgent) >= draft.offer.closes_at:
        raise BadInput("notices.offer_over_by_then")


async def set_next(
    session: AsyncSession, library: Library, notice: Notice, now: datetime
) -> NoticeOccurrence | None:
    """Make the row of the next moment; none where there is none, or nobody can tell yet."""
    when = timing.read(notice.timing)
    try:
        planned = next_moment(when, now, library.calendar)
    except Unpublished:
        return None
    if planned is None:
        return None
    rows = NoticeRepository(session)
    known = {each.planned_at: each for each in await rows.occurrences(notice.number)}
    version = newest(notice)
    going = known.get(planned)
    if going is None:
        going = NoticeOccurrence(
            id=ids.new_id(), notice=notice.number, planned_at=planned, made=0, planned=None
        )
        rows.add(going)
    elif going.made or going.state != "dropped":
        return None  # that moment has been: a clock that went back does not bring it again
    going.version, going.state = version.number, "waiting"
    going.last_channel = going.last_account = ""
    going.at = behind_quiet(library, planned, urgent=version.urgent)
    return going


def next_moment(when: Timing, now: datetime, years: Years) -> datetime | None:
    """The next moment of a timing. Raises Unpublished where nobody can tell."""
    if when.rule is None:
        return when.at or now
    return timing.next_after(when.rule, now, years)


def behind_quiet(library: Library, moment: datetime, *, urgent: bool) -> datetime:
    """The moment, or the end of the quiet hours or peak that it lies in; an urgent one passes."""
    windows = () if urgent else library.notices.limits.windows
    return wait_until(moment, windows)


def coming(
    library: Library, rule: Rule, now: datetime, *, urgent: bool, count: int = SHOWN
) -> Sequence[datetime]:
    """The next moments of a rule, behind quiet hours, for a page to show before it is set.

    Raises Unpublished, with the year, where nobody can tell.
    """
    found, planned = [], now
    for _ in range(count):
        following = timing.next_after(rule, planned, library.calendar)
        if following is None:
            break
        planned = following
        found.append(behind_quiet(library, planned, urgent=urgent))
    return found


async def fill_in(session: AsyncSession, library: Library, clock: Clock) -> int:
    """Give scheduled notices without a moment the one that can be told by now; says how many."""
    count, rows = 0, NoticeRepository(session)
    for number in await rows.without_moment(LOOKED_AT):
        notice = await rows.by_number(number, lock=True)
        if notice is not None and notice.state == states.SCHEDULED:
            count += await set_next(session, library, notice, clock()) is not None
    return count
