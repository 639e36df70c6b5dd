"""Reading when a notice comes again: 每周一10点, or the five fields of cron.

The words are those of content/notices/times.yml. What is not wholly understood is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kit.errors import BadInput
from kit.text import any_of, normalise
from services.notices.timing import LAST, Rule

Words = Mapping[str, Sequence[str]]
MONDAY_TO_FRIDAY, WEEKEND = frozenset(range(1, 6)), frozenset({6, 7})
NOON, HOURS, MINUTES, DAYS, SUNDAY = 12, 24, 60, 31, 7
FIELDS = 5


def read_rule(words: Words, text: str) -> Rule:
    """The rule that a text means; raises BadInput `notices.bad_rule`."""
    said = normalise(text)
    fields = said.split()
    if len(fields) == FIELDS:
        return _cron(fields)
    said, no_holidays = _without(said.replace(" ", ""), words["no_holidays"])
    said = said.strip(",;，；。()（）")
    found = re.fullmatch(rf"(?P<days>.*?){_clock(words)}", said)
    if found is None:
        raise BadInput("notices.bad_rule")
    rule = _days(words, found["days"])
    hour, minute = _time(words, found)
    return replace(
        rule, hours=frozenset({hour}), minutes=frozenset({minute}), no_holidays=no_holidays
    )


def _days(words: Words, said: str) -> Rule:
    """The days that a text means, without any hour."""
    rule = Rule(frozenset())
    if said in words["every_day"]:
        return rule
    if said in words["working_days"]:
        return replace(rule, working_days=True)
    if said in words["weekends"]:
        return replace(rule, weekdays=WEEKEND)
    left, weekly = _without(said, words["every_week"], at_front=True)
    if weekly:
        return replace(rule, weekdays=_weekdays(words, left))
    left, monthly = _without(said, words["every_month"], at_front=True)
    if monthly:
        return replace(rule, days=_month_days(words, left))
    raise BadInput("notices.bad_rule")


def _weekdays(words: Words, said: str) -> frozenset[int]:
    """一, 一和三, 一到五, 一、三、五; each with or without another 周 before it."""
    names = _values(words["weekdays"])
    said = re.sub(any_of(words["weeks"]), "", said)
    found: set[int] = set()
    for part in re.split(any_of(words["also"]), said):
        ends = [names.get(end) for end in re.split(any_of(words["between"]), part)]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2 or first > last:  # noqa: PLR2004
            raise BadInput("notices.bad_rule")
        found |= set(range(first, last + 1))
    return frozenset(found)


def _month_days(words: Words, said: str) -> frozenset[int]:
    """1号, 1号和15号, 最后一天."""
    found = set()
    for part in re.split(any_of(words["also"]), said):
        bare = re.sub(rf"(?:{any_of(words['day_marks'])})$", "", part)
        day = LAST if part in words["last_day"] else _number(words, bare)
        if not (day == LAST and part in words["last_day"]) and not 1 <= day <= DAYS:
            raise BadInput("notices.bad_rule")
        found.add(day)
    return frozenset(found)


def _clock(words: Words) -> str:
    """What an hour looks like: 9点, 早上8点半, 18:30."""
    number = rf"(?:\d{{1,2}}|{any_of(_values(words['numerals']))})"
    part = any_of([*words["mornings"], *words["noons"], *words["evenings"]])
    minutes = rf"(?:{any_of([*words['half'], *words['quarter']])}|{number}"
    return (
        rf"(?P<part>{part})?(?P<hour>{number})(?:{any_of(words['hour_marks'])})"
        rf"(?P<minute>{minutes}(?:{any_of(words['minute_marks'])})?))?"
    )


def _time(words: Words, found: re.Match[str]) -> tuple[int, int]:
    hour, part, said = _number(words, found["hour"]), found["part"], found["minute"] or ""
    if part in words["evenings"] and hour < NOON:
        hour += NOON
    if part in words["noons"] and hour in {1, 2}:
        hour += NOON
    said = re.sub(rf"(?:{any_of(words['minute_marks'])})$", "", said)
    if said in words["half"]:
        minute = 30
    elif said in words["quarter"]:
        minute = 15
    else:
        minute = _number(words, said) if said else 0
    if not (0 <= hour < HOURS and 0 <= minute < MINUTES):
        raise BadInput("notices.bad_rule")
    return hour, minute


def _number(words: Words, said: str) -> int:
    if said.isascii() and said.isdigit():
        return int(said)
    number = _values(words["numerals"]).get(said)
    if number is None:
        raise BadInput("notices.bad_rule")
    return number


def _cron(fields: Sequence[str]) -> Rule:
    """Minute, hour, day of the month (`L`: the last), month (only `*`), weekday (0 and 7: Sunday).

    Days and weekdays together mean one thing to some and another to others: refused.
    """
    minutes, hours, days, months, weekdays = fields
    if months != "*" or (days != "*" and weekdays != "*"):
        raise BadInput("notices.bad_cron")
    last, listed = _last_of_month(days)
    of_month = None if days == "*" else _field(listed, 1, DAYS) if listed else frozenset[int]()
    of_week = None if weekdays == "*" else _field(weekdays, 0, SUNDAY)
    return Rule(
        hours=_field(hours, 0, HOURS - 1),
        minutes=_field(minutes, 0, MINUTES - 1),
        weekdays=None if of_week is None else frozenset(day or SUNDAY for day in of_week),
        days=None if of_month is None else of_month | ({LAST} if last else set()),
    )


def _last_of_month(field: str) -> tuple[bool, str]:
    parts = field.split(",")
    return "l" in parts, ",".join(part for part in parts if part != "l")


def _field(field: str, low: int, high: int) -> frozenset[int]:
    """The numbers of a field: `*`, 5, 1-5, 1,3, */2, 8-18/2."""
    found: set[int] = set()
    for part in field.split(","):
        read = re.fullmatch(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", part)
        if read is None:
            raise BadInput("notices.bad_cron")
        first = int(read[1]) if read[1] else low
        last = int(read[2]) if read[2] else high if not read[1] or read[3] else first
        step = int(read[3]) if read[3] else 1
        if not (low <= first <= last <= high and step):
            raise BadInput("notices.bad_cron")
        found |= set(range(first, last + 1, step))
    return frozenset(found)


def _values(listed: Iterable[str]) -> dict[str, int]:
    """`一=1` and its like as a table."""
    return {name: int(value) for name, _, value in (each.partition("=") for each in listed)}


def _without(said: str, words: Sequence[str], *, at_front: bool = False) -> tuple[str, bool]:
    """A text without the first of the words that stands in it, and whether one did."""
    for word in sorted(words, key=len, reverse=True):
        if said.startswith(word) if at_front else word in said:
            return said.replace(word, "", 1), True
    return said, False
