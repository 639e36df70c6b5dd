"""Published rules with the Chinese calendar written into them, day by day.

A rule is the part of OSM `opening_hours` that content/schema.py lets in. opening-hours-py reads
it, but two things are done here before: its own calendar of China knows 6 days a year, and where
a dated rule takes a day over it still lets the weekday's rule run past midnight. So each day that
is not as usual, and the day after it, becomes a dated rule of its own, and no time in the text
passes 24:00.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from services import calendar
from services.calendar import DayKind

DAY = 24 * 60
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WORKDAYS = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Minutes after the midnight that begins the day; an end past 1440 lies in the night after it.
Span = tuple[int, int]
Spans = tuple[Span, ...]
# Times and states of a day, such as `00:00-02:00` and `02:00-24:00 unknown "holiday"`.
Said = tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """The hours of each weekday, and of public holidays where they are published."""

    week: tuple[Spans, ...]
    holiday: Spans | None

    def of(self, day: date) -> Spans | DayKind:
        """The hours of a day, or what keeps them unknown."""
        kind = calendar.kind_of(day)
        if kind == "usual":
            return self.week[day.weekday()]
        if kind == "holiday" and self.holiday is not None:
            return self.holiday
        if kind == "made_up_day" and self._tells_working_days():
            return self.week[0]
        return kind

    def last_end(self) -> int:
        """The latest end of any day, in minutes."""
        spans = [span for spans in (*self.week, self.holiday or ()) for span in spans]
        return max((end for _start, end in spans), default=0)

    def _tells_working_days(self) -> bool:
        # A weekend that is worked is a working day. Which hours it has is only clear where all
        # days have the same, or all working days have and the rule minds the calendar.
        counted = self.week if self.holiday is None else self.week[:WORKDAYS]
        return bool(self.week[0]) and len(set(counted)) == 1


def parse(text: str) -> Rule:
    """The hours in a rule; a later part takes the days of an earlier one over, as OSM has it."""
    week: list[Spans] = [()] * len(WEEKDAYS)
    holiday: Spans | None = None
    for part in text.split("; "):
        days, _, times = ("Mo-Su", "", "00:00-24:00") if part == "24/7" else part.partition(" ")
        spans = () if times == "off" else tuple(_span(each) for each in times.split(","))
        if days == "PH":
            holiday = spans
            continue
        for number in _weekdays(days):
            week[number] = spans
    return Rule(tuple(week), holiday)


def written_out(text: str, first: date, last: date) -> str:
    """The rule as it holds from one day to another, for opening-hours-py.

    For example `…; 2026 Oct 02-2026 Oct 07 00:00-24:00 unknown "holiday"; …`: a comment names the
    `DayKind` that keeps the hours unknown.
    """
    rule = parse(text)
    parts = []
    for number, name in enumerate(WEEKDAYS):
        spans = _merged(rule.week[number], _after_midnight(rule.week[number - 1]))
        parts += [f"{name} {_times(spans)}"] if spans else []
    for begin, end, said in _runs(rule, _days_apart(first, last)):
        days = _dated(begin) if begin == end else f"{_dated(begin)}-{_dated(end)}"
        parts.append(", ".join(f"{days} {each}" for each in said))
    return "; ".join(parts)


def _runs(rule: Rule, days: Iterable[date]) -> list[tuple[date, date, Said]]:
    """First day, last day and what is said of them, for days on end of which the same is said."""
    runs: list[tuple[date, date, Said]] = []
    for day in days:
        said = _said(rule, day)
        first, last, before = runs[-1] if runs else (day, day, said)
        if runs and before == said and day - last == timedelta(days=1):
            runs[-1] = (first, day, said)
        else:
            runs.append((day, day, said))
    return runs


@lru_cache(maxsize=64)
def _days_apart(first: date, last: date) -> tuple[date, ...]:
    """The days that are not as usual or follow such a day; the same for every rule."""
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 1)]
    usual = {day: calendar.is_as_usual(day) for day in days}
    return tuple(day for before, day in pairwise(days) if not (usual[before] and usual[day]))


def _said(rule: Rule, day: date) -> Said:
    """What holds on one day, the night of the day before included."""
    before, today = rule.of(day - timedelta(days=1)), rule.of(day)
    night = () if isinstance(before, str) else _after_midnight(before)
    known = _merged(() if isinstance(today, str) else today, night)
    if isinstance(today, str):
        unknown, why = _gaps(known, DAY), today
    elif isinstance(before, str):
        # Nobody knows whether the day before had hours at all, so nobody knows of its night.
        unknown, why = _gaps(known, min(rule.last_end() - DAY, DAY)), before
    else:
        unknown, why = (), "usual"
    opened = [_times(known)] if known else []
    doubtful = [f'{_times(unknown)} unknown "{why}"'] if unknown else []
    return tuple(opened + doubtful) or ("off",)


def _merged(own: Spans, night: Spans) -> Spans:
    """The spans of a day and those of the night before it, up to 24:00, apart and in order."""
    merged: list[Span] = []
    for start, end in sorted((*night, *own)):
        until = min(end, DAY)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((start, until))
    return tuple(merged)


def _after_midnight(spans: Spans) -> Spans:
    return tuple((0, end - DAY) for _start, end in spans if end > DAY)


def _gaps(spans: Spans, until: int) -> Spans:
    """What the spans leave free between 00:00 and `until`."""
    edges = [0, *(edge for span in spans for edge in span), DAY]
    free = [(edges[n], min(edges[n + 1], until)) for n in range(0, len(edges), 2)]
    return tuple((start, end) for start, end in free if start < end)


def _weekdays(text: str) -> Iterator[int]:
    for each in text.split(","):
        first, _, last = each.partition("-")
        begin = WEEKDAYS.index(first)
        for offset in range((WEEKDAYS.index(last or first) - begin) % len(WEEKDAYS) + 1):
            yield (begin + offset) % len(WEEKDAYS)


def _span(text: str) -> Span:
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    return start, end if end > start else end + DAY


def _times(spans: Spans) -> str:
    return ",".join(
        f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in spans
    )


def _dated(day: date) -> str:
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day:02}"
