"""When staff talk with workers: the working days of the calendar, from opening to closing."""

from datetime import date, datetime, timedelta

from content.handover_schema import HandoverRules
from kit.clock import SHANGHAI, in_shanghai
from services import calendar
from services.calendar import SATURDAY, Years

# No run of days off is nearly as long.
LOOKED_AHEAD = 30


def is_open(rules: HandoverRules, years: Years, moment: datetime) -> bool:
    """Whether staff talk with workers at a moment."""
    here = in_shanghai(moment)
    return works(here.date(), years) and rules.opening <= here.time() < rules.closing


def closing_of(rules: HandoverRules, moment: datetime) -> datetime:
    """When the day of a moment closes."""
    return datetime.combine(in_shanghai(moment).date(), rules.closing, SHANGHAI)


def next_opening(rules: HandoverRules, years: Years, moment: datetime) -> datetime:
    """The first opening behind a moment."""
    here = in_shanghai(moment)
    for ahead in range(LOOKED_AHEAD):
        day = here.date() + timedelta(days=ahead)
        opening = datetime.combine(day, rules.opening, SHANGHAI)
        if opening > here and works(day, years):
            return opening
    return datetime.combine(here.date() + timedelta(days=1), rules.opening, SHANGHAI)


def works(day: date, years: Years) -> bool:
    """Whether a day is worked; the weekdays of a year whose calendar is not published yet are.

    Promises of answers are never guessed so (services/working_days). This is none: somebody must
    be there to take a talk, and the worker is told at once when nobody is.
    """
    known = calendar.is_working_day(day, years)
    return day.weekday() < SATURDAY if known is None else known
