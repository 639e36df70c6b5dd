"""Handing in on both channels through real Rasa: one sentence, two taps; and where a claim goes.

A stack keeps its cases, so each channel speaks of a place of its own.
"""

import pytest
from playwright.async_api import BrowserContext

from tests import pictures
from tests.e2e.conftest import Running
from tests.e2e.test_first_conversation import (
    RASA_BACK_WITHIN,
    console_page,
    heard_by_rasa,
    until,
)
from tests.web.phone import Phone
from tools.chat import Chat
from tools.telegram.bench import TelegramApi

pytestmark = pytest.mark.stack

SPOT, ANOTHER = (22.79471, 113.53282), (22.8275, 113.5135)
CLAIM = "站长克扣我三百块工资不给我"


def idea(place: str) -> str:
    return f"建议在{place}多装换电柜"


def same(place: str) -> str:
    return f"{place}换电柜不够用，多装几个吧"


@pytest.fixture(autouse=True)
def rasa_hears(worker: Chat) -> None:
    """Whatever was killed before."""
    assert until(lambda: heard_by_rasa(worker), RASA_BACK_WITHIN)


def test_a_suggestion_by_one_sentence_and_two_taps(bot: str, stack: Running) -> None:
    worker, place = Chat(bot), "蕉门地铁口"
    worker.says(idea(place))
    assert "归到“充电换电”，对吗" in worker.text
    worker.presses("对")
    assert f"【地点】{place}" in worker.text
    assert "【办法】多装换电柜" in worker.text
    worker.presses("发送")
    [case] = worker.cards("case")
    assert "前答复" in worker.text
    assert "查询口令" in worker.text
    assert idea(place) in console_page(stack, f"/cases/{case['code']}")

    other = Chat(bot)
    other.says(same("蕉门地铁站"))
    other.presses("对")
    assert "有人提过像的" in other.text
    assert place in other.text
    other.presses("第1件，我也是")
    assert case["code"] in other.text
    other.says("查我提的")
    assert "我也是" in other.text


def test_a_hazard_with_photo_and_position(bot: str, stack: Running) -> None:
    worker = Chat(bot)
    worker.says("进港大道金沙路口井盖没了")
    assert "归到“井盖和积水”" in worker.text
    worker.sends_photo(pictures.photo())
    assert "照片收到了，现在有1张" in worker.text
    worker.is_at(*SPOT)
    assert "位置记下了" in worker.text
    worker.presses("对")
    worker.presses("敞着没人管")
    assert "120" in worker.text
    assert "照片：1张" in worker.text
    assert "定位点" in worker.text
    worker.presses("发送")
    [case] = worker.cards("case")
    page = console_page(stack, f"/cases/{case['code']}")
    assert "金沙路口" in page
    assert f"/cases/{case['code']}/photos/1" in page


def test_a_claim_is_handed_over(bot: str) -> None:
    worker = Chat(bot)
    worker.says(CLAIM)
    assert "12333" in worker.text
    assert "〔" in worker.last[-1]["text"]
    worker.presses("写成一条建议")
    assert "想提什么建议" in worker.text
    assert worker.cards("case") == []


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_one_sentence_and_two_taps_on_a_phone(context: BrowserContext, bot: str) -> None:
    context.set_default_timeout(15_000)
    phone = Phone(await context.new_page())
    await phone.open(f"{bot}/")
    await phone.says(idea("横沥地铁站"))
    await phone.sees("归到“充电换电”，对吗")
    await phone.page.get_by_role("button", name="对", exact=True).last.click()
    await phone.sees("【地点】横沥地铁站")
    await phone.page.locator(".choices button", has_text="发送").last.click()
    await phone.sees("已收到，等工作人员看")
    await phone.sees("查询口令")
    assert await phone.page.locator(".card.case .code").count() == 1
    assert await phone.overflow() <= 0
    phone.is_well()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_a_hazard_with_photo_and_position_on_a_phone(
    context: BrowserContext, bot: str
) -> None:
    context.set_default_timeout(15_000)
    await context.grant_permissions(["geolocation"], origin=bot)
    await context.set_geolocation({"latitude": ANOTHER[0], "longitude": ANOTHER[1]})
    phone = Phone(await context.new_page())
    await phone.open(f"{bot}/")
    await phone.says("报隐患")
    await phone.sees("看到什么危险")
    await phone.sends_photo(pictures.photo())
    await phone.sees("照片收到了，现在有1张")
    await phone.says("井盖没了，差点摔进去")
    await phone.sees("在什么地方")
    await phone.page.locator("#place-go").click()
    await phone.sees("归到“井盖和积水”")
    await phone.page.get_by_role("button", name="对", exact=True).last.click()
    await phone.sees("请看一遍")
    await phone.sees("定位点")
    await phone.page.locator(".choices button", has_text="发送").last.click()
    await phone.sees("一起交了1张照片")
    phone.is_well()


def test_a_suggestion_and_who_joins_it_on_telegram(telegram: TelegramApi, stack: Running) -> None:
    worker, place = telegram.phone(840_001), "黄阁地铁站"
    worker.says(idea(place))
    worker.waits_for("归到“充电换电”，对吗")
    worker.presses("对")
    worker.waits_for("请看一遍", place, "境外")
    worker.presses("发送")
    code = worker.waits_for("收到了，编号", "查询口令").text.split("编号 ")[1][:9]
    assert idea(place) in console_page(stack, f"/cases/{code}")

    other = telegram.phone(840_002)
    other.says(same(place))
    other.waits_for("归到“充电换电”")
    other.presses("对")
    other.waits_for("有人提过像的", place)
    other.presses("第1件，我也是")
    other.waits_for(code, "加进")


def test_a_hazard_and_a_claim_on_telegram(telegram: TelegramApi, stack: Running) -> None:
    worker = telegram.phone(840_003)
    worker.sends_photo(pictures.photo(), "凤凰大道路口井盖没了")
    worker.waits_for("收到1张照片")
    worker.presses("报隐患")
    worker.waits_for("归到“井盖和积水”")
    worker.sends_location(*SPOT)
    worker.waits_for("位置记下了")
    worker.presses("对")
    worker.waits_for("有东西挡着吗")
    worker.presses("敞着没人管")
    worker.waits_for("请看一遍", "定位点", "照片：1张")
    worker.presses("发送")
    code = worker.waits_for("收到了，编号", "一起交了1张照片").text.split("编号 ")[1][:9]
    assert f"/cases/{code}/photos/1" in console_page(stack, f"/cases/{code}")

    worker.says(CLAIM)
    worker.waits_for("12333")
    worker.waits_for("〔", lambda message: "写成一条建议" in [b.title for b in message.buttons])
