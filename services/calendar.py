"""The Chinese working calendar: which days are off, which weekends are worked.

Source: the State Council's yearly notice, as carried by the package chinesecalendar. A year
whose notice is not published yet is unknown, never guessed.
"""

from datetime import date

import chinese_calendar

SATURDAY = 5


def is_day_off(day: date) -> bool | None:
    """Whether the country is off that day; None while the year's calendar is not published."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return None


def is_as_usual(day: date) -> bool:
    """Whether the day is what its weekday says: no holiday, no weekend made up for.

    False also where the calendar is not published, since nobody can tell.
    """
    off = is_day_off(day)
    return off is not None and off == (day.weekday() >= SATURDAY)
