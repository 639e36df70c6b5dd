"""Which day people mean: every way to write one against a model that looks back day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.days_said import Day, month_before, read
from tests.testers.chat import shipped_library

TODAY = date(2026, 11, 18)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
TODAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
NUMERALS = dict(
    each.split("=")[::-1]
    for each in shipped_library().notices.times["numerals"]
    if each[0] != "两"
)
FULL = (
    *("{y}-{m}-{d}", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}{m:02}{d:02}"),
    *(
        "{y}年{m}月{d}日",
        "{y}年{m}月{d}号",
        "{y}年{m}月{d}",
        "{y} 年 {m} 月 {d} 日",
        "{y}年{M}月{D}日",
    ),
    *("我是{y}年{m}月{d}日才知道的", "{y}-{m}-{d} 10:30", "大概{y}年{m}月{d}号下午3点吧"),
)
SHORT = (
    "{m}月{d}日",
    "{m}月{d}号",
    "{m}月{d}",
    "{M}月{D}号",
    "{m}/{d}",
    "{m}-{d}",
    "{m}.{d}",
    "就是{m}月{d}日",
)


def said(text: str, today: date = TODAY) -> Day | None:
    return read(shipped_library(), text, today)


def written(form: str, day: date) -> str:
    return form.format(
        y=day.year, m=day.month, d=day.day, M=NUMERALS[str(day.month)], D=NUMERALS[str(day.day)]
    )


def newest(today: date, fits: tuple[int, ...]) -> date | None:
    """The newest day up to today whose month and day, or day alone, are these: of this year or
    the last, of this month or the last.
    """
    first = (
        date(today.year - 1, 1, 1)
        if len(fits) > 1
        else (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    )
    for back in range((today - first).days + 1):
        day = today - timedelta(days=back)
        if (day.month, day.day)[-len(fits) :] == fits:
            return day
    return None


@given(day=DAYS, form=st.sampled_from(FULL), today=TODAYS)
def test_a_whole_date_is_that_date_whenever_it_is_said(day: date, form: str, today: date):
    assert said(written(form, day), today) == Day(day)


@given(day=DAYS, form=st.sampled_from(SHORT), today=TODAYS)
def test_a_date_without_a_year_is_the_newest_one(day: date, form: str, today: date):
    found = said(written(form, day), today)
    assert (found and found.day) == newest(today, (day.month, day.day))


@given(number=st.integers(1, 31), mark=st.sampled_from("日号"), today=TODAYS)
def test_a_day_without_a_month_is_the_newest_one(number: int, mark: str, today: date):
    found = said(f"{number}{mark}", today)
    assert (found and found.day) == newest(today, (number,))


@given(month=st.integers(1, 12), today=TODAYS)
def test_of_a_month_alone_its_first_day_stands_in(month: int, today: date):
    first = newest(today, (month, 1))
    assert first is not None
    assert said(f"{month}月", today) == said(f"{month}月份", today) == Day(first, is_first=True)


@given(count=st.integers(1, 31), today=TODAYS)
def test_so_many_days_ago(count: int, today: date):
    for written_so in (f"{count}天前", f"{NUMERALS[str(count)]}天前"):
        assert said(written_so, today) == Day(today - timedelta(days=count))
    assert said(f"{count}周前", today) == Day(today - timedelta(days=7 * count))


@settings(max_examples=60)
@given(count=st.integers(0, 400), today=TODAYS)
def test_so_many_months_ago_is_the_same_date_or_the_months_last(count: int, today: date):
    found, months = today, 0
    while months < count:  # a month back at a time, from first to first
        found = found.replace(day=1) - timedelta(days=1)
        months += 1
    last = found.day if count else 31
    model = found.replace(day=min(today.day, last))
    assert month_before(today, count) == model
    if 0 < count <= 31:
        assert said(f"{count}个月前", today) == Day(model)


@pytest.mark.parametrize(
    ("text", "day", "is_first"),
    [
        ("今天", "2026-11-18", False),
        ("昨晚", "2026-11-17", False),
        ("前天", "2026-11-16", False),
        ("大前天", "2026-11-15", False),
        ("上个月", "2026-10-01", True),
        ("上个月的15号", "2026-10-15", False),
        ("上上个月三号", "2026-09-03", False),
        ("这个月5号", "2026-11-05", False),
        ("去年3月5日", "2025-03-05", False),
        ("去年的三月", "2025-03-01", True),
        ("前年12月31号", "2024-12-31", False),
        ("26年3月5日", "2026-03-05", False),
        ("2026年3月", "2026-03-01", True),
        ("２０２６年３月５日", "2026-03-05", False),
        ("半年前", "2026-05-18", False),
        ("一年前", "2025-11-18", False),
        ("两个月前", "2026-09-18", False),
        ("今年12月5日", "2026-12-05", False),  # to come; who asks says so
        ("2026年2月28日，就是2026-02-28", "2026-02-28", False),  # the same day twice
    ],
)
def test_what_people_say(text: str, day: str, is_first: bool):  # noqa: FBT001 - a table
    assert said(text) == Day(date.fromisoformat(day), is_first)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "不知道",
            "去年",
            "很久了",
            "2月30日",
            "2026-13-01",
            "1月0日",
            "0月1日",
            "32号",
            "上上个月31号",
        ),
        *("3月5日到4月5日", "3月5号之前", "三月底", "3月初", "拖了3个月", "3月5000元", "二十一月"),
        *("1989年3月5日", "13912345678", "12333", "20261301", "2026", "3", "昨天还是前天"),
    ],
)
def test_what_names_no_day_or_several_is_not_guessed(text: str):
    assert said(text) is None


@given(text=st.text(max_size=40), today=TODAYS)
def test_it_never_fails(text: str, today: date):
    found = said(text, today)
    assert found is None or found.day.year >= 1990
