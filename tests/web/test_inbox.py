"""News that come by themselves: each shown once, kept, and never in the way of a turn."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.fake_api import FakeApi, Fault
from tests.web.phone import Phone
from tests.web.samples import CASE, choices, reply

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LOOKS = 250
FRESH = "以下是新消息"


def _watch(happened: Callable[[], bool]) -> bool:
    for _ in range(LOOKS):
        if happened():
            return True
        time.sleep(0.02)
    return False


async def until(happened: Callable[[], bool]) -> None:
    """Wait for what only the server can see, which is a thread."""
    assert await asyncio.to_thread(_watch, happened)


async def enrol(phone: Phone, api: FakeApi) -> None:
    await phone.says("你好")
    await phone.sees("收到：你好")
    await until(lambda: api.lines == 1)


async def messages(phone: Phone) -> list[str]:
    return await phone.page.locator("#log .bubble [slot=text]").all_inner_texts()


async def test_nobody_listens_before_there_is_a_worker(phone: Phone, api: FakeApi) -> None:
    await phone.page.reload()
    await expect(phone.log).to_have_attribute("aria-live", "polite")
    assert api.listeners == []
    await enrol(phone, api)
    assert api.listeners == [("worker-1", "0")]


async def test_news_are_shown_as_a_reply_and_outlive_a_reload_in_their_place(
    phone: Phone, api: FakeApi
) -> None:
    await enrol(phone, api)
    api.tell(7, reply("开始看你交的了。", cards=[CASE]))
    await phone.sees("开始看你交的了。")
    await expect(phone.page.locator("#log .card")).to_contain_text(CASE["code"])
    await phone.says("谢谢")
    await phone.sees("收到：谢谢")
    talk = ["你好", "收到：你好", "开始看你交的了。", "谢谢", "收到：谢谢"]
    assert await messages(phone) == talk
    await phone.page.reload()
    await until(lambda: len(api.listeners) == 2)
    assert api.listeners[-1] == ("worker-1", "7")
    assert await messages(phone) == talk
    assert api.heard() == ["你好", "谢谢"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502, body=b"<html>"),
        Fault(status=200, body=b"id: 9\ndata: {}\n\n"),  # A portal, not our server.
    ],
)
async def test_a_broken_line_is_taken_up_where_it_broke(
    phone: Phone, api: FakeApi, fault: Fault
) -> None:
    await enrol(phone, api)
    api.tell(3, reply("第一条"))
    await phone.sees("第一条")
    api.inbox_faults = [fault]
    api.hang_up()
    api.tell(4, reply("第二条"))
    await phone.sees("第二条")
    assert [seen for _, seen in api.listeners] == ["0", "3", "3"]
    assert await log(phone) == ["你好", "收到：你好", "第一条", FRESH, "第二条"]


async def test_waits_grow_to_half_a_minute_and_differ_between_phones(phone: Phone) -> None:
    waits = await phone.page.evaluate(
        "import('/static/outbox.js').then(({pause}) => [0, 1, 2, 3, 4, 5, 50].map(pause))"
    )
    least = [1000, 2000, 4000, 8000, 15000, 30000, 30000]
    assert all(1 <= wait / base <= 1.3 for wait, base in zip(waits, least, strict=True))
    assert waits[-1] != waits[-2]


async def test_it_pauses_without_network(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await enrol(phone, api)
    await context.set_offline(offline=True)
    await until(lambda: api.lines == 0)
    api.tell(5, reply("你不在的时候"))
    await context.set_offline(offline=False)
    await phone.sees("你不在的时候")
    assert len(api.listeners) == 2


async def hide(phone: Phone, *, is_hidden: bool) -> None:
    await phone.page.evaluate(
        "(isHidden) => { Object.defineProperty(document, 'hidden',"
        " {value: isHidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        is_hidden,
    )


async def test_it_pauses_while_the_page_is_hidden(phone: Phone, api: FakeApi) -> None:
    await enrol(phone, api)
    await hide(phone, is_hidden=True)
    await until(lambda: api.lines == 0)
    api.tell(1, reply("藏着的时候"))
    await hide(phone, is_hidden=False)
    await phone.sees("藏着的时候")
    assert await log(phone) == ["你好", "收到：你好", FRESH, "藏着的时候"]
    assert len(api.listeners) == 2


async def log(phone: Phone) -> list[str]:
    """What stands there, the line above what is new among it."""
    texts = phone.page.locator("#log .bubble [slot=text], #log > small")
    return await texts.all_inner_texts()


@pytest_asyncio.fixture(loop_scope="session")
async def computer(browser: Browser, address: str) -> AsyncIterator[Phone]:
    """A page that listens on while it is hidden."""
    context = await browser.new_context(viewport={"width": 900, "height": 900})
    computer = Phone(await context.new_page())
    await computer.open(address)
    yield computer
    computer.is_well()
    await context.close()


async def test_what_came_while_it_was_hidden_is_counted_and_marked(
    computer: Phone, api: FakeApi
) -> None:
    await enrol(computer, api)
    api.tell(1, reply("看着来的"))
    await computer.sees("看着来的")
    talk = ["你好", "收到：你好", "看着来的"]
    assert await log(computer) == talk
    await hide(computer, is_hidden=True)
    api.tell(2, reply("藏着来的"))
    api.tell(3, reply("又来一条"))
    await expect(computer.page).to_have_title("(2) 驿站")
    await computer.page.reload()
    await computer.sees("又来一条")
    assert await log(computer) == [*talk, FRESH, "藏着来的", "又来一条"]
    await expect(computer.page).to_have_title("驿站")
    await computer.page.reload()  # It was seen.
    await computer.sees("又来一条")
    assert await log(computer) == [*talk, "藏着来的", "又来一条"]


async def test_what_came_while_it_was_closed_is_marked_until_he_answers(
    computer: Phone, api: FakeApi, address: str
) -> None:
    await enrol(computer, api)
    await computer.page.goto("about:blank")
    api.tell(1, reply("关着来的"))
    await computer.open(address)
    await computer.sees("关着来的")
    assert await log(computer) == ["你好", "收到：你好", FRESH, "关着来的"]
    await hide(computer, is_hidden=True)
    await expect(computer.page).to_have_title("驿站")
    api.tell(2, reply("再来一条"))
    await expect(computer.page).to_have_title("(1) 驿站")
    await hide(computer, is_hidden=False)
    await expect(computer.page).to_have_title("驿站")
    assert (await log(computer))[2:] == ["关着来的", FRESH, "再来一条"]
    await computer.says("知道了")
    await computer.sees("收到：知道了")
    assert FRESH not in await log(computer)


async def test_a_silent_line_is_given_up(phone: Phone, api: FakeApi) -> None:
    await phone.page.clock.install()
    await enrol(phone, api)
    api.is_silent = True
    await phone.page.wait_for_timeout(300)
    await phone.page.clock.fast_forward(46_000)
    await phone.page.wait_for_timeout(100)
    await phone.page.clock.fast_forward(2_000)
    await until(lambda: len(api.listeners) == 2)


async def test_two_tabs_show_news_once_each(
    phone: Phone, api: FakeApi, context: BrowserContext, address: str
) -> None:
    await enrol(phone, api)
    second = Phone(await context.new_page())
    await second.open(address)
    await until(lambda: api.lines == 2)
    for number in range(1, 6):
        api.tell(number, reply(f"消息{number}"))
    for each in (phone, second):
        await each.sees("消息5")
        await expect(each.page.locator("#log .bubble")).to_have_count(7)
        await each.page.reload()
        await each.sees("消息5")
        assert (await messages(each))[2:] == [f"消息{number}" for number in range(1, 6)]
    second.is_well()


async def test_news_do_not_disturb_what_is_being_sent_or_written(
    phone: Phone, api: FakeApi
) -> None:
    api.answers["选"] = [reply("选一个", choices=choices("甲", "乙"))]
    await phone.says("选")
    await phone.sees("选一个")
    await until(lambda: api.lines == 1)
    api.faults = [Fault(lose_answer=True)]
    await phone.text_box.fill("写了一半")
    api.tell(1, reply("先来一条"))
    await phone.sees("先来一条")
    await expect(phone.text_box).to_have_value("写了一半")
    await expect(phone.text_box).to_be_focused()
    await phone.taps("甲")
    await phone.sees("没发出去，正在重试")
    api.tell(2, reply("又来一条"))
    await phone.sees("又来一条")
    await phone.sees("收到：token-甲")
    assert api.heard() == ["选", "token-甲"]
    assert len({turn["id"] for turn in api.turns}) == 2


async def test_choices_of_news_can_be_tapped_once(phone: Phone, api: FakeApi) -> None:
    await enrol(phone, api)
    nobody = {"title": "没有编号的", "token": None}
    api.tell(1, reply("高温通知", choices=[*choices("知道了"), nobody]))
    await phone.sees("高温通知")
    await expect(phone.button("没有编号的")).to_have_count(0)
    await phone.says("别的话")
    await phone.sees("收到：别的话")
    await phone.button("知道了").dblclick()
    await phone.sees("收到：token-知道了")
    await expect(phone.button("知道了")).to_have_attribute("aria-pressed", "true")
    assert api.heard() == ["你好", "别的话", "token-知道了"]


@pytest.mark.parametrize("data", ["{", "null", "7", '{"cards": 5}', '{"text": ""}', ""])
async def test_news_it_cannot_read_are_passed_over(phone: Phone, api: FakeApi, data: str) -> None:
    await enrol(phone, api)
    api.news += [(1, data), (2, '{"text": "读得懂的"}')]
    await phone.sees("读得懂的")
    await phone.page.reload()
    await phone.sees("这个页面显示不了")
    await phone.sees("读得懂的")


async def test_another_worker_counts_from_the_beginning(phone: Phone, api: FakeApi) -> None:
    await enrol(phone, api)
    api.tell(57, reply("旧消息"))
    await phone.sees("旧消息")
    api.forget_workers()
    api.news.clear()
    api.hang_up()
    await until(lambda: len(api.listeners) == 2)  # Refused; it does not ask again.
    await phone.says("还在吗")
    await phone.sees("收到：还在吗")
    api.tell(1, reply("新消息"))
    await phone.sees("新消息")
    assert api.listeners == [("worker-1", "0"), ("worker-1", "57"), ("worker-2", "0")]


async def test_wiping_forgets_the_news_in_every_tab_and_ends_the_line(
    phone: Phone, api: FakeApi, context: BrowserContext, address: str
) -> None:
    await enrol(phone, api)
    second = Phone(await context.new_page())
    await second.open(address)
    api.tell(1, reply("私人消息"))
    await phone.sees("私人消息")
    await second.sees("私人消息")
    await phone.wipes()
    for each in (phone, second):
        await each.never_sees("私人消息")
    await until(lambda: api.lines == 0)
    assert await phone.page.evaluate("JSON.stringify(localStorage)") == "{}"


async def test_it_says_what_wiping_takes_away(phone: Phone, api: FakeApi) -> None:
    await enrol(phone, api)
    api.tell(1, reply("交上去了", cards=[CASE]))
    card = phone.page.locator(".card")
    await expect(card).to_contain_text("在这部手机或绑定的聊天里查")
    await expect(card).not_to_contain_text("换手机")
    await phone.taps("清空")
    dialog = phone.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("不会撤回")
    await expect(dialog).to_contain_text("这部手机再也查不到办到哪了，有编号也查不到")
