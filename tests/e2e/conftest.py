"""The whole of Yizhan, started once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from kit.settings import Settings
from tests.browser import browser
from tests.stack import running
from tests.web.conftest import context
from tools.chat import Chat
from tools.start.stack import Stack
from tools.telegram.bench import TelegramApi, telegram_api

__all__ = ["browser", "context"]

Running = tuple[Stack, Settings]


@pytest.fixture(scope="session")
def telegram() -> Iterator[TelegramApi]:
    """The Bot API that the stack's bot polls."""
    with telegram_api() as api:
        yield api


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, telegram: TelegramApi) -> Iterator[Running]:
    """All four processes, real Rasa among them, the bot on Telegram too."""
    data = tmp_path_factory.mktemp("yizhan")
    reached = {"telegram_token": telegram.token, "telegram_api_base": telegram.base}
    with running(data, turns_per_minute=6000, **reached) as started:
        yield started


@pytest.fixture
def bot(stack: Running) -> str:
    return f"http://127.0.0.1:{stack[1].bot_port}"


@pytest.fixture
def worker(bot: str) -> Chat:
    """A new worker at the turn API."""
    return Chat(bot)
