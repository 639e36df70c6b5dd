"""Counting working days of the country's calendar."""

from datetime import date, timedelta

from services import calendar
from services.calendar import NO_YEARS, Years


def after(day: date, count: int, years: Years = NO_YEARS) -> date | None:
    """The `count`-th working day after a day, which itself never counts.

    None when it lies, or may lie, in a year whose calendar is not published yet.
    """
    left = count
    while left > 0:
        day += timedelta(days=1)
        works = calendar.is_working_day(day, years)
        if works is None:
            return None
        left -= works
    return day


def before(day: date, years: Years = NO_YEARS) -> date | None:
    """The last working day before a day; None where a calendar that is needed is unpublished."""
    while True:
        day -= timedelta(days=1)
        works = calendar.is_working_day(day, years)
        if works is None or works:
            return day if works else None


def between(start: date, end: date, years: Years = NO_YEARS) -> int | None:
    """How many working days come after `start`, up to and with `end`; None as above."""
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    works = [calendar.is_working_day(day, years) for day in days]
    return None if None in works else sum(bool(each) for each in works)
