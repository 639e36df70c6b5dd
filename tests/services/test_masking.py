"""What points at a person is hidden; what does not stays as it was typed."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.masking import Kind, holds_number, masked
from services.masking.checksums import is_card, is_identity_card, is_old_identity_card

PHONE, ID_CARD, BANK_CARD = Kind.PHONE, Kind.ID_CARD, Kind.BANK_CARD
PLATE, MAIL, WECHAT, QQ, ORDER = Kind.PLATE, Kind.MAIL, Kind.WECHAT, Kind.QQ, Kind.ORDER


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
        ("0086 138 0013 8000", PHONE),
        ("(138)0013-8000", PHONE),
        ("（138）0013 8000", PHONE),
        ("(13800138000)", f"({PHONE})"),
        ("138 1234 五六七八", PHONE),
        ("138 - 0013 - 8000", PHONE),
        ("①③⑧0013⑧000", PHONE),
        ("138\u200b0013\u200b8000", PHONE),
        ("洞洞八六幺三八洞洞幺三八洞洞洞", PHONE),
        ("一三八零零一三八零零零一直占线", f"{PHONE}一直占线"),
        ("13800138000一下午没人接", f"{PHONE}一下午没人接"),
        ("(020)8123-4567转803", PHONE),
        ("+86 20 8123 4567", PHONE),
        ("电话81234567没人接", f"电话{PHONE}没人接"),
        # An identity number that proves itself is found in any row of digits, and however broken.
        ("13800138000510107196402290088", f"{PHONE}{ID_CARD}"),
        ("510107，1964，0229，0088", ID_CARD),
        ("五一零一零七一九六四零二二九零零八八", ID_CARD),
        ("老证440106900101123", f"老证{ID_CARD}"),
        ("身份证后四位0088", f"身份证后四位{ID_CARD}"),
        ("护照E12345678", f"护照{ID_CARD}"),
        ("港澳通行证：C12345678", f"港澳通行证：{ID_CARD}"),
        ("1" * 40, BANK_CARD),
        ("六二二二零二零二零零一一二三四五六七九", BANK_CARD),
        ("粤 A 12345", PLATE),
        ("粤a·12345", PLATE),
        ("粤AD12345和粤A12345D", f"{PLATE}和{PLATE}"),
        ("京A1234警、粤B1234挂、粤Z1234港、粤A1234学", f"{PLATE}、{PLATE}、{PLATE}、{PLATE}"),
        ("使·014 578", PLATE),
        ("车牌是B12345", f"车牌是{PLATE}"),
        ("加我wxid_abc123", f"加我{WECHAT}"),
        ("VX：xiaoge_88", f"VX：{WECHAT}"),
        ("薇信 rider2026，13800138000同号", f"薇信 {WECHAT}，{PHONE}同号"),
        ("绿泡泡qishou-01", f"绿泡泡{WECHAT}"),
        ("QQ：2233445566", f"QQ：{QQ}"),
        ("订单号3012345678901234567", f"订单号{ORDER}"),
        ("139，1234，5678", PHONE),
        ("139、1234、5678找我", f"{PHONE}找我"),
        ("139*1234*5678", PHONE),
        ("139…1234…5678", PHONE),
        ("电话139O0001111", f"电话{PHONE}"),
        ("l39oooo1111", PHONE),
        ("1️⃣3️⃣9️⃣0️⃣0️⃣0️⃣0️⃣1️⃣1️⃣1️⃣1️⃣打我", f"{PHONE}️⃣打我"),
        ("四四零一零一一九九零零三零七一二三五", BANK_CARD),
        ("六二二二零二一二三四五六七八九零一二三", BANK_CARD),
        ("身份证尾号1235", f"身份证尾号{ID_CARD}"),
        ("＋V：xiaoge_88", f"＋V：{WECHAT}"),
        ("运单号：SF1234567890", f"运单号：{ORDER}"),
        ("写信到a.b＠example.com吧", f"写信到{MAIL}吧"),
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
        "微信同号，微信转账200元，微信小程序",
        "400-800-1234和4008001234、95588都是公开的",
        "15-17-19号，138号院",
        "京沪高速、新A级路面、沪A牌照",
        "罚款150 2000 3000",
        "0830-1200 1330-1700",
        "加我一个，车牌号看不清",
        "全角的ＡＢＣ和１２３留着",
        "价格150，2000，3000都有",
        "138、139、140路公交",
        "尺寸180*2000*1500，屏幕1920*1080",
        "密码l3900，型号GOOO1111",
        "3、4、5号楼，13、1400、1500",
    ],
)
def test_left_alone(text: str):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("digits", "proof"),
    [
        ("510107196402290088", True),
        ("44010619900101118X", True),
        ("510107196402290089", False),  # its checksum
        ("510107196402300088", False),
        ("990107196402290088", False),  # no such province
        ("51010719640229008", False),
    ],
)
def test_identity_cards_prove_themselves(digits: str, proof: object):
    assert is_identity_card(digits) is proof


def test_other_checksums():
    assert is_old_identity_card("440106900101123")
    assert not is_old_identity_card("440106901301123")
    assert is_card("6222020200112345679")
    assert not is_card("6222020200112345678")


def test_a_number_is_noticed():
    assert holds_number("打138 0013 8000")
    assert not holds_number("打12345，１２３路")


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["N", "L"]) | st.sampled_from("路灯坏")
)
mobiles = st.builds(
    "1{}{}".format, st.integers(3, 9), st.text("0123456789", min_size=9, max_size=9)
)
GAPS = st.sampled_from(["", "", "", " ", "-", ".", "·", "—", "\u200b", "\u3000"])
SPELLINGS = (
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇幺两叁肆伍陆柒捌玖",
    "洞幺二三四五六拐八勾",
)


@st.composite
def spelled(draw: st.DrawFn, digits: str) -> str:
    """Digits each in a spelling of its own, with or without something between any two."""
    ways = st.sampled_from(("0123456789", "0123456789", *SPELLINGS))
    written = (draw(ways)[int(digit)] if digit.isdigit() else digit for digit in digits)
    return "".join(f"{draw(GAPS) if n else ''}{one}" for n, one in enumerate(written))


@st.composite
def identity_cards(draw: st.DrawFn) -> str:
    """A number of nobody with a right checksum."""
    born = draw(st.dates(date(1940, 1, 1), date(2008, 12, 31)))
    body = f"{draw(st.sampled_from(['110101', '440115', '510107']))}{born:%Y%m%d}"
    body += f"{draw(st.integers(0, 999)):03}"
    return next(body + last for last in "0123456789X" if is_identity_card(body + last))


@given(words, mobiles, words)
def test_no_phone_gets_through(before: str, phone: str, after: str):
    hidden = masked(f"{before}{phone}{after}")
    assert phone not in hidden
    assert PHONE in hidden or BANK_CARD in hidden or ID_CARD in hidden


@given(st.data(), mobiles, st.sampled_from(["", "+86", "0086 ", "86-", "+86 "]))
def test_no_phone_gets_through_in_any_spelling(data: st.DataObject, phone: str, prefix: str):
    written = data.draw(spelled(phone))
    assert masked(f"路灯坏了打{prefix}{written}，谢谢") == f"路灯坏了打{PHONE}，谢谢"


@given(mobiles, st.sampled_from(["({}){}{}", "（{}）{}-{}", "{} / {} / {}", "{} - {} - {}"]))
def test_no_phone_gets_through_in_groups(phone: str, form: str):
    written = form.format(phone[:3], phone[3:7], phone[7:])
    assert masked(f"打{written}，谢谢") == f"打{PHONE}，谢谢"


@given(st.data(), identity_cards())
def test_no_identity_number_gets_through_in_any_spelling(data: st.DataObject, number: str):
    written = data.draw(spelled(number))
    assert masked(f"我的证{written}，谢谢") == f"我的证{ID_CARD}，谢谢"


@given(st.text(st.characters() | st.sampled_from("0138六+- ()粤A微信vx订单号身份证Q转〔〕")))
def test_masking_twice_is_masking_once(text: str):
    assert masked(masked(text)) == masked(text)


@given(st.text(st.sampled_from("0138六+- ()粤A微信vx路灯坏"), max_size=60))
def test_all_else_stays_as_it_was(text: str):
    rest = re.split("|".join(map(re.escape, Kind)), masked(text))
    assert re.fullmatch(".+".join(map(re.escape, rest)), text, re.DOTALL)
