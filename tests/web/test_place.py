"""Sharing a position: asked for only on a tap, used once, and a way on when there is none."""

import pytest
from playwright.async_api import BrowserContext, Geolocation, Route, expect

from tests.web.fake_api import FakeApi
from tests.web.phone import Phone
from tests.web.samples import GREETING, STOPS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
HERE: Geolocation = {"latitude": 22.794712, "longitude": 113.532849}


def failing(code: int) -> str:
    """A stand-in for the device's answer, which no setting of Chromium brings about."""
    return (
        "() => { navigator.geolocation.getCurrentPosition = (found, failed) =>"
        f" {{ window.asked = (window.asked || 0) + 1; failed({{code: {code}}}) }} }}"
    )


async def test_the_panel_says_what_for_before_anything_is_asked(phone: Phone) -> None:
    await phone.page.evaluate(failing(1))
    await phone.page.locator("#place-open").click()
    await phone.sees("只用来找附近驿站，15分钟后删。")
    assert await phone.page.evaluate("window.asked") is None
    await phone.page.locator("#place-open").click()
    await expect(phone.page.locator("#place")).to_be_hidden()


async def test_a_granted_position_is_sent_once_and_not_kept(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation(HERE)
    api.answers["位置"] = STOPS
    await phone.page.locator("#place-open").click()
    await phone.page.locator("#place-go").dblclick()
    await expect(phone.log).to_contain_text("我的位置")
    await expect(phone.log).to_contain_text("南沙万达广场(双山大道)旁")
    sent = [turn for turn in api.turns if "location" in turn]
    assert [turn["location"] for turn in sent] == [
        {"lat": 22.7947, "lon": 113.5328, "datum": "wgs84"}
    ]
    assert "113.5328" not in await phone.page.evaluate("JSON.stringify(localStorage)")
    await expect(phone.page.locator("#place-open")).to_be_focused()


async def test_a_reply_that_asks_for_the_place_offers_it_without_taking_the_focus(
    phone: Phone, api: FakeApi
) -> None:
    api.answers["附近哪里能歇脚"] = GREETING
    await phone.says("附近哪里能歇脚")
    await expect(phone.page.locator("#place-go")).to_be_visible()
    await expect(phone.text_box).to_be_focused()
    await expect(phone.page.get_by_text("想找哪儿附近的？")).to_be_in_viewport()
    await phone.page.reload()
    await expect(phone.page.locator("#place-go")).to_be_visible()
    await phone.says("金洲站")
    await expect(phone.page.locator("#place")).to_be_hidden()


@pytest.mark.parametrize(
    ("code", "hint"),
    [(1, "没有拿到位置权限"), (2, "没取到位置"), (3, "没取到位置")],
)
async def test_without_a_position_the_way_on_is_a_place_name(
    phone: Phone, api: FakeApi, code: int, hint: str
) -> None:
    await phone.page.evaluate(failing(code))
    await phone.page.locator("#place-open").click()
    await phone.page.locator("#place-go").click()
    await phone.sees(hint)
    await expect(phone.button("再试一次")).to_be_visible()
    await phone.taps("打地名")
    await expect(phone.text_box).to_be_focused()
    assert api.turns == []


async def test_a_real_denial_is_told(phone: Phone) -> None:
    await phone.page.locator("#place-open").click()
    await phone.page.locator("#place-go").click()
    await phone.sees("没有拿到位置权限")


async def test_an_answer_that_comes_after_he_gave_up_is_not_used(
    phone: Phone, api: FakeApi
) -> None:
    await phone.page.evaluate(
        "() => { navigator.geolocation.getCurrentPosition = (found) => { window.later = () =>"
        " found({coords: {latitude: 1, longitude: 2}}) } }"
    )
    await phone.page.locator("#place-open").click()
    await phone.page.locator("#place-go").click()
    await phone.sees("正在取位置")
    await phone.taps("打地名")
    await phone.page.evaluate("window.later()")
    await phone.says("金洲站")
    await phone.sees("收到：金洲站")
    assert api.heard() == ["金洲站"]


async def test_an_insecure_address_says_so_and_still_works(
    context: BrowserContext, address: str
) -> None:
    async def through(route: Route) -> None:
        answer = await route.fetch(url=route.request.url.replace("http://lan.test", address))
        await route.fulfill(response=answer)

    await context.route("http://lan.test/**", through)
    phone = Phone(await context.new_page())
    await phone.open("http://lan.test/")
    assert await phone.page.evaluate("isSecureContext") is False
    await phone.page.locator("#place-open").click()
    await phone.sees("浏览器不让取位置")
    await expect(phone.page.locator("#place-go")).to_be_hidden()
    await phone.taps("打地名")
    await phone.says("南沙万达")
    await phone.sees("收到：南沙万达")
    phone.is_well()
    # The inbox is still open through it, and breaks when the server goes.
    await context.unroute_all(behavior="ignoreErrors")
