"""When a notice goes out, against a model that asks minute by minute; and how staff say it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.library import Library
from kit.clock import SHANGHAI, in_shanghai
from kit.errors import BadInput
from services import calendar
from services.notices import read_rule
from services.notices.timing import LAST, Rule, Timing, Unpublished, next_after, read
from services.windows import wait_until
from tests.services.notice_model import MINUTE, fits_minute, may_read
from tests.testers.chat import shipped_library

# Published years, around the turn of a year, a short February, the days off of October.
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 699 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
HORIZON = timedelta(days=3)


def numbers(low: int, high: int, most: int = 4) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(low, high), min_size=1, max_size=most)


RULES = st.builds(
    Rule,
    hours=numbers(0, 23),
    minutes=numbers(0, 59, 2),
    weekdays=st.none() | numbers(1, 7),
    days=st.none() | numbers(LAST, 31, 12),
    working_days=st.booleans(),
    no_holidays=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(rule=RULES, moment=MOMENTS)
def test_the_next_moment_is_the_first_fitting_minute(rule: Rule, moment: datetime):
    found = next_after(rule, moment, {})
    first = moment.replace(second=0, microsecond=0) + MINUTE
    minutes = (first + n * MINUTE for n in range(int(HORIZON / MINUTE)))
    naive = next((each for each in minutes if fits_minute(rule, each, {})), None)

    if naive is not None:
        assert found == naive
    else:
        assert found is None or found >= first + HORIZON
    if found is not None:
        assert fits_minute(rule, found, {})


@settings(max_examples=60, deadline=None)
@given(rule=RULES, moment=MOMENTS)
def test_a_rule_is_stored_and_read_again(rule: Rule, moment: datetime):
    for timing in (Timing(rule=rule), Timing(at=moment), Timing()):
        assert read(timing.as_json()) == timing


@settings(max_examples=100, deadline=None)
@given(moment=MOMENTS)
def test_an_ordinary_notice_waits_until_the_first_minute_when_it_can_be_read(moment: datetime):
    limits = shipped_library().notices.limits
    found = wait_until(moment, limits.windows)

    assert found >= moment
    if may_read(moment, limits):
        assert found == moment
    else:
        assert may_read(found, limits)
        assert not may_read(found - timedelta(microseconds=1), limits)
        assert found - moment <= timedelta(hours=9)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("said", "since", "expected"), [
    ("每天8点", "2025-01-31 08:00", "2025-02-01 08:00"),
    ("每周一10点", "2025-09-29 10:00", "2025-10-06 10:00"),
    ("每周一10点，节假日不发", "2025-09-29 10:00", "2025-10-13 10:00"),  # 国庆
    ("每月1号9点", "2025-12-01 09:00", "2026-01-01 09:00"),
    ("每月31号9点", "2025-01-31 09:00", "2025-03-31 09:00"),  # February has none
    ("每月最后一天9点", "2024-01-31 09:00", "2024-02-29 09:00"),
    ("每月最后一天9点", "2025-01-31 09:00", "2025-02-28 09:00"),
    ("工作日9点", "2025-09-30 09:00", "2025-10-09 09:00"),
    ("工作日9点", "2025-10-10 09:00", "2025-10-11 09:00"),  # a Saturday that is made up for
    ("每天早上8点半", "2025-05-05 08:29", "2025-05-05 08:30"),
    ("每周六、日下午3点", "2025-05-05 08:29", "2025-05-10 15:00"),
    ("每星期一到星期五18:05", "2025-05-09 18:05", "2025-05-12 18:05"),
    ("每月1号和15号晚上八点一刻", "2025-05-01 20:15", "2025-05-15 20:15"),
    ("0 10 * * 1-5", "2025-05-09 10:00", "2025-05-12 10:00"),
    ("30 8,20 * * *", "2025-05-09 10:00", "2025-05-09 20:30"),
    ("0 9 L * *", "2025-05-09 10:00", "2025-05-31 09:00"),
    ("0 9 29 2 *", "", ""), ("0 9 1 * 1", "", ""), ("0 9 * *", "", ""), ("60 9 * * *", "", ""),
    ("每天", "", ""), ("每天25点", "", ""), ("明天8点", "", ""), ("每周八8点", "", ""),
    ("每月32号9点", "", ""), ("每周五到周一8点", "", ""), ("每天8点发给大家", "", ""),
    ("", "", ""),
])  # fmt: skip
def test_rules_as_staff_say_them(library: Library, said: str, since: str, expected: str):
    words = library.notices.times
    if not expected:
        with pytest.raises(BadInput) as refused:
            read_rule(words, said)
        assert library.say(refused.value.key)
        return
    found = next_after(read_rule(words, said), at(since), library.calendar)
    assert found is not None
    assert in_shanghai(found) == at(expected)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=30))
def test_whatever_is_typed_is_a_rule_or_refused(text: str):
    words = shipped_library().notices.times
    try:
        rule = read_rule(words, text)
    except BadInput:
        return
    assert next_after(rule, at("2025-01-01 00:00"), {}) is not None


def test_a_year_without_a_calendar_is_never_guessed(library: Library):
    words = library.notices.times
    with pytest.raises(Unpublished) as unknown:
        next_after(read_rule(words, "工作日9点"), at("2099-01-01 00:00"), library.calendar)
    assert unknown.value.year == 2099
    plain = next_after(read_rule(words, "每天9点"), at("2099-01-01 00:00"), library.calendar)
    assert plain == at("2099-01-01 09:00")


def test_a_holiday_is_no_mere_weekend():
    assert calendar.is_holiday(date(2025, 10, 4)) is True  # a Saturday inside the holiday
    assert calendar.is_holiday(date(2025, 10, 18)) is False
    assert calendar.is_holiday(date(2025, 10, 11)) is False
    assert calendar.is_holiday(date(2099, 1, 1)) is None
