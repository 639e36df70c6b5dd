"""Watching the clocks of cases: what is due is claimed once, what stands still is noticed.

A tick is safe at any pace and from several processes: due rows are claimed, each by one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, true
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import CaseReminder
from db.repositories.case_flow import CaseFlowRepository, Condition
from db.repositories.cases import CaseRepository
from kit.clock import Clock
from services import working_days
from services.calendar import is_day_off
from services.cases import parameters, states, telling
from services.cases.clocks import (
    ASKED_AGAIN,
    EVE,
    RATING,
    STILL,
    WHOLE,
    day_of,
    set_going,
    start_of,
    told_today,
    total_days,
)
from services.cases.inbox import columns
from services.staff.actors import Actor, seen_by
from services.staff.permissions import Permission
from services.windows import wait_until

TO_WORKERS = frozenset({RATING, EVE, ASKED_AGAIN})
UNSEEN = frozenset({EVE, ASKED_AGAIN})  # by staff: workers alone hear of these
CLAIMED_AT_ONCE, UNDATED_AT_ONCE, SHOWN = 200, 500, 200
# All cases that stood still before anybody was reminded of it come at the first ticks: workers
# wait for a tick's transaction, and so it is short.
STANDING_AT_ONCE = 50
MOST_COUNTED = 99  # reminders that the inbox counts
# From this month on next year's calendar is missed: it is published in November as a rule.
CALENDAR_MISSED_FROM = 11


@dataclass(frozen=True)
class Ticked:
    """What a tick did: reminders claimed, promises that got their day."""

    claimed: int
    dated: int


@dataclass(frozen=True)
class Reminder:
    """A moment that came, for those responsible: the unit, or the reviewers where it is None."""

    code: str
    clock: str
    share: int
    due: date
    unit: str | None
    at: datetime


@dataclass(frozen=True)
class CalendarWarning:
    """What the console must say loudly: a message, its `count` of cases, its `year`."""

    key: str
    count: int
    year: int


async def tick(session: AsyncSession, library: Library, clock: Clock) -> Ticked:
    """Claim what has come due, at most 200 rows, and act on it; again while `claimed` is full."""
    dated = await date_undated(session, library, clock)
    await _note_standing(session, library, clock)
    now = clock()
    # What workers hear waits until it may be told; staff look when they come.
    quiet = wait_until(now, library.notices.limits.windows) > now
    claimed = await CaseFlowRepository(session).claim_reminders(
        now, CLAIMED_AT_ONCE, TO_WORKERS if quiet else ()
    )
    for row in claimed:
        if row.clock in UNSEEN or (row.clock == RATING and row.share == WHOLE):
            await _tell(session, library, clock, row)
    return Ticked(len(claimed), dated)


async def _tell(session: AsyncSession, library: Library, clock: Clock, row: CaseReminder) -> None:
    """Ask for a rating, or once more what was asked, or tell that an answer is due, where it is
    still so.
    """
    code = await CaseRepository(session).code_of(row.case_id)
    case = await CaseRepository(session).by_code(code) if code else None
    if case is None:
        return
    if row.clock == RATING and case.state == states.ANSWERED:
        await telling.ask_rating(session, library, clock, case)
    if row.clock == ASKED_AGAIN and case.state == states.NEEDS_MORE:
        await telling.ask_again(session, library, clock, case)
    today, is_open = day_of(clock()), case.state in states.RUNNING
    still = row.clock == EVE and is_open and case.due == row.due and today < row.due
    if still and not told_today(case, today):
        await telling.eve(session, library, clock, case, due=row.due)


async def date_undated(session: AsyncSession, library: Library, clock: Clock) -> int:
    """Give a day to promises made before their calendar was published; says how many got one."""
    codes = await CaseFlowRepository(session).undated(true(), sorted(states.OPEN), UNDATED_AT_ONCE)
    count, limits = 0, await parameters.in_force(session, library, clock)
    for code in codes:
        case = await CaseRepository(session).by_code(code, lock=True)
        if case is None or case.due is not None or case.state in states.STOPPED:
            continue
        days = total_days(case, library.calendar)
        if days is not None:
            case.due = working_days.after(start_of(case), days, library.calendar)
        if case.due is not None:
            count += 1
            await set_going(session, library, case, limits=limits)
    return count


async def _note_standing(session: AsyncSession, library: Library, clock: Clock) -> None:
    """Write down when those are reminded whose case stands still and has no such moment: it was
    stopped before there were any, or its calendar was not published.
    """
    stopped, limits = sorted(states.STOPPED), await parameters.in_force(session, library, clock)
    for code in await CaseFlowRepository(session).unminded(stopped, STILL, STANDING_AT_ONCE):
        case = await CaseRepository(session).by_code(code, lock=True)
        if case is not None:
            await set_going(session, library, case, limits=limits)


async def reminders(session: AsyncSession, actor: Actor, since: datetime) -> Sequence[Reminder]:
    """What this actor was reminded of since a moment, newest first.

    A unit's reminders are for its handlers; nobody's are for those who decide on the case.
    """
    rows = await CaseFlowRepository(session).claimed_reminders(_for(actor), since, SHOWN)
    return [
        Reminder(case.code, row.clock, row.share, row.due, row.unit, row.claimed_at or row.at)
        for row, case in rows
    ]


async def count_reminders(session: AsyncSession, actor: Actor, since: datetime) -> int:
    """Of how much this actor was reminded since a moment; one more than `MOST_COUNTED` is more."""
    rows = CaseFlowRepository(session)
    return await rows.count_claimed(_for(actor), since, MOST_COUNTED + 1)


def _for(actor: Actor) -> Condition:
    """The reminders that are for this actor, of cases that he may see."""
    own = [grant.unit for grant in actor.grants if grant.unit]
    decides = actor.condition_for(Permission.DECIDE_CASES, columns())
    theirs = or_(and_(CaseReminder.unit.in_(own), seen_by(actor, columns())), decides)
    return and_(CaseReminder.clock.not_in(sorted(UNSEEN)), theirs)


async def warnings(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor
) -> Sequence[CalendarWarning]:
    """What stands against promising days: a calendar that is not published. Cases are counted that
    this actor may see.
    """
    today, seen = day_of(clock()), seen_by(actor, columns())
    undated = await CaseFlowRepository(session).undated(seen, sorted(states.OPEN), UNDATED_AT_ONCE)
    found = []
    for year in (today.year, today.year + 1):
        missed = year == today.year or today.month >= CALENDAR_MISSED_FROM
        if missed and is_day_off(date(year, 1, 1), library.calendar) is None:
            key = "case_steps.calendar_missing" if undated else "case_steps.calendar_awaited"
            found.append(CalendarWarning(key, len(undated), year))
    if undated and not found:
        found.append(CalendarWarning("case_steps.undated", len(undated), today.year))
    return found
