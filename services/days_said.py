"""Reading which day people mean: 2026-03-05, 3月5日, 昨天, 上个月15号, 三个月前.

The words are lists of content/words.yml, numbers those of content/notices/times.yml. What may mean
more than one day is not guessed.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from content.library import Library
from kit.text import any_of, normalise

FIRST_YEAR, CENTURY, SHORT_YEARS, MONTHS = 1990, 2000, 100, 12


@dataclass(frozen=True)
class Day:
    """A day that was meant; `is_first` where only its month was said and the first stands in."""

    day: date
    is_first: bool = False


Meant = Callable[["_Words", re.Match[str], date], Day | None]


def read(library: Library, text: str, today: date) -> Day | None:
    """The one day that a text names, as seen from today; None for none, and for several."""
    words = _Words.of(library)
    # A gap stands for nothing but between two numbers: 3 月 5 日, 2026-03-05 10:00.
    left = re.sub(r"(?<!\d) | (?!\d)", "", normalise(text))
    found: set[Day | None] = set()
    for pattern, meant in words.forms():
        found |= {meant(words, each, today) for each in re.finditer(pattern, left)}
        left = re.sub(pattern, "|", left)
    return found.pop() if len(found) == 1 else None


def month_before(day: date, months: int) -> date:
    """The same date some months before; the month's last where it has no such day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 - months, MONTHS)
    most = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, most))


@dataclass(frozen=True)
class _Words:
    """What days are called: alternatives of a pattern by list, and what a word stands for."""

    listed: Mapping[str, str]
    values: Mapping[str, int]

    @classmethod
    def of(cls, library: Library) -> "_Words":
        numerals = library.notices.times["numerals"]
        lists = {key: library.words[key] for key in _LISTS} | {"numerals": numerals}
        pairs = {key: [each.partition("=") for each in named] for key, named in lists.items()}
        values = {name: int(v) for each in pairs.values() for name, _, v in each if v}
        return cls(
            {key: any_of(name for name, _, _ in each) for key, each in pairs.items()}, values
        )

    def number(self, said: str) -> int:
        return int(said) if said.isdecimal() else self.values[said]

    def forms(self) -> Iterator[tuple[str, Meant]]:
        """How days are written, what says most first; what one form took is gone for the next."""
        listed = self.listed
        number = rf"(?:\d{{1,2}}|{listed['numerals']})"
        day = rf"(?P<day>{number})(?:{listed['day_days']})"
        year = rf"(?P<year>\d{{4}}|\d{{2}})(?:{listed['day_years']})"
        year = rf"(?:{year}|(?P<years>{listed['years_ago']}))"
        month = rf"(?P<month>{number})(?:{listed['day_months']})"
        bare = rf"(?P<bare>{number})(?!\d)"
        # "Before the 5th of March" is no day.
        end = rf"(?!{listed['day_befores']})"
        yield r"^(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})$", _dated
        yield r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)", _dated
        yield r"(?<!\d)(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)", _dated
        yield rf"(?<!\d)(?>{year}?{month}(?:{day}|{bare}|(?!\d))){end}", _dated
        yield rf"(?>(?P<months>{listed['months_ago']})(?:{day})?){end}", _of_month
        yield rf"(?<!\d)(?P<count>{number})(?P<days>{listed['ago_in_days']})", _ago
        yield rf"(?<!\d)(?P<count>{number})(?P<months>{listed['ago_in_months']})", _ago
        yield rf"(?P<days>{listed['days_ago']})", _ago
        yield rf"(?P<months>{listed['half_years_ago']})", _ago
        yield rf"(?<!\d)(?>{day}){end}", _of_no_month


_LISTS = (
    *("day_years", "day_months", "day_days", "day_befores", "years_ago", "months_ago"),
    *("days_ago", "ago_in_days", "ago_in_months", "half_years_ago"),
)


def _dated(words: _Words, said: re.Match[str], today: date) -> Day | None:
    """A month with a year or without, and with a day or without: the newest such day."""
    parts = said.groupdict()
    month, named = words.number(parts["month"]), parts["day"] or parts.get("bare")
    day = words.number(named) if named else None
    if parts.get("year"):
        year = int(parts["year"])
        return _day(year if year >= SHORT_YEARS else year + CENTURY, month, day)
    if parts.get("years"):
        return _day(today.year - words.values[parts["years"]], month, day)
    return _newest_of(today, ((today.year - back, month) for back in (0, 1)), day)


def _of_month(words: _Words, said: re.Match[str], today: date) -> Day | None:
    """A day of this month or of one before."""
    month = month_before(today.replace(day=1), words.values[said["months"]])
    return _day(month.year, month.month, words.number(said["day"]) if said["day"] else None)


def _ago(words: _Words, said: re.Match[str], today: date) -> Day | None:
    """So many days or months before today."""
    parts = said.groupdict()
    count = words.number(parts["count"]) if parts.get("count") else 1
    if parts.get("days"):
        return Day(today - timedelta(days=count * words.values[parts["days"]]))
    return Day(month_before(today, count * words.values[parts["months"]]))


def _of_no_month(words: _Words, said: re.Match[str], today: date) -> Day | None:
    """A day of this month, or of the last where it is to come."""
    last = month_before(today.replace(day=1), 1)
    months = ((today.year, today.month), (last.year, last.month))
    return _newest_of(today, months, words.number(said["day"]))


def _newest_of(today: date, months: Iterable[tuple[int, int]], day: int | None) -> Day | None:
    """The first of these that has been."""
    found = (_day(year, month, day) for year, month in months)
    return next((each for each in found if each is not None and each.day <= today), None)


def _day(year: int, month: int, day: int | None) -> Day | None:
    """The day; the month's first where none was said."""
    try:
        found = date(year, month, 1 if day is None else day)
    except ValueError:
        return None
    return Day(found, is_first=day is None) if year >= FIRST_YEAR else None
