"""Reads published opening hours: an OSM rule where the words leave no doubt, else nothing.

The table of section 1 of the research on rest stops is the rule: days that are not given are not
known, and a word that is not understood (a season, a peak, a condition at night) makes the whole
phrase unknown. The words themselves are kept by whoever calls.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from kit.text import normalise
from services.hours.times import DASH, DAY, HOUR, SPAN, Doubt, read_span

ALWAYS = "24/7"
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WEEK = frozenset(range(7))
LONGEST = 120  # characters; a longer text is a story, no table of hours
MOST_SPANS = 4
_WEEK = r"(?:周|星期|礼拜)"
_DAY = r"[一二三四五六日天]"
_NUMBERED = r"[1-7](?![\d:点时.])"
_ONE_DAY = rf"{_WEEK}(?:{_DAY}|{_NUMBERED})"
_NEXT_DAY = rf"{_WEEK}?{_DAY}(?![点时])|{_WEEK}?{_NUMBERED}"
_LISTED_DAY = rf"{_ONE_DAY}|{_DAY}(?![点时])"
_DAY_LIST = (
    rf"{_ONE_DAY}(?:{DASH}(?:{_NEXT_DAY}))?"
    rf"(?:(?:[、,和及与/](?:{_LISTED_DAY})|(?<={_DAY}){_DAY}(?![点时])|{_ONE_DAY})"
    rf"(?:{DASH}(?:{_NEXT_DAY}))?)*"
)
_FILLERS = (
    r"(?:开放|营业|服务|运营)时间|对外开放|免费开放|开放|营业|运营|开门|均?为|均"
    r"|无人值守|自助|(?:微信)?扫码(?:进入|进站|开门|即用)?|刷脸(?:进入|开门)?"
)


_TOKENS = re.compile(
    "|".join(
        (
            rf"(?P<span>{SPAN})",
            r"(?P<always>(?:7[x*×]24小?时?|24小时|二十四小时|24h|全天候|全天)+)",
            r"(?P<daily>每天|每日|天天)",
            r"(?P<all_year>(?:全年|常年)无休)",
            r"(?P<workdays>工作日)",
            r"(?P<weekend>周末|双休日)",
            rf"(?P<days>{_DAY_LIST})",
            r"(?P<with_holidays>(?:含|包括)(?:法定|国家)*节假日)",
            r"(?P<without_holidays>除(?:法定|国家)*节假日外?)",
            r"(?P<holidays>(?:国家)?(?:法定)?节假日)",
            r"(?P<same>(?:均|也|都)?(?:(?:正常|照常)(?:开放|营业)?|不休息?|无休|不打烊))",
            r"(?P<off>休息|不开放|不营业|闭馆|闭站|关闭|除外)",
            rf"(?P<filler>{_FILLERS})",
            r"(?P<mark>[,、;。:()/和及与]+)",
        )
    )
)
_SPACE_BETWEEN_FIGURES = re.compile(r"(?<=\d)\s+(?=\d)")


# Minutes after the midnight that begins the day.
_Spans = tuple[tuple[int, int], ...]


@dataclass
class _Group:
    """Days with what is said of them; `days` is None while none was named."""

    days: frozenset[int] | None = None
    holidays: bool = False
    with_holidays: bool = False
    all_year: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)
    always: bool = False
    same: bool = False
    off: bool = False

    @property
    def says_nothing(self) -> bool:
        return not (self.spans or self.always or self.same or self.off)


@lru_cache(maxsize=10_000)  # a table says the same hours on most of its rows
def derive(words: str) -> str | None:
    """The rule that published words state for certain: `24/7` or `Mo-Fr 08:30-17:30; ...`.

    None where any part of them is not understood or could mean something else. `; PH off` or
    `; PH 08:00-20:00` ends the rule only where the words speak of public holidays and leave no
    doubt; else `services.hours` calls them unknown.
    """
    text = _SPACE_BETWEEN_FIGURES.sub(",", normalise(words)).replace(" ", "")
    if not text or len(text) > LONGEST:
        return None
    try:
        return _rule(_groups(text))
    except Doubt:
        return None


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            raise Doubt
        yield found
        at = found.end()


_NAMED_DAYS: Mapping[str, frozenset[int]] = {
    "daily": WEEK,
    "workdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
}


def _groups(text: str) -> list[_Group]:
    groups = [_Group()]
    before = ""
    for token in _tokens(text):
        kind = str(token.lastgroup)
        if kind in _NAMED_DAYS:
            _name_days(groups, _NAMED_DAYS[kind], before)
        elif kind == "days":
            _name_days(groups, _days(token[0]), before)
        elif kind in {"holidays", "without_holidays"}:
            _name_days(groups, frozenset(), before)
            groups[-1].off = kind == "without_holidays"
        elif kind == "all_year":
            _name_all_year(groups, before)
        elif kind == "with_holidays":
            groups[-1].with_holidays = True
        elif kind not in {"filler", "mark"}:
            _say(groups[-1], kind, token)
        before = token[0] if kind == "mark" else ""
    return groups


def _name_days(groups: list[_Group], days: frozenset[int], before: str) -> None:
    """Days open a group, or join the one that has said nothing, or follow the hours they mean.

    No days are public holidays. A mark joins 周六、周日, but 周六(工作日) is a condition.
    """
    last = groups[-1]
    trails = last.days is None and days
    if trails and not last.says_nothing and len(groups) > 1:
        raise Doubt
    if not trails and not last.says_nothing:
        last = _Group()
        groups.append(last)
    joined = bool(before) and "(" not in before and not days & (last.days or frozenset())
    if days and last.days and days != last.days and not joined:
        raise Doubt
    last.days = (last.days or frozenset()) | days
    last.holidays |= not days


def _name_all_year(groups: list[_Group], before: str) -> None:
    """All days, or, after hours whose days were named, that holidays are as the others."""
    if groups[-1].days is None or groups[-1].says_nothing:
        _name_days(groups, WEEK, before)
    else:
        groups.append(_Group(days=frozenset(), same=True))
    groups[-1].all_year = True


def _say(group: _Group, kind: str, token: re.Match[str]) -> None:
    if group.off or group.same or group.always or (kind != "span" and group.spans):
        raise Doubt
    if kind == "span":
        group.spans.append(read_span(token))
    elif kind == "always":
        group.always = True
    elif group.days is None:
        raise Doubt
    elif kind == "same":
        group.same = True
    else:
        group.off = True


def _days(text: str) -> frozenset[int]:
    named: set[int] = set()
    first: int | None = None
    to = False
    for part in re.finditer(rf"(?P<dash>{DASH})|(?P<day>{_DAY}|[1-7])", text):
        if part["dash"]:
            to = True
            continue
        day = "一二三四五六日".find(part["day"].replace("天", "日"))
        day = day if day >= 0 else int(part["day"]) - 1
        if to and (first is None or day <= first):
            raise Doubt
        meant = set(range(first + 1 if to and first is not None else day, day + 1))
        if meant & named:
            raise Doubt
        named |= meant
        first, to = day, False
    return frozenset(named)


def _rule(groups: Iterable[_Group]) -> str | None:
    said = [group for group in groups if group.days is not None or not group.says_nothing]
    if any(group.says_nothing or (group.days is None and not group.always) for group in said):
        return None
    hours = _by_day(said)
    on_holidays = _on_holidays(said, hours)
    if _daily(hours) == ((0, DAY),):
        return None if on_holidays == () else ALWAYS
    rule = "; ".join(_written(hours))
    if not rule or on_holidays is None:
        return rule or None
    return f"{rule}; PH {_times(on_holidays) or 'off'}"


def _daily(hours: Mapping[int, _Spans]) -> _Spans | None:
    """The hours that all seven days have."""
    alike = len(hours) == len(WEEK) and len(set(hours.values())) == 1
    return hours[0] if alike else None


def _on_holidays(groups: Iterable[_Group], hours: Mapping[int, _Spans]) -> _Spans | None:
    """The hours of public holidays, none where they are off; None where nothing is certain.

    That holidays are as other days says which hours they have only where all days have the same.
    """
    told: set[_Spans | None] = set()
    for group in groups:
        if group.all_year and len(hours) < len(WEEK):
            raise Doubt
        if group.off and (group.holidays or group.with_holidays):
            told.add(())
        elif group.holidays and not group.same:
            told.add(hours[min(group.days)] if group.days and group.days <= set(hours) else None)
        elif group.holidays or group.with_holidays or group.all_year:
            told.add(_daily(hours))
    if len(told) > 1:
        raise Doubt
    return next(iter(told), None)


def _by_day(groups: Iterable[_Group]) -> dict[int, _Spans]:
    hours: dict[int, _Spans] = {}
    same: set[int] = set()
    closed: set[int] = set()
    for group in groups:
        days = WEEK if group.days is None else group.days
        if group.off:
            closed |= days
        elif group.same:
            same |= days
        elif not days or days & set(hours):
            raise Doubt
        else:
            spans = ((0, DAY),) if group.always else _in_order(group.spans)
            hours |= dict.fromkeys(days, spans)
    if same - set(hours):
        if len(set(hours.values())) != 1 or same & closed:
            raise Doubt
        hours |= dict.fromkeys(same, next(iter(hours.values())))
    return {day: hours[day] for day in sorted(set(hours) - closed)}


def _in_order(spans: list[tuple[int, int]]) -> _Spans:
    tidy = all(end <= start for (_, end), (start, _) in pairwise(spans))
    if not tidy or len(spans) > MOST_SPANS or spans[-1][1] - DAY > spans[0][0]:
        raise Doubt
    return tuple(spans)


def _written(hours: Mapping[int, _Spans]) -> Iterator[str]:
    for spans in dict.fromkeys(hours.values()):
        days = ",".join(_runs([day for day, its in hours.items() if its == spans]))
        yield f"{days} {_times(spans)}"


def _times(spans: _Spans) -> str:
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _runs(days: list[int]) -> Iterator[str]:
    while days:
        run = next((n for n in range(1, len(days)) if days[n] != days[0] + n), len(days))
        yield DAYS[days[0]] if run == 1 else f"{DAYS[days[0]]}-{DAYS[days[run - 1]]}"
        days = days[run:]


def _clock(minutes: int) -> str:
    return f"{minutes // HOUR:02}:{minutes % HOUR:02}"
