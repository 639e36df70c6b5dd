"""Bot and console over one database in this very loop, for a worker and staff in real browsers."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.async_api import BrowserContext, Page

from bot.sketches import Sketches
from bot.web import app as bot_app
from console.app import create_app
from content.library import Library
from db.session import make_sessions, transaction
from kit.settings import Settings
from services.staff.actors import Grant
from tests.console.served import is_well
from tests.engines import engine_of
from tests.factories import MASTER_KEY, FixedClock
from tests.services.talking import Desk
from tests.staffing import EVERYTHING, add_member, sign_in
from tests.testers.chat import Chat


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
    async with engine_of(f"sqlite+aiosqlite:///{folder / 'yizhan.db'}") as engine:
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


async def signed_in(
    desk: Desk,
    context: BrowserContext,
    console: str,
    path: str,
    *,
    name: str = "陈静",
    grants: tuple[Grant, ...] = EVERYTHING,
) -> Page:
    """A page of somebody who has just signed in."""
    async with transaction(desk.chat.sessions) as session:
        staff = await add_member(session, name, grants)
        token = await sign_in(session, desk.chat.clock, staff)
    port = console.rsplit(":", 1)[1]
    cookie = {"name": f"console-{port}-session", "value": token, "url": console}
    await context.add_cookies([cookie])
    page = await context.new_page()
    await page.goto(f"{console}{path}")
    return page


async def look_well(page: Page, name: str) -> None:
    """On a wide screen and a phone, by day and by night."""
    for scheme in ("light", "dark"):
        for width in (1280, 360):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size({"width": width, "height": 800})
            await is_well(page, f"{name}-{width}-{scheme}")
