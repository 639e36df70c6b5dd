"""What the cards of an answer show, and what they leave out rather than guess."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, expect

from tests.web.fake_api import FakeApi
from tests.web.phone import Phone
from tests.web.samples import CASE, COMING_STOP, FAR_STOP, NEAR_STOP, RIGHT, STOP, reply

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def shown(phone: Phone, api: FakeApi, card: dict[str, Any]) -> Locator:
    api.answers["卡"] = [reply("看这个", cards=[card])]
    await phone.says("卡")
    element = phone.page.locator(".card")
    await expect(element).to_be_visible()
    return element


async def test_a_stop_without_a_measured_distance_shows_none(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, STOP)
    await expect(card.get_by_role("heading")).to_have_text(STOP["name"])
    await expect(card.locator(".badge")).to_have_text("开着")
    await expect(card).to_contain_text("没写的设施我们不知道")
    await expect(card).to_contain_text("还没有核对过")
    await expect(card).to_contain_text("在金洲站附近")
    await expect(card).not_to_contain_text("米")
    await expect(card).not_to_contain_text("null")
    link = card.get_by_role("link", name="高德")
    await expect(link).to_have_attribute("href", STOP["map_url"])
    await expect(link).to_have_attribute("rel", "noreferrer")


async def test_a_stop_at_an_estimated_distance_says_about(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, FAR_STOP)
    await expect(card).to_contain_text("约 1.2 公里")
    await expect(card.locator(".badge")).to_have_text("关门")
    await expect(card.get_by_role("listitem")).to_have_text(FAR_STOP["facilities"])
    call = card.get_by_role("link", name="拨打 020-12345678")
    await expect(call).to_have_attribute("href", "tel:02012345678")


async def test_a_stop_shows_what_was_said_at_its_door_and_who_published_it(
    phone: Phone, api: FakeApi
) -> None:
    card = await shown(phone, api, NEAR_STOP)
    await expect(card.locator(".badge")).to_have_text("开着 · 20分钟后关门")
    await expect(card.locator(".where b")).to_have_text("离黄阁地铁站 350 米")
    voices = card.locator(".voices li")
    await expect(voices).to_have_text(NEAR_STOP["voices"])
    top, below = await voices.first.bounding_box(), await card.locator("dl").bounding_box()
    assert top is not None
    assert below is not None
    assert top["y"] < below["y"]
    await expect(card).to_contain_text("收费：免费 · 谁能进：户外劳动者 · 写明没有：换电、淋浴")
    await expect(card).to_contain_text("广州市总工会 · 2023-11 公布 · 2026-11-20 核对过")


async def test_a_stop_leads_into_three_map_apps(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, NEAR_STOP)
    for name, link in zip(("高德", "百度", "腾讯"), NEAR_STOP["maps"], strict=True):
        await expect(card.get_by_role("link", name=name)).to_have_attribute("href", link["url"])


async def test_a_stop_being_built_is_not_called_open(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, COMING_STOP)
    await expect(card.locator(".badge")).to_have_text("在建，还没开放")
    await expect(card).to_contain_text("没写明")
    await expect(card).to_contain_text("公布日期没查到")
    await expect(card.get_by_role("link")).to_have_count(0)  # javascript: is no map.


async def test_a_right_shows_its_law_number_and_date(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, RIGHT)
    laws = card.locator(".claims").first.locator("[slot=proof]")
    await expect(laws).to_have_text(
        [
            (
                "《广东省人民政府关于调整我省最低工资标准的通知》一类标准 · 粤府函〔2025〕23号"
                " · 2025-03-01 起施行 · 广州 · 政策文件"
            ),
            "《最低工资规定》第十二条 · 全国 · 部门规章 · 文号、施行日未核到",
            "《关于热线的通知》 · 广州 · 条号未核到",
        ]
    )
    await expect(card).to_contain_text("各地口径略有不同。")
    await expect(card).to_contain_text("以上内容核对于 2026-11-22")
    await expect(card).to_contain_text("金额会调整")
    await expect(card.locator("ol > li")).to_have_count(2)


async def test_claims_past_the_third_are_folded(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, RIGHT)
    folded = card.get_by_text("第四条说法。")
    await expect(folded).to_be_hidden()
    await card.get_by_text("还有 1 条").click()
    await expect(folded).to_be_visible()
    await expect(card.get_by_role("link", name="看来源网页")).to_have_count(2)


async def test_hotlines_can_be_dialled(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, RIGHT)
    call = card.get_by_role("link", name="拨打 12333")
    await expect(call).to_have_attribute("href", "tel:12333")
    await expect(call).to_contain_text("人社热线")


async def test_a_right_with_little_in_it_shows_no_empty_parts(phone: Phone, api: FakeApi) -> None:
    card = await shown(phone, api, {"kind": "right", "topic": "t", "title": "标题", "claims": []})
    await expect(card).to_have_text("标题")


async def test_a_case_shows_a_code_that_can_be_copied(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = await shown(phone, api, CASE)
    await expect(card.locator("dd")).to_have_text([CASE["state"], "未定"])
    await card.get_by_role("button", name="复制编号").click()
    await expect(card.get_by_role("button", name="已复制")).to_be_visible()
    assert await phone.page.evaluate("navigator.clipboard.readText()") == CASE["code"]


async def test_without_a_clipboard_the_code_is_selected(phone: Phone, api: FakeApi) -> None:
    await phone.page.evaluate("delete Navigator.prototype.clipboard")
    card = await shown(phone, api, {**CASE, "due": "2026-12-01"})
    await expect(card.locator("dd")).to_have_text([CASE["state"], "2026-12-01"])
    await card.get_by_role("button", name="复制编号").click()
    await expect(card.get_by_role("button", name="编号选好了，请长按复制")).to_be_visible()
    assert await phone.page.evaluate("getSelection().toString()") == CASE["code"]
