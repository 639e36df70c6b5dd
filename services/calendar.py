"""The Chinese working calendar: which days are off, which weekends are worked.

Source: the State Council's yearly notice, as carried by the package chinesecalendar. A year
whose notice is not published yet is unknown, never guessed. Until a package carries it, the
operator writes it into content/calendar.yml; what stands there goes before the package, because
notices have been amended within the year.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

import chinese_calendar

from content.calendar_schema import CalendarYear

SATURDAY = 5
Years = Mapping[int, CalendarYear]  # of content/calendar.yml
NO_YEARS: Years = MappingProxyType({})

DayKind = Literal["usual", "holiday", "made_up_day", "calendar_unpublished"]


def is_day_off(day: date, years: Years = NO_YEARS) -> bool | None:
    """Whether the country is off that day; None while the year's calendar is not published."""
    written = years.get(day.year)
    if written is not None:
        weekend = day.weekday() >= SATURDAY
        return day in written.days_off or (weekend and day not in written.made_up_days)
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return None


def is_working_day(day: date, years: Years = NO_YEARS) -> bool | None:
    """Whether the country works that day; None while the year's calendar is not published."""
    off = is_day_off(day, years)
    return None if off is None else not off


def is_holiday(day: date, years: Years = NO_YEARS) -> bool | None:
    """Whether a day belongs to a published holiday; an ordinary weekend is none.

    None while the year's calendar is not published.
    """
    written = years.get(day.year)
    if written is not None:
        return day in written.days_off
    kind = kind_of(day)
    return None if kind == "calendar_unpublished" else kind == "holiday"


def kind_of(day: date) -> DayKind:
    """What sets the day apart from its weekday.

    `holiday` is each day of a published holiday, a Saturday or Sunday inside it too;
    `made_up_day` is a weekend day that is worked in exchange.
    """
    off = is_day_off(day)
    if off is None:
        return "calendar_unpublished"
    if off:
        _off, name = chinese_calendar.get_holiday_detail(day)
        return "usual" if name is None else "holiday"
    return "made_up_day" if day.weekday() >= SATURDAY else "usual"


def is_as_usual(day: date) -> bool:
    """Whether the day is what its weekday says: in no holiday, no weekend made up for.

    False also where the calendar is not published, since nobody can tell.
    """
    return kind_of(day) == "usual"
