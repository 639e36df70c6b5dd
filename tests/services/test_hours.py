"""Whether a stop is open: known, or plainly unknown."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.library import Library
from kit.clock import SHANGHAI
from services.hours import Hours, open_state, status
from tests.services.hours_model import at

ALWAYS, DAILY, WEEKDAYS = "24/7", "Mo-Su 08:00-18:00", "Mo-Fr 07:30-17:00"
NIGHT = "Mo-Su 18:00-26:00"
DAILY_OFF, WEEKDAYS_OFF = f"{DAILY}; PH off", f"{WEEKDAYS}; PH off"
DAILY_SHORT, NIGHT_OFF = f"{DAILY}; PH 10:00-16:00", f"{NIGHT}; PH off"
LUNCH, LATE_FRIDAY = (
    "Mo-Fr 08:30-12:00,13:30-17:30; Sa 09:00-12:00",
    "Mo-Th 09:00-17:00; Fr 09:00-25:30",
)
OVERNIGHT, LONGEST = "Fr-Su 22:00-06:00", "Sa 12:00-48:00"
HALF_DAYS_OFF = "Mo-We 09:00-12:00; Th-Fr 14:00-17:00; PH off"


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        (None, "2026-11-18 10:30", "unknown"),
        (ALWAYS, "2026-11-18 03:00", "open"),
        (ALWAYS, "2026-10-01 03:00", "open"),  # National Day
        (ALWAYS, "2031-05-05 12:00", "open"),  # a year without a published calendar
        (DAILY, "2026-11-18 07:59", "closed"),
        (DAILY, "2026-11-18 08:00", "open"),
        (DAILY, "2026-11-18 17:59", "open"),
        (DAILY, "2026-11-18 18:00", "closed"),
        (DAILY, "2026-11-21 12:00", "open"),  # an ordinary Saturday
        (DAILY, "2026-10-01 12:00", "unknown"),
        (DAILY, "2026-02-28 12:00", "open"),  # a Saturday made up for, all days are alike
        (DAILY, "2026-02-28 19:00", "closed"),
        (DAILY, "2031-05-05 12:00", "unknown"),
        (WEEKDAYS, "2026-11-20 16:59", "open"),
        (WEEKDAYS, "2026-11-21 12:00", "closed"),
        (WEEKDAYS, "2026-11-22 12:00", "closed"),
        (WEEKDAYS, "2026-02-28 12:00", "unknown"),
        (WEEKDAYS, "2026-10-01 12:00", "unknown"),
        (DAILY, "2026-11-18 23:59", "closed"),
        (DAILY, "2026-11-19 00:00", "closed"),
        (NIGHT, "2026-11-18 23:59", "open"),
        (NIGHT, "2026-11-19 00:00", "open"),
        (NIGHT, "2026-11-19 01:59", "open"),
        (NIGHT, "2026-11-19 02:00", "closed"),
        (NIGHT, "2026-10-08 01:00", "unknown"),  # the night still belongs to a holiday
        (NIGHT, "2026-10-08 20:00", "open"),
        (NIGHT, "2026-03-01 01:00", "open"),  # the night of a weekend day that is worked
        ("Mo-Fr 08:00-18:00; Sa-Su 09:00-12:00", "2026-02-28 10:00", "unknown"),
        ("Mo-Su 08:00-18:00; Su 09:00-12:00", "2026-02-28 10:00", "unknown"),
        # The eve's night runs into the holiday; then nothing is known.
        (NIGHT, "2026-10-01 01:59", "open"),
        (NIGHT, "2026-10-01 02:00", "unknown"),
        # Saturdays and Sundays inside a holiday are not ordinary ones.
        (DAILY, "2026-10-03 12:00", "unknown"),
        (WEEKDAYS, "2026-10-04 12:00", "unknown"),
        (DAILY, "2024-02-10 12:00", "unknown"),  # the first day of the Spring Festival 2024
        (DAILY, "2024-02-09 12:00", "open"),  # its eve, not off that year
        (DAILY, "2025-01-28 12:00", "unknown"),  # the eve, off since 2025
        (DAILY, "2025-05-05 12:00", "unknown"),
        (DAILY, "2025-05-06 12:00", "open"),
        (WEEKDAYS, "2024-02-04 12:00", "unknown"),  # a Sunday made up for
        (WEEKDAYS, "2025-01-26 12:00", "unknown"),
        # Published for holidays: closed, or other hours.
        (DAILY_OFF, "2024-10-01 12:00", "closed"),
        (DAILY_OFF, "2025-10-05 12:00", "closed"),  # a Sunday inside the holiday
        (DAILY_OFF, "2026-10-08 12:00", "open"),
        (DAILY_OFF, "2026-02-28 12:00", "open"),  # a Saturday made up for
        (DAILY_OFF, "2026-11-21 12:00", "open"),
        (DAILY_OFF, "2031-05-05 12:00", "unknown"),
        (DAILY_SHORT, "2026-02-17 09:59", "closed"),
        (DAILY_SHORT, "2026-02-17 10:00", "open"),
        (DAILY_SHORT, "2026-02-17 15:59", "open"),
        (DAILY_SHORT, "2026-02-17 16:00", "closed"),
        (WEEKDAYS_OFF, "2024-04-07 12:00", "open"),  # a Sunday worked, all working days alike
        (WEEKDAYS_OFF, "2026-02-28 06:00", "closed"),
        (WEEKDAYS_OFF, "2026-11-21 12:00", "closed"),
        (WEEKDAYS_OFF, "2026-04-06 12:00", "closed"),
        (HALF_DAYS_OFF, "2026-02-28 10:00", "unknown"),  # which working day is this Saturday?
        (HALF_DAYS_OFF, "2026-11-18 10:00", "open"),
        ("Sa-Su 09:00-12:00; PH off", "2026-02-28 10:00", "unknown"),
        ("24/7; PH off", "2026-10-01 12:00", "closed"),
        ("24/7; PH off", "2026-10-08 00:00", "open"),
        (NIGHT_OFF, "2026-10-01 01:59", "open"),
        (NIGHT_OFF, "2026-10-01 20:00", "closed"),
        (NIGHT_OFF, "2026-10-08 01:00", "closed"),  # no night, the day before was off
        # Breaks, shorter days, nights of one weekday only.
        (LUNCH, "2026-11-18 11:59", "open"),
        (LUNCH, "2026-11-18 12:00", "closed"),
        (LUNCH, "2026-11-18 13:30", "open"),
        (LUNCH, "2026-11-21 11:00", "open"),
        (LUNCH, "2026-11-21 14:00", "closed"),
        ("Mo-Su 08:00-18:00; Sa 09:00-12:00", "2026-11-21 14:00", "closed"),
        (LATE_FRIDAY, "2026-11-21 01:29", "open"),
        (LATE_FRIDAY, "2026-11-21 01:30", "closed"),
        (LATE_FRIDAY, "2026-11-20 00:30", "closed"),
        (OVERNIGHT, "2026-11-20 05:00", "closed"),
        (OVERNIGHT, "2026-11-21 05:59", "open"),
        (OVERNIGHT, "2026-11-23 05:59", "open"),
        (OVERNIGHT, "2026-11-23 06:00", "closed"),
        (LONGEST, "2026-11-22 23:59", "open"),
        (LONGEST, "2026-11-23 00:00", "closed"),
        # The turn of the year, into one that is not published.
        (NIGHT, "2026-12-31 23:00", "open"),
        (DAILY, "2025-12-31 12:00", "open"),
        (DAILY, "2026-01-01 12:00", "unknown"),
    ],
)
def test_open_state(rule: str | None, moment: str, expected: str):
    assert open_state(rule, at(moment)) == expected


def test_seconds_do_not_shift_a_boundary():
    second = timedelta(seconds=1)
    assert open_state(DAILY, at("2026-11-18 08:00") - second) == "closed"
    assert open_state(DAILY, at("2026-11-18 18:00") - second) == "open"
    assert open_state(DAILY, at("2026-11-18 18:00") + second) == "closed"


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        (DAILY, "2026-11-18 10:00", "2026-11-18 18:00"),
        (DAILY, "2026-09-30 10:00", "2026-09-30 18:00"),
        (LUNCH, "2026-11-18 10:00", "2026-11-18 12:00"),
        (NIGHT, "2026-11-18 23:00", "2026-11-19 02:00"),
        (NIGHT, "2026-09-30 23:00", "2026-10-01 02:00"),
        ("Mo-Su 08:00-24:00", "2026-11-18 10:00", "2026-11-19 00:00"),
        ("Mo-Fr 00:00-24:00", "2026-11-18 10:00", "2026-11-21 00:00"),
        ("Mo-Su 00:00-24:00", "2026-11-18 10:00", None),  # not within a week
        ("Mo-Su 00:00-24:00", "2026-09-30 10:00", None),  # may go on in the holiday
        ("24/7; PH off", "2026-09-30 10:00", "2026-10-01 00:00"),
        (ALWAYS, "2026-11-18 10:00", None),
    ],
)
def test_until_when(rule: str, moment: str, expected: str | None):
    until = at(expected) if expected else None
    assert status(rule, at(moment)) == Hours("open", until=until, always=rule == ALWAYS)


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        (DAILY, "2026-11-18 07:00", "2026-11-18 08:00"),
        (DAILY, "2026-11-18 20:00", "2026-11-19 08:00"),
        (LUNCH, "2026-11-18 12:30", "2026-11-18 13:30"),
        (WEEKDAYS, "2026-11-20 20:00", "2026-11-23 07:30"),
        ("We 09:00-12:00", "2026-11-18 13:00", "2026-11-25 09:00"),
        ("Mo 09:00-12:00; PH off", "2026-10-01 13:00", None),  # eleven days
        (DAILY, "2026-09-30 20:00", None),  # the holiday is unknown
        (DAILY_OFF, "2026-09-30 20:00", None),  # eight days
        (DAILY_OFF, "2026-10-01 20:00", "2026-10-08 08:00"),
        (DAILY_SHORT, "2026-09-30 20:00", "2026-10-01 10:00"),
        (WEEKDAYS, "2026-12-31 20:00", None),  # a year that nobody knows
    ],
)
def test_when_it_opens(rule: str, moment: str, expected: str | None):
    opens_at = at(expected) if expected else None
    assert status(rule, at(moment)) == Hours("closed", opens_at=opens_at)


@pytest.mark.parametrize(
    ("rule", "moment", "reason"),
    [
        (None, "2026-10-01 12:00", "no_rule"),
        (DAILY, "2026-10-03 12:00", "holiday"),
        (WEEKDAYS, "2026-02-28 12:00", "made_up_day"),
        (DAILY, "2031-05-05 12:00", "calendar_unpublished"),
        (DAILY_OFF, "2031-05-05 12:00", "calendar_unpublished"),
        (NIGHT, "2026-10-08 01:00", "holiday"),
        ("Mo-Fr 18:00-26:00", "2026-03-01 01:00", "made_up_day"),
    ],
)
def test_why_it_is_unknown(rule: str | None, moment: str, reason: str):
    assert status(rule, at(moment)) == Hours("unknown", reason=reason)


def test_the_clock_is_read_in_shanghai():
    assert open_state(DAILY, datetime.fromisoformat("2026-11-18T00:00:00+00:00")) == "open"
    assert open_state(DAILY, datetime.fromisoformat("2026-11-18T10:00:00+00:00")) == "closed"


@settings(max_examples=200, deadline=None)
@given(st.datetimes(at("2024-01-01").replace(tzinfo=None), at("2035-12-31").replace(tzinfo=None)))
def test_every_shipped_rule_can_be_read_at_any_moment(shipped_rules, moment: datetime):
    for rule in shipped_rules:
        assert open_state(rule, moment.replace(tzinfo=SHANGHAI)) in {"open", "closed", "unknown"}


@pytest.fixture(scope="module")
def shipped_rules(library: Library) -> set[str]:
    return {stop.opening_hours for stop in library.stops.values() if stop.opening_hours}
