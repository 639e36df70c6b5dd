"""From a stored reply to Telegram's messages: texts, keyboards, a pin on the map."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.rendering import (
    Button,
    InlineRows,
    PictureOut,
    ReplyRows,
    TextOut,
    VenueOut,
    render,
)
from bot.telegram.splitting import LIMIT, units
from content.library import Library
from tests.bot.telegram.shown import Shown
from tests.testers.chat import Chat, on_sqlite, shipped_library
from tests.testers.worker import WorkerTester
from tests.web.samples import (
    CASE,
    COMING_STOP,
    FAR_STOP,
    LIST,
    NEAR_STOP,
    RIGHT,
    STOP,
    choices,
    reply,
)

PINNED = {**FAR_STOP, "position": [23.0712, 113.2805]}
TYPED = "\n\n打数字，或者照着打字："


def texts(library: Library, stored: dict[str, Any], **more: Any) -> list[TextOut]:
    return [out for out in render(library, stored, **more) if isinstance(out, TextOut)]


def only(library: Library, stored: dict[str, Any], **more: Any) -> TextOut:
    [text] = render(library, stored, **more)
    assert isinstance(text, TextOut)
    return text


def titles(text: TextOut) -> list[list[str]]:
    assert text.keyboard is not None
    return [[button.title for button in row] for row in text.keyboard.rows]


def buttons(text: TextOut) -> list[Button]:
    assert isinstance(text.keyboard, InlineRows)
    return [button for row in text.keyboard.rows for button in row]


def test_a_text_alone(library: Library):
    assert only(library, reply("你好，1<2 & 3")) == TextOut(
        "你好，1&lt;2 &amp; 3", "你好，1<2 & 3"
    )


def test_choices_are_buttons_short_ones_side_by_side(library: Library):
    offered = choices("找驿站", "查权益", "提建议", "投诉平台乱扣钱怎么办才好", "好", "不用了")
    text = only(library, reply("要办什么？", choices=offered))
    assert titles(text) == [
        ["找驿站", "查权益"],
        ["提建议"],
        ["投诉平台乱扣钱怎么办才好"],
        ["好", "不用了"],
    ]
    assert [(b.token, b.url) for b in buttons(text)] == [(c["token"], None) for c in offered]


def test_without_the_keyboard_numbers_can_be_typed(library: Library):
    text = only(library, reply("要办什么？", choices=choices("找驿站", "查权益")))
    assert text.plain == f"要办什么？{TYPED}\n1 找驿站\n2 查权益"
    assert text.html == "要办什么？"


def test_numbers_run_on_through_a_turn(library: Library):
    text = only(library, reply("还有：", choices=choices("看这个区的"), first=4))
    assert text.plain.endswith("\n4 看这个区的")


def test_a_text_that_lists_the_numbers_is_not_told_twice(library: Library):
    text = only(library, reply("我能：\n1 找驿站\n2 查权益", choices=choices("找驿站", "查权益")))
    assert text.plain == "我能：\n1 找驿站\n2 查权益"


def test_a_choice_that_cannot_be_pressed_is_not_offered(library: Library):
    offered = [{"title": "没有凭据", "token": None}, *choices("\n", "查权益")]
    text = only(library, reply("好", choices=offered))
    assert titles(text) == [["查权益"]]
    assert text.plain.endswith("\n3 查权益")
    assert only(library, reply("好", choices=offered[:1])) == TextOut("好", "好")


def test_keyboards_stay_within_what_telegram_takes(library: Library):
    offered = choices(*(f"{n}{'长' * 80}" for n in range(120)))
    text = only(library, reply("选", choices=offered, cards=[STOP]))
    assert len(buttons(text)) == 100
    assert all(len(button.title) == 64 for button in buttons(text))
    assert units(text.plain) <= LIMIT
    assert text.plain.splitlines()[-1].endswith("…")
    [place, *rest] = titles(only(library, reply("在哪", choices=offered, ask="location")))
    assert place == ["发送我的位置"]
    assert len(rest) == 99


def test_asked_where_he_is_he_may_send_it_or_choose(library: Library):
    stored = reply(
        "你在哪？", choices=choices("广州（12）", "盐城（9）", "深圳（3）"), ask="location"
    )
    text = only(library, stored)
    assert isinstance(text.keyboard, ReplyRows)
    assert text.keyboard.rows == (
        (("发送我的位置", True),),
        (("广州（12）", False), ("盐城（9）", False)),
        (("深圳（3）", False),),
    )
    assert text.plain.endswith("\n1 广州（12）\n2 盐城（9）\n3 深圳（3）")


def test_stops_are_numbered_and_each_leads_to_a_map(library: Library):
    stored = reply("这些：", cards=[STOP, COMING_STOP, FAR_STOP], choices=choices("换个地方找"))
    text = only(library, stored)
    names = [card["name"] for card in stored["cards"]]
    numbered = [line for line in text.plain.splitlines() if line[1:3] == ". "]
    assert numbered == [f"{n}. {name}" for n, name in enumerate(names, 1)]
    # What is being built has no map: its address in the sample is a script.
    assert titles(text) == [["1 高德"], ["3 高德"], ["换个地方找"]]
    assert [button.url for button in buttons(text)] == [STOP["map_url"], FAR_STOP["map_url"], None]
    assert text.html.count("没写的设施我们不知道") == 1


def test_a_list_of_stops_as_a_phone_shows_it(library: Library):
    [stored] = LIST
    text, picture = render(library, stored)
    assert isinstance(text, TextOut)
    reports = ["还开着", "锁门", "搬走", "没水没电", "不让进"]
    assert titles(text) == [
        *(["1 高德", "1 百度", "1 腾讯"], ["2 高德", "2 百度", "2 腾讯"], ["3 高德"]),
        *(["还有4个", "筛一下"], ["换个地方找", "推荐一个点"]),
        *([f"{number}{title}" for title in reports] for number in (1, 2, 3)),
    ]
    tokens = {button.title: button.token for button in buttons(text)}
    assert (tokens["1锁门"], tokens["3不让进"]) == ("huangge-锁门", "wanda-不让进")
    # What is typed is counted behind the stops, which have numbers too.
    assert text.plain.endswith("\n4 还有4个\n5 筛一下\n6 换个地方找\n7 推荐一个点")
    assert isinstance(picture, PictureOut)
    assert picture == PictureOut("sketch-1", library.say("telegram.sketch"))


def test_stops_leave_room_for_the_choices(library: Library):
    stops = [{**NEAR_STOP, "position": None}] * 20
    offered = choices(*(f"第{n}个" for n in range(30)))
    text = texts(library, reply("这些：", cards=stops, choices=offered))[-1]
    shown = buttons(text)
    assert len([button for button in shown if button.token in {c["token"] for c in offered}]) == 30
    assert len([button for button in shown if button.url]) == 60
    assert sum(button.title.endswith("锁门") for button in shown) == 2
    assert len(shown) == 100


def test_the_first_stop_with_an_exact_place_gets_a_pin(library: Library):
    other = {**PINNED, "name": "另一个驿站"}
    stored = json.loads(json.dumps(reply("这些：", cards=[STOP, PINNED, other])))
    text, pin = render(library, stored)
    assert pin == VenueOut(23.0712, 113.2805, FAR_STOP["name"], FAR_STOP["address"])
    assert isinstance(text, TextOut)
    assert titles(text) == [["1 高德"], ["2 高德"], ["3 高德"]]
    assert [type(out) for out in render(library, reply("", cards=[STOP, FAR_STOP]))] == [TextOut]
    nowhere = {**PINNED, "address": ""}
    assert render(library, reply("这个：", cards=[nowhere]))[1].address == "没写明"


def test_cards_without_a_text_are_enough(library: Library):
    assert only(library, reply("", cards=[CASE])).plain.startswith("来件编号：")


def test_a_card_of_an_unknown_kind_leaves_the_text(library: Library):
    stored = reply("看这个", cards=[{"kind": "hologram", "name": "?"}, CASE])
    assert only(library, stored).plain.startswith("看这个\n\n来件编号：")
    assert only(library, reply("看这个", cards=[{"kind": "hologram"}])).plain == "看这个"


@pytest.mark.parametrize("nothing", ["", " \n ", "\u200b", "\x00"])
def test_an_empty_reply_still_says_something(library: Library, nothing: str):
    assert "没有内容" in only(library, reply(nothing)).html
    assert only(library, reply(nothing, choices=choices("好"))).html == "请选一个："
    assert only(library, reply(nothing, ask="location")).html == "请选一个："
    assert only(library, reply(nothing), notice="位置用完就删。").html == "位置用完就删。"


def test_a_notice_stands_below_once(library: Library):
    text = only(library, reply("你在哪？", cards=[CASE]), notice="这里不问电话。")
    assert text.html.startswith("你在哪？")
    assert text.html.endswith("\n\n这里不问电话。")


def test_of_a_long_text_the_last_part_has_the_keyboard(library: Library):
    stored = reply("长。" * 3_000, cards=[RIGHT, PINNED], choices=choices("好", "不"))
    *parts, pin = render(library, stored, notice="完")
    assert isinstance(pin, VenueOut)
    assert [getattr(part, "keyboard", None) is None for part in parts] == [True, False]
    assert titles(parts[-1]) == [["1 高德"], ["好", "不"]]
    assert "1 好" not in parts[0].plain
    assert parts[-1].plain.endswith("\n1 好\n2 不")


@given(st.text(), st.lists(st.text(min_size=1, max_size=70), max_size=5), st.text(max_size=9))
def test_whatever_the_words_every_message_can_be_sent(text, offered, notice):
    stored = reply(text, choices=choices(*offered), cards=[{**CASE, "summary": notice}, STOP])
    for out in texts(shipped_library(), stored, notice=notice):
        shown = Shown(out.html).text
        assert 1 <= units(shown) <= LIMIT
        assert out.plain.startswith(shown)
        assert units(out.plain) <= LIMIT


def test_words_and_tokens_stay_out_of_a_log(library: Library):
    text = only(library, reply("我住在三号楼", choices=choices("三号楼")))
    assert "三号楼" not in f"{text!r}{text.keyboard!r}"


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_the_first_conversation_as_telegram_shows_it(
    chat: Chat, worker: WorkerTester, library: Library
):
    chat.rasa.mode = "down"
    await worker.says("找驿站")
    [asked] = (only(library, stored) for stored in worker.replies)
    assert titles(asked)[0] == ["发送我的位置"]
    await worker.is_at(22.7947, 113.5328)
    found = texts(library, worker.replies[0])[0]
    stop = "1. 南沙万达广场旁24小时户外劳动者爱心驿站\n开着 · 24小时 · 广州 南沙区"
    assert stop in found.plain
    assert titles(found)[0] == ["1 高德", "1 百度", "1 腾讯"]
    assert "换个地方找" in {button.title for button in buttons(found)}
    offered = worker.replies[0]["choices"] + worker.replies[0]["cards"][0]["choices"]
    tokens = {choice["token"] for choice in offered}
    assert {button.token for button in buttons(found) if button.token} == tokens
    await worker.says("菜单")
    menu = only(library, worker.replies[0])
    assert TYPED not in menu.plain
    assert Shown(menu.html).text == menu.plain
