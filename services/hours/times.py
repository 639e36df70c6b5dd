"""Reads clock times as people write them: 早8点到晚6点, 8：30—17：30, 18:00-次日6:00."""

import re

HOUR = 60
NOON, DAY = 12 * HOUR, 24 * HOUR
FIRST_PLAIN_HOUR = 5 * HOUR  # a plain 2点 may be the afternoon
LATE = 18 * HOUR  # from here on an end before the start can only be the next morning

DASH = r"[-—–―‒~〜至到]+"
_EARLY = "凌晨|清晨|早晨|早上|上午|早"
_AFTERNOON = "下午|傍晚"
_EVENING = "晚上|晚间|夜间|夜晚|夜里|晚"
_PERIOD = rf"{_EARLY}|中午|{_AFTERNOON}|{_EVENING}"
_NUMBER = r"\d{1,2}(?!\d)|二十[一二三四]|二十|十[一二三四五六七八九]|[一二两三四五六七八九十]"
_MORNINGS = frozenset(_EARLY.split("|"))
_LATER = frozenset(f"{_AFTERNOON}|{_EVENING}".split("|"))


class Doubt(Exception):
    """The words may mean more than one thing."""


def _time(side: str) -> str:
    minutes = rf":(?P<colon_{side}>\d\d)(?!\d)"
    spoken = rf"[点时](?P<spoken_{side}>\d\d?分|\d\d(?!\d)|半|一刻|整|钟)?"
    return (
        rf"(?P<period_{side}>{_PERIOD})?(?P<hour_{side}>{_NUMBER})"
        rf"(?P<unit_{side}>{minutes}|{spoken})?"
    )


SPAN = rf"{_time('a')}(?:{DASH})(?P<next>次日|翌日|第二天)?{_time('b')}"


def read_span(token: re.Match[str]) -> tuple[int, int]:
    """Minutes of the day from and to; the end is past 1,440 when it lies on the next day."""
    spoken = [token[f"unit_{side}"] for side in "ab"]
    periods = [token[f"period_{side}"] for side in "ab"]
    # 8-18点 shares its unit and 早8晚6 needs none; a bare 8-18 could be a date.
    shared = spoken[0] or periods[0] or (spoken[1] or ":")[0] != ":"
    if not (spoken[1] or periods[1]) or not shared:
        raise Doubt
    start = _minutes(token, "a", periods[0])
    end = _minutes(token, "b", periods[1])
    if not periods[0] and start < FIRST_PLAIN_HOUR and start:
        raise Doubt
    if token["next"]:
        if periods[1] and periods[1] not in _MORNINGS:
            raise Doubt
        end += DAY
    elif periods[0] and not periods[1] and end <= NOON and periods[0] in _LATER:
        end = _moved(end, periods[0])
    if end <= start and start >= LATE and (periods[1] or "早") in _MORNINGS:
        end += DAY
    if not start < end <= start + DAY:
        raise Doubt
    return start, end


def _minutes(token: re.Match[str], side: str, period: str | None) -> int:
    hour = _number(token[f"hour_{side}"])
    minute = token[f"colon_{side}"] or token[f"spoken_{side}"] or ""
    minute = {"半": "30", "一刻": "15", "整": "", "钟": ""}.get(minute, minute).rstrip("分")
    past = int(minute or 0)
    if hour * HOUR + past > DAY or past >= HOUR:
        raise Doubt
    return _moved(hour * HOUR + past, period)


def _moved(clock: int, period: str | None) -> int:
    """What a clock of 12 hours shows, as minutes of the day, by the part of the day it names."""
    if period is None or (clock > NOON and period in _LATER):
        return clock
    afternoon = period in _AFTERNOON.split("|") and HOUR <= clock < NOON
    evening = period in _EVENING.split("|") and 5 * HOUR <= clock < NOON
    if afternoon or evening or (period == "中午" and clock < 3 * HOUR):
        return clock + NOON
    if (period in _MORNINGS and clock < NOON) or (
        period == "中午" and 11 * HOUR <= clock < 13 * HOUR
    ):
        return clock
    raise Doubt


def _number(figures: str) -> int:
    if figures.isdecimal():
        return int(figures)
    tens, ten, ones = figures.replace("两", "二").rpartition("十")
    digits = "零一二三四五六七八九"
    return digits.find(ones or "零") + (10 * digits.find(tens or "一") if ten else 0)
