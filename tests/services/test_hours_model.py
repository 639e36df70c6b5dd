"""Hours held against a naive model, and against chinesecalendar day by day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from content.schema import OpeningHours
from kit.clock import SHANGHAI
from services import calendar
from services.hours import ALWAYS, open_state, status
from tests.services.hours_model import NAMES, Model, at, kind

QUARTER = timedelta(minutes=15)
WEEK = 7 * 96  # in quarters of an hour

# Down to the quarter, so that a week can be walked through; the minutes have a table of their own.
starts = st.integers(0, 95)
ends = st.integers(0, 192)
day_lists = st.one_of(
    st.sampled_from(["Mo-Fr", "Mo-Su", "Sa-Su", "Fr-Mo", "Mo,We,Fr", "Su-Sa"]),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(",".join),
)


def clock(quarters: int) -> str:
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


times = st.lists(
    st.builds(lambda start, end: f"{clock(start)}-{clock(end)}", starts, ends),
    min_size=1,
    max_size=2,
).map(",".join)
parts = st.builds(lambda days, hours: f"{days} {hours}", day_lists, times)
weekly = st.one_of(st.just("24/7"), st.lists(parts, min_size=1, max_size=3).map("; ".join))
silent = weekly.filter(lambda rule: rule != ALWAYS)
spoken = st.builds(
    lambda rule, hours: f"{rule}; PH {hours}", weekly, st.one_of(st.just("off"), times)
)
moments = st.integers(0, 3 * 365 * 24 * 60 + 40_000).map(
    lambda minutes: at("2023-12-28 00:00") + timedelta(minutes=minutes)
)
# Where it is hardest: around the edges of holidays.
edges = st.builds(
    lambda day, minutes: at(f"{day} 00:00") + timedelta(minutes=minutes),
    st.sampled_from(["2024-02-09", "2025-10-08", "2026-02-28", "2026-10-01", "2026-10-08"]),
    st.integers(-1440, 2880),
)
when = st.one_of(moments, edges)


@settings(max_examples=600, deadline=None)
@given(st.one_of(silent, spoken), when)
@example("Mo-Su 18:00-26:00", at("2026-10-01 01:00"))
@example("Fr 10:00-48:00; PH off", at("2026-10-03 09:59"))
def test_as_the_model_reads_it(rule: str, moment: datetime):
    TypeAdapter(OpeningHours).validate_python(rule)
    assert open_state(rule, moment) == Model(rule).state(moment)


@settings(max_examples=250, deadline=None)
@given(st.one_of(silent, spoken), when)
def test_the_next_change_is_the_first_quarter_that_differs(rule: str, moment: datetime):
    model, found = Model(rule), status(rule, moment)
    assume(found.state != "unknown")
    whole = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    ahead = (whole + QUARTER * n for n in range(1, WEEK))
    change = next((then for then in ahead if model.state(then) != found.state), None)
    then = model.state(change) if change else None
    if found.state == "closed":
        assert found.until is None
        if then != "closed" and change:
            assert found.opens_at == (change if then == "open" else None)
    else:
        assert found.opens_at is None
        midnight = change is not None and change.hour == change.minute == 0
        if change and not (then == "unknown" and midnight):
            assert found.until == change
        elif change:
            assert found.until is None  # the hours may go on in the unknown day


@settings(max_examples=300, deadline=None)
@given(silent, when)
def test_nothing_is_assumed_of_a_day_that_is_not_as_usual(rule: str, moment: datetime):
    # A weekend day that is worked is known where all days are alike.
    assume(Model(rule).day(moment.date()) is None)
    found = status(rule, moment)
    if found.state == "unknown":
        assert found.reason == kind(moment.date())
        return
    # Only the night of a known day before may still be open.
    yesterday = moment.date() - timedelta(days=1)
    assert found.state == "open"
    assert kind(yesterday) in {"usual", "made_up_day"}
    minute = moment.hour * 60 + moment.minute + 1440
    assert any(end > minute for _start, end in Model(rule).day(yesterday) or ())


@settings(max_examples=200, deadline=None)
@given(st.one_of(silent, spoken), when, st.sampled_from(["UTC", "America/New_York"]))
def test_the_zone_of_the_moment_does_not_matter(rule: str, moment: datetime, zone: str):
    assert status(rule, moment.astimezone(ZoneInfo(zone))) == status(rule, moment)


def days_of(first: int, last: int) -> list[date]:
    begin = date(first, 1, 1)
    return [begin + timedelta(days=n) for n in range((date(last, 12, 31) - begin).days + 1)]


def test_every_day_of_three_years_is_as_the_calendar_says():
    days = days_of(2024, 2026)
    assert len(days) == 1_096
    for day in days:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
        off, name = chinese_calendar.get_holiday_detail(day)
        every_day = "closed" if off and name else "open"
        assert open_state("Mo-Su 08:30-21:00; PH off", noon) == every_day, day
        workdays = "open" if chinese_calendar.is_workday(day) else "closed"
        assert open_state("Mo-Fr 08:30-21:00; PH off", noon) == workdays, day


def test_the_calendar_tells_days_apart():
    for day in days_of(2024, 2026):
        assert calendar.kind_of(day) == kind(day)
        assert calendar.is_working_day(day) is chinese_calendar.is_workday(day)
        assert calendar.is_as_usual(day) is (kind(day) == "usual")


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2031, 5, 5)])
def test_a_year_without_a_calendar_is_unknown(day: date):
    assert calendar.is_day_off(day) is None
    assert calendar.is_working_day(day) is None
    assert calendar.kind_of(day) == "calendar_unpublished"
    assert not calendar.is_as_usual(day)
