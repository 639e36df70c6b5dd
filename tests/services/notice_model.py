"""Naive models of when a notice goes out and who gets it, to hold the real ones against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from content.notice_schema import NoticeLimits
from kit.clock import in_shanghai
from services import calendar
from services.notices.timing import LAST, Rule

MINUTE = timedelta(minutes=1)


def fits_minute(rule: Rule, moment: datetime, years: Mapping[int, Any]) -> bool:
    """Whether a minute is one of the rule's; asked minute by minute, it is all that a rule is."""
    here = in_shanghai(moment)
    tomorrow = here + timedelta(days=1)
    day = here.date()
    of_month = rule.days is None or here.day in rule.days
    if rule.days is not None and LAST in rule.days and tomorrow.month != here.month:
        of_month = True
    return (
        here.hour in rule.hours
        and here.minute in rule.minutes
        and of_month
        and (rule.weekdays is None or here.weekday() + 1 in rule.weekdays)
        and (not rule.working_days or bool(calendar.is_working_day(day, years)))
        and not (rule.no_holidays and bool(calendar.is_holiday(day, years)))
    )


def may_read(moment: datetime, limits: NoticeLimits) -> bool:
    """Whether an ordinary notice may go out in a minute, said without any window."""
    now = in_shanghai(moment).time()
    at_night = now >= time(22) or now < time(7)
    at_noon, at_night_fall = time(11) <= now < time(13, 30), time(17) <= now < time(20)
    assert limits.quiet_hours.start == time(22)
    return not (at_night or at_noon or at_night_fall)


@dataclass(frozen=True)
class Person:
    """All that decides on one worker with one account."""

    place: tuple[str, str, str] | None
    trade: str | None
    told: bool
    gone: bool
    no_account: bool
    forgotten: bool
    wrote_again: bool
    news: str | None  # "given" or "withdrawn"
    wish: bool | None

    def verdict(self, audience: Any, *, unasked: bool) -> str | None:
        """The reason against him, "" for none, None where he is not meant at all."""
        narrowed = audience.districts or audience.trades
        if narrowed and not self.told:
            return None
        if audience.districts and not any(self._lies_in(path) for path in audience.districts):
            return None
        if audience.trades and self.trade not in audience.trades:
            return None
        against = {
            "no_account": self.no_account,
            "deleted": self.forgotten and not self.wrote_again,
            "opted_out": self.news == "withdrawn" or self.wish is False,
            "not_subscribed": (audience.subscribers or not unasked) and self.wish is not True,
            "gone": self.gone,
        }
        return next((reason for reason, holds in against.items() if holds), "")

    def _lies_in(self, path: str) -> bool:
        return self.place is not None and "/".join(self.place).startswith(path)
