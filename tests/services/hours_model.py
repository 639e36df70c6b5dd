"""A naive second reading of our opening-hours grammar, minute by minute, to hold ours against."""

import re
from datetime import date, datetime, timedelta

import chinese_calendar

from kit.clock import SHANGHAI

NAMES = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
MINUTE = timedelta(minutes=1)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def kind(day: date) -> str:
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return "calendar_unpublished"
    if name is None:
        return "usual"
    return "holiday" if off else "made_up_day"


def spans(rule: str, asked: str) -> set[tuple[int, int]]:
    """The spans of a weekday or of `PH`, in minutes; the last part that names it counts."""
    found: set[tuple[int, int]] = set()
    for part in rule.split("; "):
        days = "Mo-Su" if part == "24/7" else part.split(" ")[0]
        times = "00:00-24:00" if part == "24/7" else part.split(" ")[1]
        if asked in named(days):
            clocks = re.findall(r"(\d\d):(\d\d)-(\d\d):(\d\d)", times)
            pairs = {(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in clocks}
            found = {(start, end if end > start else end + 1440) for start, end in pairs}
    return found


def named(days: str) -> set[str]:
    if days == "PH":
        return {"PH"}
    found: set[str] = set()
    for each in days.split(","):
        first, last = each.split("-") if "-" in each else (each, each)
        circle = NAMES[NAMES.index(first) :] + NAMES
        found |= set(circle[: circle.index(last) + 1])
    return found


class Model:
    """One rule, read without any library."""

    def __init__(self, rule: str) -> None:
        self.of = {name: spans(rule, name) for name in [*NAMES, "PH"]}
        self.speaks_of_holidays = "PH" in rule
        self.longest = max((end for each in self.of.values() for _, end in each), default=0)

    def day(self, day: date) -> set[tuple[int, int]] | None:
        """The spans of a day, None where they are unknown."""
        what = kind(day)
        if what == "usual":
            return self.of[NAMES[day.weekday()]]
        if self.speaks_of_holidays and what == "holiday":
            return self.of["PH"]
        workdays = [self.of[name] for name in NAMES[:5]]
        alike = bool(workdays[0]) and all(each == workdays[0] for each in workdays)
        weekend_too = alike and self.of["Sa"] == self.of["Su"] == workdays[0]
        if what == "made_up_day" and alike and (self.speaks_of_holidays or weekend_too):
            return workdays[0]
        return None

    def state(self, moment: datetime) -> str:
        today, yesterday = moment.date(), moment.date() - timedelta(days=1)
        minute = moment.hour * 60 + moment.minute
        own, night = self.day(today), self.day(yesterday)
        if any(start <= minute < end for start, end in own or ()):
            return "open"
        if any(start <= minute + 1440 < end for start, end in night or ()):
            return "open"
        if own is None or (night is None and minute + 1440 < self.longest):
            return "unknown"
        return "closed"
