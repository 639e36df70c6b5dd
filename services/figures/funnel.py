"""How the chat goes, from turns to cases: counts of a day, kept when it is over; no words."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.turn_days import TurnCounts, TurnDayRepository
from kit.clock import SHANGHAI, Clock
from services.cases.clocks import day_of
from services.figures.values import Funnel, Period

# Intents that say that nothing was understood, and those that open a case.
UNHEARD = ("nlu_fallback", "out_of_scope")
BEGINS = ("send_suggestion", "report_hazard")
DAY = timedelta(days=1)
# A day is kept when its last turns have surely been answered.
SETTLED = timedelta(hours=1)
KEPT_AT_ONCE = 100


async def of(session: AsyncSession, clock: Clock, period: Period, handed_in: int) -> Funnel:
    """The funnel of a period; days that are not kept yet are counted from their turns."""
    rows = TurnDayRepository(session)
    last = min(period.last, day_of(clock()))
    kept = await rows.kept(period.first, last)
    total = TurnCounts(*map(sum, zip(TurnCounts(), *kept.values(), strict=True)))
    newest = max(kept, default=period.first - DAY)
    if newest < last:
        live = await _between(rows, newest + DAY, last)
        total = TurnCounts(*map(sum, zip(total, live, strict=True)))
    return Funnel(**total._asdict(), handed_in=handed_in)


async def keep_days(session: AsyncSession, clock: Clock) -> int:
    """Keep the counts of days that are over, some at once; how many."""
    rows = TurnDayRepository(session)
    newest = await rows.newest_kept()
    oldest = await rows.oldest_turn()
    if newest is None and oldest is None:
        return 0
    day = newest + DAY if newest else day_of(oldest) if oldest else day_of(clock())
    over = day_of(clock() - SETTLED) - DAY
    count = 0
    while day <= over and count < KEPT_AT_ONCE:
        await rows.keep(day, await _between(rows, day, day))
        day, count = day + DAY, count + 1
    return count


async def _between(rows: TurnDayRepository, first: date, last: date) -> TurnCounts:
    return await rows.between(
        _midnight(first), _midnight(last + DAY), unheard=UNHEARD, begins=BEGINS
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
