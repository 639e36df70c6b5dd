"""The hours in which people are told something that they did not just ask, and those when not.

Pure: moments are aware, hours those of Shanghai.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from content.notice_schema import Window
from kit.clock import SHANGHAI, in_shanghai

_MORNING = time(9, tzinfo=SHANGHAI)


def morning_of(day: date) -> datetime:
    """When people are told that a day has come."""
    return datetime.combine(day, _MORNING)


def wait_until(moment: datetime, windows: Iterable[Window]) -> datetime:
    """The moment itself, or the end of the windows that it lies in, one behind the other."""
    hours = tuple(windows)
    # A window's end may lie in another one; where they fill the day, nobody waits for ever.
    for _ in hours:
        end = next((found for each in hours if (found := _end(moment, each))), None)
        if end is None:
            break
        moment = end
    return moment


def _end(moment: datetime, window: Window) -> datetime | None:
    """When the window is over that a moment lies in; None where it lies outside."""
    here = in_shanghai(moment)
    now = here.time()
    if window.start <= window.end:
        inside, days = window.start <= now < window.end, 0
    else:
        inside, days = now >= window.start or now < window.end, int(now >= window.start)
    if not inside:
        return None
    return datetime.combine(here.date() + timedelta(days=days), window.end, SHANGHAI)
