"""The clocks of cases in working days: which run, until when, and when to remind.

A promise counts from the day a case came in (or was opened anew) through all returns; only what is
given on top of it, by an extension or a pause, moves its day. A printed day never comes earlier.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import CaseLimits
from content.library import Library
from db.models import Case, CaseEvent, CaseReminder
from db.repositories.case_flow import CaseFlowRepository
from kit import ids
from kit.clock import in_shanghai
from services import working_days
from services.calendar import Years
from services.cases import states
from services.cases.rules import ANEW, NEW_PROMISES, lead_of
from services.windows import morning_of

FIRST_LOOK, DECIDE, SIGN_FOR = "first_look", "decide", "sign_for"
ANSWER, RATING = "answer", "rating"
EVE = "eve"  # of the promised day: author and supporters hear of it
# Where a promise stands still: staff are reminded once that it does, who was asked half way.
PAUSED, ASKED, ASKED_AGAIN = "paused", "asked", "asked_again"
STILL = (PAUSED, ASKED)
WHOLE = 100
HALF = 50
SHARES = (HALF, 80, WHOLE)
# Steps that say a promised day, or move it: who takes one, or hears of it, knows the day.
SETS_DAY = frozenset({"hand_in", "extend", "supply", "resume", "reopen", "object"})


@dataclass(frozen=True)
class Running:
    """One clock of a case: from which day, until the end of which; both in Shanghai."""

    clock: str
    since: date
    due: date


def running(case: Case, limits: CaseLimits, years: Years) -> Iterator[Running]:
    """The clocks that run for a case now; those whose calendar is not published are left out."""
    state = states.state_of(case)
    promised, entered = start_of(case), entered_on(case)
    found: list[tuple[str, date, date | None]] = []
    if state in {states.HELD, states.RECEIVED}:
        look = working_days.after(promised, limits.first_look_days, years)
        found.append((FIRST_LOOK, promised, look))
    if state in {states.HELD, *states.UNDER_REVIEW}:
        decide = working_days.after(promised, limits.accept_days, years)
        found.append((DECIDE, promised, decide))
    if state == states.ASSIGNED:
        sign = working_days.after(entered, limits.sign_for_days, years)
        found.append((SIGN_FOR, entered, sign))
    if state == states.ANSWERED:
        found.append((RATING, entered, working_days.after(entered, limits.rating_days, years)))
    if state in states.RUNNING:
        found.append((ANSWER, promised, case.due))
    yield from (Running(clock, since, due) for clock, since, due in found if due is not None)


def start_of(case: Case) -> date:
    """The day from which a case's promise counts: it came in, was opened anew, or is done anew."""
    newest = next((e for e in reversed(case.events) if e.step in ANEW), None)
    return day_of(newest.at if newest else case.created_at)


def is_anew(case: Case) -> bool:
    """Whether a case was answered before and is dealt with again; not one that was merged, or
    refused, and was opened.
    """
    steps = {event.step for event in case.events}
    return "approve" in steps and not steps.isdisjoint(ANEW)


def day_of(moment: datetime) -> date:
    """The day of a moment on the clock that people read."""
    return in_shanghai(moment).date()


def total_days(case: Case, years: Years) -> int | None:
    """Working days of the whole promise: answer, extensions, pauses that are over.

    None while the calendar of a pause is not published.
    """
    total = case.answer_days or 0
    stopped: date | None = None
    for event in _of_promise(case):
        total += int((event.data or {}).get("days", 0)) if event.step == "extend" else 0
        if event.state in states.STOPPED:
            stopped = stopped or day_of(event.at)
        elif stopped is not None:
            days = working_days.between(stopped, day_of(event.at), years)
            if days is None:
                return None
            total, stopped = total + days, None
    return total


def lengthen(case: Case, days: int | None, years: Years) -> None:
    """Give a promise some working days more; None where nobody can tell yet how many."""
    if case.due is not None and days is not None:
        case.due = working_days.after(case.due, days, years)
    elif days is None:
        case.due = None


def promise(case: Case, days: int, today: date, years: Years) -> None:
    """Promise an answer anew, so many working days from today."""
    case.answer_days, case.due = days, working_days.after(today, days, years)


async def set_going(
    session: AsyncSession, library: Library, case: Case, *, limits: CaseLimits
) -> None:
    """Bring the reminders of a case to what its clocks say now; claimed ones stay as they are."""
    flow, years = CaseFlowRepository(session), library.calendar
    await session.flush()
    wanted = {
        (each.clock, share, each.due): at
        for each in running(case, limits, years)
        for share, at in _moments(each, years)
    }
    wanted |= _eve(case, wanted, years) | _standing(case, limits, years)
    known = await flow.reminders(case.id)
    lead = lead_of(case)
    kept = {
        (row.clock, row.share, row.due): row
        for row in known
        if row.claimed_at or ((row.clock, row.share, row.due) in wanted and row.unit == lead)
    }
    await flow.drop_reminders([row.id for row in known if row not in kept.values()])
    for (name, share, due), at in wanted.items():
        if (name, share, due) not in kept:
            flow.add(
                CaseReminder(
                    id=ids.new_id(),
                    case_id=case.id,
                    clock=name,
                    share=share,
                    due=due,
                    unit=lead,
                    at=at,
                )
            )
    await session.flush()


def told_today(case: Case, today: date) -> bool:
    """Whether its author was told the promised day today already, since it was set today."""
    return any(day_of(event.at) == today for event in case.events if event.step in SETS_DAY)


def _eve(
    case: Case, wanted: Iterable[tuple[str, int, date]], years: Years
) -> dict[tuple[str, int, date], datetime]:
    """The morning of the working day before the promised one, while that clock runs."""
    promised = {due for clock, _, due in wanted if clock == ANSWER and due == case.due}
    days = {due: working_days.before(due, years) for due in promised}
    return {(EVE, WHOLE, due): morning_of(day) for due, day in days.items() if day is not None}


def _standing(
    case: Case, limits: CaseLimits, years: Years
) -> dict[tuple[str, int, date], datetime]:
    """When staff hear that a case still stands still, and half way who was asked.

    No clock that runs: nothing is late, and no page counts its days.
    """
    state, since = states.state_of(case), entered_on(case)
    if state not in states.STOPPED:
        return {}
    asked = state == states.NEEDS_MORE
    days = limits.question_days if asked else limits.paused_days
    due, half = [working_days.after(since, count, years) for count in (days, -(-days // 2))]
    if due is None or half is None:
        return {}
    again = {(ASKED_AGAIN, HALF, due): morning_of(half)} if asked else {}
    return {(ASKED if asked else PAUSED, WHOLE, due): morning_of(due)} | again


def _of_promise(case: Case) -> Sequence[CaseEvent]:
    """The events since the case was promised anew."""
    starts = [n for n, e in enumerate(case.events) if e.step in NEW_PROMISES]
    return case.events[starts[-1] if starts else 0 :]


def entered_on(case: Case) -> date:
    """The day on which a case came into the state that it is in."""
    now, since = states.state_of(case), case.events[-1].at
    for event in reversed(case.events):
        if event.state != now:
            break
        since = event.at
    return day_of(since)


def _moments(clock: Running, years: Years) -> Iterator[tuple[int, datetime]]:
    """When to remind: the mornings on which half, four fifths and all of the days are reached.

    Of several on one day only the last.
    """
    count = working_days.between(clock.since, clock.due, years) or 0
    days: dict[date, int] = {}
    for share in SHARES:
        day = working_days.after(clock.since, -(-count * share // 100), years)
        days[day or clock.due] = share
    for day, share in days.items():
        yield share, morning_of(day)
