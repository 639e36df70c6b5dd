"""When a notice goes out: at once, at a moment, or by a rule.

Pure: moments are aware, days and hours those of Shanghai, where the clock is never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from kit.clock import SHANGHAI, in_shanghai
from kit.errors import AppError
from services import calendar
from services.calendar import Years

LAST = 0  # the last day of a month, among its days
LONGEST = 366 * 9  # days until the 29th of February comes round again, with a year to spare


class Unpublished(AppError):
    """Whether a day is a holiday is not known: its year's calendar is not published yet."""

    key = "notices.calendar_unpublished"
    status = 409

    def __init__(self, year: int) -> None:
        super().__init__(year=year)
        self.year = year


@dataclass(frozen=True)
class Rule:
    """The moments at which something comes again: all hours with all minutes of each fitting day.

    `weekdays` are 1 (Monday) to 7, `days` those of a month with `LAST` for its last; None is every
    day. `working_days` are those of the country's calendar, made-up weekends with them.
    """

    hours: frozenset[int]
    minutes: frozenset[int] = frozenset({0})
    weekdays: frozenset[int] | None = None
    days: frozenset[int] | None = None
    working_days: bool = False
    no_holidays: bool = False

    def as_json(self) -> dict[str, Any]:
        """The rule as it is stored."""
        return {
            "hours": sorted(self.hours),
            "minutes": sorted(self.minutes),
            "weekdays": sorted(self.weekdays) if self.weekdays is not None else None,
            "days": sorted(self.days) if self.days is not None else None,
            "working_days": self.working_days,
            "no_holidays": self.no_holidays,
        }


@dataclass(frozen=True)
class Timing:
    """At a moment, by a rule, or at once where there is neither."""

    at: datetime | None = None
    rule: Rule | None = None

    def as_json(self) -> dict[str, Any]:
        """The timing as it is stored."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "rule": self.rule.as_json() if self.rule else None,
        }


AT_ONCE = Timing()


def read(stored: Mapping[str, Any] | None) -> Timing:
    """The timing that was stored."""
    if stored is None:
        return AT_ONCE
    at, rule = stored["at"], stored["rule"]
    return Timing(datetime.fromisoformat(at) if at else None, _rule(rule) if rule else None)


def next_after(rule: Rule, moment: datetime, years: Years) -> datetime | None:
    """The first moment of a rule behind another; None when there is none in nine years.

    Raises Unpublished where a day before it may be a holiday and nobody can tell.
    """
    here = in_shanghai(moment)
    for count in range(LONGEST):
        day = here.date() + timedelta(days=count)
        if not fits(rule, day, years):
            continue
        for hour in sorted(rule.hours):
            for minute in sorted(rule.minutes):
                found = datetime.combine(day, time(hour, minute), SHANGHAI)
                if found > here:
                    return found
    return None


def fits(rule: Rule, day: date, years: Years) -> bool:
    """Whether a rule has moments on a day. Raises Unpublished where nobody can tell."""
    if rule.weekdays is not None and day.isoweekday() not in rule.weekdays:
        return False
    if rule.days is not None and day.day not in rule.days and not _is_last(rule, day):
        return False
    if rule.working_days:
        return _known(calendar.is_working_day(day, years), day)
    return not (rule.no_holidays and _known(calendar.is_holiday(day, years), day))


def _is_last(rule: Rule, day: date) -> bool:
    return LAST in (rule.days or ()) and (day + timedelta(days=1)).day == 1


def _known(answer: bool | None, day: date) -> bool:  # noqa: FBT001 - what the calendar answered
    if answer is None:
        raise Unpublished(day.year)
    return answer


def _rule(stored: Mapping[str, Any]) -> Rule:
    weekdays, days = stored["weekdays"], stored["days"]
    return Rule(
        frozenset(stored["hours"]),
        frozenset(stored["minutes"]),
        frozenset(weekdays) if weekdays is not None else None,
        frozenset(days) if days is not None else None,
        bool(stored["working_days"]),
        bool(stored["no_holidays"]),
    )
