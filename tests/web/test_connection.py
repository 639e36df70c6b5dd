"""Lost connections, lost answers, reloads and a server in trouble: each turn counts once."""

import pytest
from playwright.async_api import BrowserContext, Page

from tests.web.fake_api import FakeApi, Fault, refusal
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def ids(api: FakeApi) -> list[str]:
    return [turn["id"] for turn in api.turns]


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(lose_answer=True)])
async def test_a_turn_is_sent_again_under_its_id(phone: Phone, api: FakeApi, fault: Fault) -> None:
    api.faults = [fault]
    await phone.says("饮水机坏了")
    await phone.sees("没发出去，正在重试")
    await phone.sees("网络不通")
    await phone.sees("收到：饮水机坏了")
    await phone.sees("网络恢复了")
    assert len(api.turns) == 2
    assert len(set(ids(api))) == 1


async def test_a_tap_sends_at_once(phone: Phone, api: FakeApi) -> None:
    api.faults = [Fault(drop=True)] * 3
    await phone.says("急事")
    for _ in range(3):
        await phone.taps("点此重发")
    await phone.sees("收到：急事")
    assert len(set(ids(api))) == 1


async def test_it_waits_for_the_network_and_keeps_the_order(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await context.set_offline(offline=True)
    for words in ("一", "二", "三"):
        await phone.says(words)
    await phone.sees("网络不通")
    assert api.turns == []
    await context.set_offline(offline=False)
    await phone.sees("收到：三")
    assert api.heard() == ["一", "二", "三"]
    assert len(api.turns) == 3
    order = await phone.page.locator("#log .bubble [slot=text]").all_inner_texts()
    assert order == ["一", "收到：一", "二", "收到：二", "三", "收到：三"]


async def test_a_reload_sends_what_was_pending(phone: Phone, api: FakeApi) -> None:
    await phone.says("在线")
    await phone.sees("收到：在线")
    api.faults = [Fault(lose_answer=True)]
    await phone.says("写完就断了")
    await phone.sees("没发出去，正在重试")
    await phone.page.reload()
    await phone.sees("收到：写完就断了")
    assert api.heard() == ["在线", "写完就断了"]
    assert len(set(ids(api))) == 2


async def test_an_answer_that_never_comes_ends_in_a_retry(phone: Phone, api: FakeApi) -> None:
    await phone.page.clock.install()
    await phone.says("在吗")
    await phone.sees("收到：在吗")
    api.faults = [Fault(delay=3, drop=True)]
    await phone.says("石沉大海")
    await phone.sees("发送中")
    await phone.page.clock.fast_forward(21_000)
    await phone.sees("没发出去，正在重试")
    await phone.page.clock.fast_forward(2_000)
    await phone.sees("收到：石沉大海")


async def test_a_forgotten_worker_gets_a_new_name_and_loses_no_words(
    phone: Phone, api: FakeApi
) -> None:
    await phone.says("第一句")
    await phone.sees("收到：第一句")
    api.forget_workers()
    await phone.says("第二句")
    await phone.sees("原来的对话身份失效了")
    await phone.sees("收到：第二句")
    assert len(set(ids(api))) == 2
    assert len(api.turns) == 3


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_trouble_that_passes_is_waited_out(phone: Phone, api: FakeApi, status: int) -> None:
    api.faults = [Fault(status=status, body=b"<html>")]
    await phone.says("等等看")
    await phone.sees("收到：等等看")
    assert len(set(ids(api))) == 1


async def test_a_portal_that_answers_for_the_server_is_not_believed(
    phone: Phone, api: FakeApi
) -> None:
    api.faults = [Fault(status=200, body=b"<html>please sign in</html>")]
    await phone.says("商场的无线网")
    await phone.sees("收到：商场的无线网")


async def test_a_turn_the_server_cannot_serve_does_not_hold_up_the_others(
    phone: Phone, api: FakeApi
) -> None:
    await phone.page.clock.install()
    api.poison.add("服务器怕的话")
    await phone.says("服务器怕的话")
    await phone.says("后面的话")
    broken = phone.page.get_by_text("服务出了问题，没发出去")
    while not await broken.is_visible():
        await phone.page.clock.fast_forward(5_000)
    await phone.sees("收到：后面的话")
    api.poison.clear()
    await phone.taps("点此重发")
    await phone.sees("收到：服务器怕的话")
    assert len(set(ids(api))) == 2


async def test_wiping_stops_what_was_pending(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await context.set_offline(offline=True)
    await phone.says("别发了")
    await phone.sees("没发出去，正在重试")
    await phone.wipes()
    await context.set_offline(offline=False)
    await phone.says("新的话")
    await phone.sees("收到：新的话")
    assert api.heard() == ["新的话"]


async def test_two_tabs_show_one_conversation(
    phone: Phone, api: FakeApi, context: BrowserContext, address: str
) -> None:
    second = Phone(await context.new_page())
    await second.open(address)
    await phone.says("第一页说的")
    await second.sees("收到：第一页说的")
    await second.says("第二页说的")
    await phone.sees("收到：第二页说的")
    assert len(api.tokens) == 1
    assert len(set(ids(api))) == 2


async def test_it_works_without_storage_and_says_so(context: BrowserContext, address: str) -> None:
    page: Page = await context.new_page()
    await page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full') }")
    phone = Phone(page)
    await phone.open(address)
    await phone.says("存不下")
    await phone.sees("收到：存不下")
    await phone.sees("这个浏览器不让存记录")
    phone.is_well()


async def test_a_rate_limit_is_told_in_the_servers_words(phone: Phone, api: FakeApi) -> None:
    api.faults = [refusal(429, "发得太快了，歇一下。")]
    await phone.says("快")
    await phone.sees("发得太快了，歇一下。")
    await phone.sees("收到：快")
