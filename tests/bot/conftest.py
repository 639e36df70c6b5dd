"""The fixtures that these tests share with the other layers, and the turn API."""

from collections.abc import AsyncGenerator

import pytest

from tests.bot.api import Api, serving
from tests.testers.chat import Chat, chat, library, stocked, worker

__all__ = ["chat", "library", "stocked", "worker"]


@pytest.fixture
async def api(chat: Chat) -> AsyncGenerator[Api]:
    """The turn API around the test's chat."""
    async with serving(chat, chat.pipeline) as served:
        yield served
