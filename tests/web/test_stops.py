"""A list of stops on the page: its map, and what is tapped by who stands at the door."""

import pytest
from playwright.async_api import Locator, expect

from bot.sketches import draw
from tests.sketching import SCENE
from tests.web.fake_api import FakeApi, Fault, refusal
from tests.web.phone import Phone
from tests.web.samples import LIST, REPORTS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(autouse=True)
def a_list(api: FakeApi) -> None:
    api.answers["歇脚"] = LIST
    api.sketches["sketch-1"] = draw(SCENE)


def locked(phone: Phone, stop: int = 0) -> Locator:
    return phone.page.locator(".card").nth(stop).get_by_role("button", name="锁门")


async def test_the_map_stands_below_the_cards_and_is_described(phone: Phone) -> None:
    await phone.says("歇脚")
    picture = phone.page.get_by_role("img", name="示意图")
    await expect(picture).to_be_visible()
    box = await picture.bounding_box()
    last = await phone.page.locator(".card").last.bounding_box()
    assert box is not None
    assert last is not None
    assert box["y"] > last["y"]
    assert box["width"] / box["height"] == pytest.approx(1.5, abs=0.02)


async def test_a_map_that_is_gone_leaves_no_trace(phone: Phone, api: FakeApi) -> None:
    await phone.says("歇脚")
    await expect(phone.page.get_by_role("img", name="示意图")).to_be_visible()
    api.sketches.clear()
    async with phone.page.expect_response("**/api/sketches/sketch-1") as answer:
        await phone.page.reload()
    assert (await answer.value).status == 404
    await expect(phone.page.locator(".card")).to_have_count(3)
    await expect(phone.page.locator(".reply img")).to_have_count(0)


async def test_five_words_of_the_door_on_every_card(phone: Phone) -> None:
    await phone.says("歇脚")
    for number in range(3):
        card = phone.page.locator(".card").nth(number)
        await expect(card.get_by_role("button")).to_have_text(REPORTS)


async def test_a_door_is_reported_long_after_the_list_and_after_a_reload(
    phone: Phone, api: FakeApi
) -> None:
    await phone.says("歇脚")
    await phone.says("工资")
    await phone.sees("收到：工资")
    await phone.page.reload()
    await expect(phone.button("筛一下")).to_have_attribute("aria-disabled", "true")
    await locked(phone, 1).click()
    await phone.sees("收到：haizhu-锁门")
    assert api.turns[-1]["choice"] == "haizhu-锁门"
    await phone.sees("锁门 海珠区东晓南地铁站B出口工会爱心驿站(智能)")
    await expect(locked(phone, 1)).to_have_attribute("aria-pressed", "true")
    await expect(locked(phone, 0)).not_to_have_attribute("aria-pressed", "true")
    await phone.page.reload()
    await expect(locked(phone, 1)).to_have_attribute("aria-pressed", "true")


async def test_the_newest_word_on_a_stop_is_the_one_that_is_marked(
    phone: Phone, api: FakeApi
) -> None:
    await phone.says("歇脚")
    for title in ("锁门", "还开着", "锁门"):
        await phone.page.locator(".card").first.get_by_role("button", name=title).click()
        await phone.sees(f"收到：huangge-{title}")
    marked = phone.page.locator(".card [aria-pressed]")
    await expect(marked).to_have_text("锁门")
    assert api.heard() == ["歇脚", "huangge-锁门", "huangge-还开着", "huangge-锁门"]


async def test_two_quick_taps_on_a_word_are_one(phone: Phone, api: FakeApi) -> None:
    await phone.says("歇脚")
    await expect(locked(phone)).to_be_visible()
    api.faults = [Fault(delay=0.3)]
    await locked(phone).dblclick()
    await phone.says("完")
    await phone.sees("收到：完")
    assert api.heard() == ["歇脚", "huangge-锁门", "完"]


async def test_a_word_that_was_refused_is_not_marked(phone: Phone, api: FakeApi) -> None:
    await phone.says("歇脚")
    await expect(locked(phone)).to_be_visible()
    api.faults = [refusal(400, "这个按钮用不了了。")]
    await locked(phone).click()
    await phone.sees("这个按钮用不了了。")
    await expect(locked(phone)).not_to_have_attribute("aria-pressed", "true")
    await expect(phone.button("筛一下")).to_have_attribute("aria-disabled", "false")
