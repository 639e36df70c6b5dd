"""Counting working days of the country's calendar."""

from datetime import date, timedelta

from services import calendar


def after(day: date, count: int) -> date | None:
    """The `count`-th working day after a day, which itself never counts.

    None when it lies, or may lie, in a year whose calendar is not published yet.
    """
    left = count
    while left > 0:
        day += timedelta(days=1)
        works = calendar.is_working_day(day)
        if works is None:
            return None
        left -= works
    return day
