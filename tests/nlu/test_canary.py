"""The real Rasa keeps and logs no number and no name, as it is never told any."""

import json
from collections.abc import Sequence

import httpx
import pytest

from bot.pipeline import Pipeline
from bot.rasa_client import RasaClient
from services.masking import masker
from services.turns import Turn
from tests.canary import SPOKEN, traces
from tests.canary.test_canary import hands_in
from tests.rasa_server import FakeActions, Rasa
from tests.testers.chat import PER_MINUTE, Chat, chat, library, on_sqlite, shipped_library

__all__ = ["chat", "library"]

pytestmark = pytest.mark.rasa


def assert_silent(rasa: Rasa, told: Sequence[object]) -> None:
    """What the action server is handed is the tracker as the store has it, every event of it."""
    assert traces(json.dumps(call, ensure_ascii=False) for call in told) == []
    assert traces([rasa.log.read_text(errors="replace")]) == []


async def test_neither_tracker_nor_log_holds_it(rasa: Rasa, actions: FakeActions) -> None:
    before = len(actions.calls)
    async with httpx.AsyncClient(trust_env=False) as http:
        client = RasaClient(http, rasa.url, 30.0, masker(shipped_library()))
        for words in SPOKEN:
            await client.tell(Turn("t" * 32, "w" * 32, "text", text=words))
    told = actions.calls[before:]
    assert len(told) == len(SPOKEN)
    assert_silent(rasa, told)


@on_sqlite
async def test_nor_when_a_case_is_handed_in(rasa: Rasa, actions: FakeActions, chat: Chat) -> None:
    """With a contact, an addition and another who joins; the bot answers in the actions' place."""
    before = len(actions.calls)
    async with httpx.AsyncClient(trust_env=False) as http:
        client = RasaClient(http, rasa.url, 30.0, masker(chat.library))
        chat.pipeline = Pipeline(
            chat.sessions, chat.library, chat.clock, client, per_minute=PER_MINUTE
        )
        await hands_in(chat, "web")
    told = actions.calls[before:]
    assert told
    assert_silent(rasa, told)
