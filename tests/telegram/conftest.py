"""The Telegram channel against a real Bot API server on this machine, by polling and by webhook.

The bot's own parts are all real; only Rasa is told what to hear.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
import uvicorn
from pydantic import SecretStr

from bot.sketches import Sketches
from bot.telegram.channel import TelegramChannel
from bot.web.app import create_app
from bot.web.parts import Parts
from kit.settings import Settings
from tests.factories import FixedClock
from tests.testers.chat import Chat, chat, library, stocked
from tools.start.trial import free_ports
from tools.telegram.bench import TelegramApi, telegram_api
from tools.telegram.phone import Phone

__all__ = ["chat", "library", "stocked"]

T = TypeVar("T")
SECRET = "a-secret-that-only-telegram-knows"  # noqa: S105 - of nobody


@pytest.fixture(scope="session")
def server() -> Iterator[TelegramApi]:
    """The Bot API server of all tests here."""
    with telegram_api() as api:
        yield api


@pytest.fixture
def api(server: TelegramApi) -> Iterator[TelegramApi]:
    """An empty Bot API; whatever a test does, no call of the bot may be wrong."""
    server.forget()
    yield server
    assert server.problems() == []


class RunningClock(FixedClock):
    """Time passes as it does outside, from a Wednesday noon on; a test may push it further."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._began)


@pytest.fixture
def clock() -> RunningClock:
    """A clock that runs, because what is sent again waits for its time."""
    return RunningClock()


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    """How updates come; a test that needs only one parametrizes it indirectly."""
    return str(request.param)


class Bot:
    """The bot's process without a process: the web app with the Telegram channel in it."""

    def __init__(self, chat: Chat, api: TelegramApi, settings: Settings) -> None:
        self.chat = chat
        self.api = api
        self.settings = settings
        self.port = settings.bot_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self, *statuses: str) -> AsyncIterator[TelegramChannel]:
        """The bot serves inside the block; after it nothing of it is left."""
        chat, wanted = self.chat, statuses or ("polling", "webhook")
        sketches = Sketches(chat.sessions, chat.clock)
        channel = TelegramChannel(
            self.settings,
            chat.sessions,
            chat.library,
            chat.clock,
            chat.pipeline,
            sketches=sketches,
        )

        async def close() -> None:
            """Nothing of a test's is the app's to close."""

        app = create_app(
            Parts(chat.sessions, chat.library, chat.clock, chat.pipeline, sketches, close, channel)
        )
        config = uvicorn.Config(app, port=self.port, log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server.serve())
        try:
            await until(lambda: server.started and channel.status in wanted)
            yield channel
        finally:
            server.should_exit = True
            await serving


async def until(holds: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for what another thread or task will make true."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nobody could set an event
            await asyncio.sleep(0.01)


async def aside(do: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Let a phone do something, which blocks, while the bot goes on."""
    return await asyncio.to_thread(do, *args, **kwargs)


@pytest.fixture
def bot(chat: Chat, api: TelegramApi, settings: Settings, mode: str) -> Bot:
    """The bot, not yet started."""
    [port] = free_ports(1)
    webhook = f"http://127.0.0.1:{port}/telegram" if mode == "webhook" else None
    changes = {
        "bot_port": port,
        "telegram_token": SecretStr(api.token),
        "telegram_api_base": api.base,
        "telegram_webhook_url": webhook,
        "telegram_webhook_secret": SecretStr(SECRET) if webhook else None,
    }
    return Bot(chat, api, settings.model_copy(update=changes))


@pytest.fixture
async def running(bot: Bot) -> AsyncIterator[Bot]:
    """The bot at work."""
    async with bot.running():
        yield bot


@pytest.fixture
def phone(api: TelegramApi) -> Phone:
    """A worker's phone."""
    return api.phone(810_001)
