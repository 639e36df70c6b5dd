"""What points at a person is hidden; what does not stays as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.masking import BANK_CARD, ID_CARD, MAIL, PHONE, PLATE, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打13800138000找我", f"打{PHONE}找我"),
        ("138 0013 8000", PHONE),
        ("138-0013-8000", PHONE),
        ("1 3 8 0 0 1 3 8 0 0 0", PHONE),
        ("１３８００１３８０００", PHONE),
        ("+86 138 0013 8000", PHONE),
        ("+8613800138000", PHONE),
        ("8613800138000", PHONE),
        ("幺三八零零幺三八零零零", PHONE),
        ("一三八〇〇一三八〇〇〇", PHONE),
        ("020-81234567", PHONE),
        ("0755 12345678", PHONE),
        ("身份证440106199001011234", f"身份证{ID_CARD}"),
        ("44010619900101123X", ID_CARD),
        ("44010619900101123x。", f"{ID_CARD}。"),
        ("440106 19900101 1234", ID_CARD),
        ("440106-19900101-123X", ID_CARD),
        ("卡号6222020200112345678", f"卡号{BANK_CARD}"),
        ("6222 0202 0011 2345 678", BANK_CARD),
        ("6222 0202 0011 2345", BANK_CARD),
        ("粤A12345撞了我", f"{PLATE}撞了我"),
        ("粤A·D12345", PLATE),
        ("写信到 a.b@example.com 吧", f"写信到 {MAIL} 吧"),
        ("13800138000和13900139000", f"{PHONE}和{PHONE}"),
    ],
)
def test_hidden(text: str, expected: str):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "月最低工资2500元，小时23.7元",
        "粤府函〔2025〕23号",
        "2025-03-01起施行",
        "从2025.03.01-2026.05.01没发工资",
        "2025-03-01 2026-05-01 12点",
        "2025年3月1日至2025年12月31日",
        "08:30-12:00,13:30-17:00",
        "12345、12333、12351、120",
        "一单3.5元，一天40单，一个月8000到12000",
        "工资3000 4000 5000 6000",
        "京东和川味、新A级",
        "一二三四五六七八九",
        "三十八块五",
        "定位点（22.82750,113.51350）",
        "编号 7KQ3-M9TX",
    ],
)
def test_left_alone(text: str):
    assert masked(text) == text


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["N", "L"]) | st.sampled_from("路灯坏")
)


@given(words, st.integers(3, 9), st.text("0123456789", min_size=9, max_size=9), words)
def test_no_phone_gets_through(before: str, second: int, rest: str, after: str):
    phone = f"1{second}{rest}"
    hidden = masked(f"{before}{phone}{after}")
    assert phone not in hidden
    assert PHONE in hidden or BANK_CARD in hidden or ID_CARD in hidden


@given(st.text())
def test_masking_twice_is_masking_once(text: str):
    assert masked(masked(text)) == masked(text)
