"""What the lines of a card say, and what they leave out rather than guess."""

from dataclasses import asdict

import pytest

from bot.telegram import cards
from bot.telegram.splitting import Rich, html, plain
from content.library import Library
from db.models import RestStopRow
from services import hours, rights
from services.rest_stops import cards as stop_cards
from services.rest_stops.columns import columns
from services.rest_stops.ranking import Judged
from services.rest_stops.standing import NOTHING_SAID
from tests.bot.telegram.shown import Shown
from tests.factories import NOON_OF_TESTS, FixedClock
from tests.web.samples import CASE, CLAIM, COMING_STOP, FAR_STOP, NEAR_STOP, RIGHT, STOP


def lines(rich: Rich) -> list[str]:
    return Shown(html(rich)).text.split("\n")


def test_a_stop_in_a_few_lines(library: Library):
    assert lines(cards.stop(library, FAR_STOP, 2)) == [
        "2. 海珠区东晓南地铁站B出口工会爱心驿站(智能)",
        "关门 · 约 1.2 公里",
        "地址：东晓南地铁站B出口附近",
        "时间：8:00-22:00",
        "怎么进：扫码，填电话和职业后进入 · 电话：020-12345678",
        "设施：水、热饭、手机充电、WiFi、药箱、雨具",
        "2023-11 公布 · 2026-11-20 核对过",
    ]


def test_what_the_door_and_the_hours_say_comes_first(library: Library):
    rich = cards.stop(library, NEAR_STOP, 1)
    shown = lines(rich)
    assert shown[1:4] == [
        "开着 · 20分钟后关门 · 离黄阁地铁站 350 米",
        "※ 2小时前有骑手说锁门",
        "※ 有人说没水没电，正在核实",
    ]
    assert shown[-2:] == [
        "收费：免费 · 谁能进：户外劳动者 · 写明没有：换电、淋浴",
        "广州市总工会 · 2023-11 公布 · 2026-11-20 核对过",
    ]
    assert Shown(html(rich)).within["b"] == [NEAR_STOP["name"], *shown[2:4]]


def test_a_stop_of_which_little_is_known_says_so(library: Library):
    assert lines(cards.stop(library, {**COMING_STOP, "address": "", "area": ""}, 1)) == [
        "1. 新城驿站",
        "在建，还没开放",
        "地址：没写明",
        "时间：没写明",
        "怎么进：进门要求没写明",
        "设施：没写明",
        "公布日期没查到 · 还没有核对过",
    ]


def test_a_stop_says_how_vague_its_place_is(library: Library):
    shown = Shown(html(cards.stop(library, STOP, 1)))
    assert shown.within["b"] == [STOP["name"]]
    assert "设施：休息、热饮(活动时)" in shown.text
    assert STOP["lines"][0] in shown.text
    assert "米" not in shown.text


@pytest.mark.parametrize(
    ("state", "said"), [("open", "开着"), ("closed", "关门"), ("unknown", "说不准")]
)
def test_the_state_of_a_stop(library: Library, state: str, said: str):
    line = lines(cards.stop(library, {**STOP, "open_state": state}, 1))[1]
    assert line == f"{said} · {STOP['area']}"


def test_what_a_source_wrote_cannot_break_the_lines(library: Library):
    card = {
        **STOP,
        "name": "甲<b>\n乙</b>",
        "address": "一\n\n号 & 二号",
        "source_url": "http://x",
    }
    shown = lines(cards.stop(library, card, 1))
    assert len(shown) == 8
    assert shown[0] == "1. 甲<b> 乙</b>"
    assert shown[2] == "地址：一 号 & 二号"
    assert not any("http" in line for line in shown)


def test_every_shipped_stop_fits_in_a_few_short_lines(library: Library):
    assert library.stops
    for stop in library.stops.values():
        row = RestStopRow(**columns(library, stop))
        now = hours.status(row.opening_hours, NOON_OF_TESTS)
        judged = Judged(row, now, NOTHING_SAID, None)
        card = asdict(stop_cards.card(library, row, judged, NOON_OF_TESTS))
        shown = lines(cards.stop(library, card, 1))
        assert len(shown) <= 8
        assert max(map(len, shown)) <= 110, shown
        assert "None" not in "".join(shown)
        for word in (*stop.facilities, *stop.other_facilities, stop.phone or "", stop.note or ""):
            assert word in "".join(shown)


def test_a_right_with_the_proof_of_each_claim(library: Library):
    shown = Shown(html(cards.right(library, RIGHT)))
    assert shown.text == (
        "最低工资与小时最低工资\n\n"
        "• 广州：月最低工资2500元，小时最低工资23.7元。\n"
        "《广东省人民政府关于调整我省最低工资标准的通知》一类标准 · 粤府函〔2025〕23号"
        " · 2025-03-01 起施行 · 广州 · 政策文件 · 看来源网页\n\n"
        "• 最低工资不包括加班费、夜班和高温等津贴。\n"
        "注：各地口径略有不同。\n"
        "《最低工资规定》第十二条 · 全国 · 部门规章 · 文号、施行日未核到\n\n"
        "• 打12333问。\n"
        "《关于热线的通知》 · 广州 · 条号未核到 · 看来源网页\n\n"
        "还有 1 条，点开看：\n"
        "• 第四条说法。\n"
        "《广东省人民政府关于调整我省最低工资标准的通知》一类标准 · 粤府函〔2025〕23号"
        " · 2025-03-01 起施行 · 广州 · 政策文件\n\n"
        "可以这样做\n"
        "1. 先把工资流水和排班截图留好。\n"
        "2. 打12333，说清在哪个区、拖了多久。\n\n"
        "拨打 12333：人社热线（社保、工资、工伤）\n"
        "拨打 12345：政务服务热线\n\n"
        "· 金额会调整，以生效日期为准。\n"
        "以上内容核对于 2026-11-22，以当地最新规定为准。"
    )
    assert shown.within["b"] == [RIGHT["title"], "可以这样做"]


def test_only_links_of_the_web_are_links(library: Library):
    shown = Shown(html(cards.right(library, RIGHT)))
    assert shown.links == [("看来源网页", CLAIM["link"])] * 2  # the fourth is no web address
    for address in ("javascript:alert(1)", "tel:110", "tg://user?id=1", "//x.cn", "", None, 5):
        assert cards.web_address(address) is None
    assert cards.web_address("HTTPS://x.cn/a?b=1") == "HTTPS://x.cn/a?b=1"


def test_claims_past_the_third_lie_in_a_fold(library: Library):
    folded = Shown(html(cards.right(library, RIGHT))).folded
    assert folded.startswith("• 第四条说法。")
    assert "第十二条" not in folded
    three = {**RIGHT, "claims": RIGHT["claims"][:3]}
    shown = Shown(html(cards.right(library, three)))
    assert shown.folded == ""
    assert "点开看" not in shown.text


def test_a_right_with_little_in_it_shows_no_empty_parts(library: Library):
    card = {"kind": "right", "topic": "t", "title": "标题", "claims": []}
    assert plain(cards.right(library, card)) == "标题"


@pytest.mark.parametrize("city", [None, "广州", "拉萨"])
def test_every_shipped_right_shows_all_it_knows(library: Library, city: str | None):
    assert library.topics
    for topic in library.topics.values():
        card = asdict(rights.card(library, FixedClock(), topic, city))
        shown = Shown(html(cards.right(library, card)))
        said = [card["title"], card["as_of"], *card["steps"], *card["remarks"]]
        said += [word for line in card["hotline"] for word in line.values()]
        for claim in card["claims"]:
            said += [claim["text"], claim["region"], claim["force"], *claim["remarks"]]
            said += [claim[key] for key in ("law", "article", "number", "effective")]
        missing = [words for words in said if " ".join(words.split()) not in shown.text]
        assert missing == []
        links = [claim["link"] for claim in card["claims"] if claim["link"]]
        assert [address for _, address in shown.links] == links


def test_a_case_with_a_code_that_a_tap_copies(library: Library):
    shown = Shown(html(cards.case(library, CASE)))
    assert shown.text == (
        "来件编号：YZ-7K3M-92\n金洲站B口没有能坐的地方，想加两条长凳。\n"
        "办到哪了：已收到，等人看\n答复期限：未定"
    )
    assert shown.within["code"] == [CASE["code"]]
    dated = cards.case(library, {**CASE, "due": "2026-12-01"})
    assert lines(dated)[-1] == "答复期限：2026-12-01"
