"""What a card says of the hours, in the words people use."""

from datetime import UTC, timedelta

import pytest

from content.library import Library
from services.hours import phrase, status
from tests.services.hours_model import at

DAILY, WEEKDAYS, NIGHT = "Mo-Su 08:30-22:00", "Mo-Fr 08:00-18:00", "Mo-Su 18:00-26:00"


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        ("24/7", "2026-10-01 03:00", "24小时"),
        # Open: how long.
        (DAILY, "2026-11-18 10:00", "开到22点"),
        (DAILY, "2026-11-18 20:59", "开到22点"),
        (DAILY, "2026-11-18 21:00", "60分钟后关门"),
        (DAILY, "2026-11-18 21:40", "20分钟后关门"),
        (DAILY, "2026-11-18 21:59", "1分钟后关门"),
        ("Mo-Su 08:00-21:30", "2026-11-18 10:00", "开到21:30"),
        ("Mo-Su 08:00-24:00", "2026-11-18 10:00", "开到24点"),
        (NIGHT, "2026-11-18 20:00", "开到凌晨2点"),
        (NIGHT, "2026-11-19 00:30", "开到凌晨2点"),
        ("Mo-Su 22:00-06:30", "2026-11-18 23:00", "开到明天6:30"),
        ("Mo-Fr 00:00-24:00", "2026-11-18 10:00", "开到周五24点"),
        ("We 08:00-48:00; Th 00:00-25:00", "2026-11-18 10:00", "开到周五凌晨1点"),
        ("Mo-Su 00:00-24:00", "2026-11-18 10:00", None),
        # Closed: when it opens.
        ("Mo-Su 06:00-22:00", "2026-11-18 03:00", "6点开门"),
        (DAILY, "2026-11-18 22:00", "明天8:30开门"),
        (DAILY, "2026-11-19 00:10", "8:30开门"),
        (WEEKDAYS, "2026-11-20 18:00", "周一8点开门"),
        (WEEKDAYS, "2026-11-22 10:00", "明天8点开门"),
        ("We 09:00-12:00", "2026-11-18 13:00", "下周三9点开门"),
        ("Mo-Su 08:05-09:00", "2026-11-18 07:00", "8:05开门"),
        (DAILY, "2026-09-30 23:00", None),
        # Unknown: why.
        (None, "2026-11-18 10:00", None),
        (DAILY, "2026-10-01 10:00", "节假日开不开没公布"),
        (DAILY, "2026-02-28 10:00", "开到22点"),
        (WEEKDAYS, "2026-02-28 10:00", "调休上班日开不开没公布"),
        (DAILY, "2031-05-05 10:00", "节假日安排未公布"),
    ],
)
def test_phrase(library: Library, rule: str | None, moment: str, expected: str | None):
    assert phrase(library, status(rule, at(moment)), at(moment)) == expected


def test_the_last_minute(library: Library):
    moment = at("2026-11-18 22:00") - timedelta(seconds=30)
    assert phrase(library, status(DAILY, moment), moment) == "马上关门"


def test_the_day_is_that_of_shanghai(library: Library):
    moment = at("2026-11-19 00:10")
    utc = moment.astimezone(UTC)
    assert phrase(library, status(DAILY, utc), utc) == "8:30开门"
