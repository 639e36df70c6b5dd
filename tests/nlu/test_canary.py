"""The real Rasa keeps and logs no number and no name, as it is never told any."""

import json

import httpx
import pytest

from bot.rasa_client import RasaClient
from services.masking import masker
from services.turns import Turn
from tests.canary import SPOKEN, traces
from tests.rasa_server import FakeActions, Rasa
from tests.testers.chat import shipped_library

pytestmark = pytest.mark.rasa


async def test_neither_tracker_nor_log_holds_it(rasa: Rasa, actions: FakeActions) -> None:
    before = len(actions.calls)
    async with httpx.AsyncClient(trust_env=False) as http:
        client = RasaClient(http, rasa.url, 30.0, masker(shipped_library()))
        for words in SPOKEN:
            await client.tell(Turn("t" * 32, "w" * 32, "text", text=words))
    told = actions.calls[before:]
    assert len(told) == len(SPOKEN)
    # What the action server is handed is the tracker as the store has it, every event of it.
    assert traces(json.dumps(call, ensure_ascii=False) for call in told) == []
    assert traces([rasa.log.read_text(errors="replace")]) == []
