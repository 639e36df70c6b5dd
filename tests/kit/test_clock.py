"""The clock: UTC inside, Shanghai shown; and the one that tests move."""

from datetime import UTC, datetime, timedelta

from kit.clock import in_shanghai, utc_now


def test_now_is_aware_and_in_utc():
    assert utc_now().utcoffset() == timedelta(0)


def test_shanghai_is_eight_hours_ahead():
    shown = in_shanghai(datetime(2026, 12, 31, 16, 5, tzinfo=UTC))

    assert f"{shown:%Y-%m-%d %H:%M}" == "2027-01-01 00:05"


def test_the_clock_of_tests_stands_still_until_moved(clock):
    before = clock()

    assert clock() == before
    assert clock.advance(days=1, minutes=5) == before + timedelta(days=1, minutes=5) == clock()
