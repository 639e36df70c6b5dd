"""The n-th working day after a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import calendar, working_days


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2026, 11, 18), 5, date(2026, 11, 25)),  # a Wednesday, over a weekend
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # a Saturday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day holiday
        (date(2026, 12, 28), 3, date(2026, 12, 31)),
        (date(2026, 11, 18), 0, date(2026, 11, 18)),
    ],
)
def test_working_days_are_counted(day: date, count: int, found: date):
    assert working_days.after(day, count) == found


def test_a_year_that_is_not_published_is_never_guessed():
    assert working_days.after(date(2026, 12, 30), 5) is None
    assert working_days.after(date(2031, 3, 3), 1) is None


@given(st.integers(0, 300), st.integers(1, 15))
def test_so_many_working_days_lie_between(offset: int, count: int):
    day = date(2026, 1, 1) + timedelta(days=offset)
    found = working_days.after(day, count)
    assert found is not None
    between = [day + timedelta(days=each + 1) for each in range((found - day).days)]
    assert sum(bool(calendar.is_working_day(each)) for each in between) == count
    assert calendar.is_working_day(found)
