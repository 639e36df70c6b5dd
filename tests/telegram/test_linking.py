"""One worker on the web page and on Telegram."""

import re

import httpx

from db.session import transaction
from services import cases
from tests.factories import add_staff
from tests.staffing import everything
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tests.testers.worker import WorkerTester
from tools.telegram.phone import Phone


async def on_the_web(bot: Bot, http: httpx.AsyncClient) -> WorkerTester:
    """A newcomer at the turn API, over HTTP."""
    token = (await http.post(f"{bot.url}/api/workers")).json()["token"]

    async def send(body: dict) -> list:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post(f"{bot.url}/api/turns", json=body, headers=headers)
        return answer.json()["replies"]

    return WorkerTester(send)


@on_sqlite
async def test_a_code_of_the_page_typed_at_telegram(running: Bot, phone: Phone):
    async with httpx.AsyncClient(trust_env=False) as http:
        page = await on_the_web(running, http)
        await page.says("提建议")
        await page.says("换电柜太少")
        await page.says("绑定")
        await page.presses("给我一个码")
        code = re.search(r"\d{6}", page.texts)[0]
        await aside(phone.says, "/link")
        await aside(phone.waits_for, "网页聊天", "我有码")
        await aside(phone.says, code)
        await aside(phone.waits_for, "绑好了")
        await aside(phone.says, "继续")
        await aside(phone.waits_for, "在什么地方")
        await aside(phone.says, "解除绑定")
        await aside(phone.waits_for, "要解除吗")
        await aside(phone.presses, "解除")
        await aside(phone.waits_for, "解除了")
        await page.says("继续")
        page.sees("没有写到一半")


@on_sqlite
async def test_news_of_a_case_reaches_telegram(running: Bot, phone: Phone):
    chat = running.chat
    await aside(phone.says_at_once, "提建议", "路灯不亮", "蕉门", "修好", "对")
    await aside(phone.waits_for, "请看一遍")
    await aside(phone.presses, "发送")
    receipt = await aside(phone.waits_for, "收到了，编号")
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", receipt.printed)[0]
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        actor = everything(staff.id)
        await cases.take(session, chat.library, chat.clock, actor, code, step="take_up")
    await aside(phone.waits_for, code, "工作人员开始看了")
