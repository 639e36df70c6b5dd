"""A worker talks with the page: by thumb, by keyboard, with odd words, and wipes it."""

import pytest
from playwright.async_api import expect

from tests.web.fake_api import FakeApi, refusal
from tests.web.phone import Phone
from tests.web.samples import choices, reply

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
MENU = [reply("你是想问哪一个？", choices=choices("工资被拖欠", "账号被封", "都不是"))]
ODD = {
    "long": "长" * 4096,
    "unbroken": "w" * 4096,
    "emoji": "👩‍👩‍👧‍👦🚴🏽‍♂️" * 200,
    "right to left": "مرحبا بالعالم \u202e abc " * 40,
    "markup": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "lines": "一\n\n\n二",
}


async def test_a_starter_is_sent_as_text(phone: Phone, api: FakeApi) -> None:
    await phone.button("找驿站").first.click()
    await phone.sees("收到：找驿站")
    assert api.turns[0]["text"] == "找驿站"


async def test_a_choice_sends_its_token_and_stays_visible_as_chosen(
    phone: Phone, api: FakeApi
) -> None:
    api.answers["选"] = MENU
    await phone.says("选")
    await phone.taps("工资被拖欠")
    await phone.sees("收到：token-工资被拖欠")
    assert api.turns[-1]["choice"] == "token-工资被拖欠"
    await expect(phone.button("工资被拖欠")).to_have_attribute("aria-pressed", "true")


async def test_only_the_newest_choices_can_be_tapped(phone: Phone, api: FakeApi) -> None:
    api.answers["选"] = MENU
    await phone.says("选")
    await phone.says("换个话题")
    await phone.sees("收到：换个话题")
    await expect(phone.button("账号被封")).to_have_attribute("aria-disabled", "true")
    await phone.button("账号被封").dispatch_event("click")
    await phone.says("还在")
    await phone.sees("收到：还在")
    assert api.heard() == ["选", "换个话题", "还在"]


async def test_a_second_quick_tap_is_not_sent(phone: Phone, api: FakeApi) -> None:
    api.answers["选"] = MENU
    await phone.says("选")
    await phone.button("都不是").dblclick()
    await phone.button("账号被封").dispatch_event("click")
    await phone.button("找驿站").last.dblclick()
    await phone.says("完")
    await phone.sees("收到：完")
    assert api.heard() == ["选", "token-都不是", "找驿站", "完"]


async def test_a_whole_conversation_by_keyboard(phone: Phone, api: FakeApi) -> None:
    api.answers["选\n第二行"] = MENU
    keys = phone.page.keyboard
    await keys.press("Tab")
    await expect(phone.page.get_by_role("link", name="跳到输入框")).to_be_focused()
    await keys.press("Enter")
    await expect(phone.text_box).to_be_focused()
    await keys.type("选")
    await keys.press("Shift+Enter")
    await keys.type("第二行")
    await keys.press("Enter")
    await phone.sees("你是想问哪一个？")
    await expect(phone.text_box).to_be_focused()
    for _ in range(6):  # Photo and location buttons, three shortcuts, then the last choice.
        await keys.press("Shift+Tab")
    await expect(phone.button("都不是")).to_be_focused()
    await keys.press("Enter")
    await phone.sees("收到：token-都不是")
    await expect(phone.button("都不是")).to_be_focused()


async def test_enter_that_picks_a_pinyin_word_does_not_send(phone: Phone, api: FakeApi) -> None:
    await phone.text_box.fill("nihao")
    await phone.text_box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    await phone.says("你好")
    await phone.sees("收到：你好")
    assert api.heard() == ["你好"]


async def test_blank_words_are_not_sent(phone: Phone, api: FakeApi) -> None:
    await phone.says(" \n ")
    await phone.says("有字")
    await phone.sees("收到：有字")
    assert api.heard() == ["有字"]


@pytest.mark.parametrize("words", ODD.values(), ids=ODD.keys())
async def test_odd_words_arrive_whole_and_do_not_break_the_page(
    phone: Phone, api: FakeApi, words: str
) -> None:
    api.answers[words] = [reply(words, choices=[{"title": words[:300], "token": "t"}])]
    await phone.says(words)
    await expect(phone.page.locator(".reply .bubble")).to_have_count(1)
    assert api.turns[0]["text"] == words
    assert await phone.overflow() <= 0
    assert await phone.page.locator("#log img, #log script").count() == 0


async def test_words_are_never_part_of_an_address(phone: Phone, api: FakeApi) -> None:
    await phone.says("身份证号不能进地址栏")
    await phone.sees("收到：身份证号不能进地址栏")
    assert all("?" not in path and "%" not in path for _, path in api.requests)
    assert phone.page.url.endswith("/")


async def test_a_refused_turn_says_why_and_keeps_the_words(phone: Phone, api: FakeApi) -> None:
    api.faults = [refusal(422, "太长了，请分成几段发。")]
    await phone.says("太长的话")
    await phone.sees("太长了，请分成几段发。")
    await phone.sees("太长的话")


async def test_a_refused_choice_can_be_tapped_again(phone: Phone, api: FakeApi) -> None:
    api.answers["选"] = MENU
    await phone.says("选")
    await phone.sees("你是想问哪一个？")
    api.faults = [refusal(400, "这个按钮用不了了。")]
    await phone.taps("都不是")
    await phone.sees("这个按钮用不了了。")
    await phone.taps("账号被封")
    await phone.sees("收到：token-账号被封")


@pytest.mark.parametrize(
    "strange",
    [
        [{}],
        [None, "words", 7],
        [reply("只有字", cards=[{"kind": "hologram"}, None, 3, {"kind": "right", "claims": 5}])],
        [{"text": None, "choices": "no", "cards": {"kind": "case"}}],
    ],
)
async def test_replies_it_does_not_know_do_not_stop_the_page(
    phone: Phone, api: FakeApi, strange: list[object]
) -> None:
    api.answers["怪"] = strange  # type: ignore[assignment]  # Wrong on purpose.
    await phone.says("怪")
    await phone.says("还在吗")
    await phone.sees("收到：还在吗")


async def test_the_conversation_outlives_a_reload_up_to_fifty_messages(
    phone: Phone, api: FakeApi
) -> None:
    for number in range(30):
        await phone.says(f"第{number}句")
    await phone.sees("收到：第29句")
    await phone.text_box.fill("写了一半")
    await phone.page.reload()
    await phone.sees("收到：第29句")
    await expect(phone.text_box).to_have_value("写了一半")
    await phone.never_sees("收到：第4句")
    assert await phone.page.locator("#log .bubble").count() == 50
    assert len(api.turns) == 30


async def test_wiping_forgets_words_and_worker(phone: Phone, api: FakeApi) -> None:
    await phone.says("私事")
    await phone.sees("收到：私事")
    await phone.text_box.fill("没写完的私事")
    await phone.taps("清空")
    await phone.page.get_by_role("dialog").get_by_role("button", name="先不清").click()
    await phone.sees("收到：私事")
    await phone.taps("清空")
    await phone.page.get_by_role("dialog").get_by_role("button", name="清空").click()
    await phone.never_sees("私事")
    await expect(phone.text_box).to_have_value("")
    assert await phone.page.evaluate("JSON.stringify(localStorage)") == "{}"
    await phone.says("下一位")
    await phone.sees("收到：下一位")
    assert len(api.tokens) == 2


async def test_new_words_are_announced_and_old_ones_are_not(phone: Phone) -> None:
    await expect(phone.log).to_have_attribute("aria-live", "polite")
    await phone.says("你好")
    await phone.sees("收到：你好")
    await phone.page.reload(wait_until="commit")
    await expect(phone.log).to_have_attribute("aria-live", "polite")
    assert await phone.page.locator("html").get_attribute("lang") == "zh-CN"
