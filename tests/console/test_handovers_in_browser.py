"""A worker on the chat page and staff in the console talk with each other, in real Chromium."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.sketches import Sketches
from bot.web import app as bot_app
from bot.web import inbox
from console.app import create_app
from content.library import Library
from db.session import make_engine, make_sessions, transaction
from kit.settings import Settings
from tests.console.served import faultless, is_well
from tests.factories import MASTER_KEY, FixedClock
from tests.services.talking import Desk
from tests.staffing import add_member, sign_in
from tests.testers.chat import Chat
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server(uvicorn.Server):
    """One that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[str]:
    """An app on a port, in this very loop, so that its clock is the test's."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=1
    )
    server = Server(config)
    running = asyncio.create_task(server.serve())
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def both(
    folder: Path, database: Path, library: Library
) -> AsyncIterator[tuple[Desk, str, str]]:
    """Bot and console over one database, in office hours: the chat, and their addresses."""
    port = free_port()
    settings = Settings(data_dir=folder, console_port=port)
    shutil.copyfile(database, folder / "yizhan.db")
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'yizhan.db'}")
    sessions, clock = make_sessions(engine, master_key=MASTER_KEY), FixedClock()
    chat = Chat(sessions, library, clock, settings.photos)
    chat.rasa.mode = "down"

    async def close() -> None:
        await engine.dispose()

    parts = bot_app.Parts(
        *(sessions, library, clock, chat.pipeline, Sketches(sessions, clock), close)
    )
    async with (
        serving(create_app(settings, sessions, library, clock), port) as console,
        serving(bot_app.create_app(parts), free_port()) as bot,
    ):
        yield Desk(chat), bot, console


async def signed_in(desk: Desk, context: BrowserContext, console: str) -> Page:
    """A page of somebody who has just signed in."""
    async with transaction(desk.chat.sessions) as session:
        staff = await add_member(session)
        token = await sign_in(session, desk.chat.clock, staff)
    port = console.rsplit(":", 1)[1]
    cookie = {"name": f"console-{port}-session", "value": token, "url": console}
    await context.add_cookies([cookie])
    page = await context.new_page()
    await page.goto(f"{console}/handovers")
    return page


class Both:
    """Staff's page, with scripts or without, and the worker's phone."""

    def __init__(self, page: Page, phone: Phone, *, scripts: bool) -> None:
        self.page, self.phone, self.scripts = page, phone, scripts

    async def staff_see(self, words: str) -> None:
        """What comes by itself with scripts, and by hand without."""
        shown = self.page.get_by_text(words).last
        for _ in range(0 if self.scripts else 20):
            await self.page.reload()
            if await shown.count():
                return
        await expect(shown).to_be_visible(timeout=15_000)

    async def staff_press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()

    async def look_well(self, name: str) -> None:
        """On a wide screen and a phone, by day and by night; scripts change nothing of it."""
        for scheme in ("light", "dark") if self.scripts else ():
            for width in (1280, 360):
                await self.page.emulate_media(color_scheme=scheme)
                await self.page.set_viewport_size({"width": width, "height": 800})
                await is_well(self.page, f"{name}-{width}-{scheme}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_worker_and_staff_talk(
    browser: Browser,
    tmp_path: Path,
    migrated_sqlite: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scripts: bool,
):
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.2)
    small = {"viewport": {"width": 360, "height": 640}, "locale": "zh-CN"}
    async with (
        both(tmp_path, migrated_sqlite, library) as (desk, bot, console),
        await browser.new_context(**small) as pocket,
        await browser.new_context(locale="zh-CN", java_script_enabled=scripts) as context,
    ):
        await desk.comes("李强")
        page = await signed_in(desk, context, console)
        phone = Phone(await pocket.new_page())
        await phone.open(bot)
        with faultless(page, console):
            await talk(Both(page, phone, scripts=scripts))
        phone.is_well()


async def talk(two: Both) -> None:
    """From asking for a person to the way back."""
    phone = two.phone
    await two.staff_press("我在岗")
    await phone.says("找人工")
    await phone.sees("你排第1位")
    await phone.says("站点扣我钱，我电话13812345678")
    await two.staff_see("站点扣我钱，我电话〔电话〕")
    await two.look_well("handovers")
    await two.staff_press("接手")
    await phone.sees("工作人员来了，看着你发的话")
    await two.page.get_by_role("link", name="打招呼").click()
    await two.staff_press("发给骑手")
    await phone.sees("你好，我是工作人员，你说，我在看。")
    await phone.says("扣了两百")
    await two.staff_see("扣了两百")
    for folded in await two.page.locator(".next summary").all():
        await folded.click()
    await two.look_well("handover")
    await phone.taps("返回机器人")
    await phone.sees("好，我回来了，要办哪一样？")
    await two.staff_see("这次对话结束了：他回到机器人了。")
    await phone.says("菜单")
    await phone.sees("我能帮你")
