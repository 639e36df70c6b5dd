"""Whether a stop is open: known, or plainly unknown."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.library import Library
from kit.clock import SHANGHAI
from services.hours import open_state

ALWAYS, DAILY, WEEKDAYS = "24/7", "Mo-Su 08:00-18:00", "Mo-Fr 07:30-17:00"
NIGHT = "Mo-Su 18:00-26:00"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


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
        (DAILY, "2026-02-28 12:00", "unknown"),  # a Saturday made up for
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
    ],
)
def test_open_state(rule: str | None, moment: str, expected: str):
    assert open_state(rule, at(moment)) == expected


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
