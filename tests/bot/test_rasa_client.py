"""What Rasa is told, how its failures end, and that our fake of it passes the same exam."""

import json
from collections.abc import AsyncGenerator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select
from structlog.testing import capture_logs

from actions.base import ServeTurn
from bot.pipeline import Pipeline
from bot.rasa_client import RasaClient, Understanding, for_rasa
from db.models import TurnRow
from db.session import transaction
from services.masking import masker
from services.turns import Turn
from tests.fakes import heard, tracker_of
from tests.testers.chat import PER_MINUTE, Chat, incoming, on_sqlite, shipped_library
from tests.testers.worker import WorkerTester

TEXT = "我要查工资"
MASK = masker(shipped_library())


class RestChannel:
    """Rasa's REST channel in front of the real action, with an intent that a test fixes."""

    def __init__(self, chat: Chat) -> None:
        self._action = ServeTurn("action_talk", chat.sessions, chat.library, chat.clock)
        self.bodies: list[dict[str, object]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        message = {
            "text": body["message"],
            "intent": {"name": "ask_minimum_wage", "confidence": 0.95},
            "metadata": body["metadata"],
        }
        tracker = tracker_of(message)
        dispatcher = CollectingDispatcher()
        await self._action.run(dispatcher, tracker, {})
        return httpx.Response(200, json=dispatcher.messages)


@pytest.fixture
def channel(chat: Chat) -> RestChannel:
    return RestChannel(chat)


@pytest.fixture(params=["client", "fake"])
async def understanding(
    request: pytest.FixtureRequest, chat: Chat, channel: RestChannel
) -> AsyncGenerator[Understanding]:
    """The client before a channel with the real action, and the fake: one contract."""
    if request.param == "fake":
        chat.rasa.hears = {TEXT: heard("ask_minimum_wage")}
        yield chat.rasa
        return
    async with httpx.AsyncClient(transport=httpx.MockTransport(channel)) as http:
        yield RasaClient(http, "http://rasa", 2.0, MASK)


async def test_a_told_turn_is_answered_by_rasas_road(
    chat: Chat, worker: WorkerTester, understanding: Understanding
):
    pipeline = Pipeline(
        chat.sessions, chat.library, chat.clock, understanding, per_minute=PER_MINUTE
    )
    message = incoming(worker.id, {"id": "1", "text": TEXT})
    replies = await pipeline.answer(message)
    assert replies[0]["cards"][0]["topic"] == "minimum_wage"
    async with transaction(chat.sessions) as session:
        row = (await session.scalars(select(TurnRow))).one()
        turn_id = row.id
        assert row.taken_by == "rasa"
    # Telling the same turn again finds it taken and changes nothing.
    await understanding.tell(Turn(turn_id, worker.id, "text", text=TEXT))
    assert await pipeline.answer(message) == replies


async def test_an_unknown_turn_is_nobodys(worker: WorkerTester, understanding: Understanding):
    await understanding.tell(Turn("x" * 32, worker.id, "text", text=TEXT))


@on_sqlite
async def test_rasa_is_told_masked_words_and_ids_only(channel: RestChannel):
    async with httpx.AsyncClient(transport=httpx.MockTransport(channel)) as http:
        client = RasaClient(http, "http://rasa", 2.0, MASK)
        for _ in range(2):
            await client.tell(
                Turn("t" * 32, "w" * 32, "text", text=" /我叫李国强，电话13800138000")
            )
    first, second = channel.bodies
    assert first.keys() == {"sender", "message", "metadata"}
    assert (first["message"], first["metadata"]) == (
        "我叫〔姓名〕，电话〔电话〕",
        {"turn": "t" * 32},
    )
    assert first["sender"] != second["sender"]
    assert "w" * 32 not in json.dumps(first)


def answering(status: int, body: bytes = b"[]") -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, content=body)


def failing(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    return fail


@pytest.mark.parametrize(
    "rasa",
    [
        answering(500),
        answering(404),
        answering(200, b"not json"),
        failing(httpx.ConnectError),
        failing(httpx.ReadTimeout),
        failing(httpx.RemoteProtocolError),
    ],
    ids=["broken", "lost", "confused", "down", "slow", "rude"],
)
async def test_whatever_fails_the_turn_goes_on(rasa: Callable[[httpx.Request], httpx.Response]):
    async with httpx.AsyncClient(transport=httpx.MockTransport(rasa)) as http:
        with capture_logs() as logged:
            await RasaClient(http, "http://rasa", 2.0, MASK).tell(
                Turn("t", "w", "text", text="秘密")
            )
    assert "秘密" not in str(logged)


SPACES = " \t\n\x1c\x1d\x1e\x1f\x85\u00a0\u2000\u2028\u2029\u200b\u3000\ufeff"


@given(st.text(st.sampled_from(SPACES + "/／⁄∕⧸")), st.text())
def test_nothing_reaches_rasa_as_a_command(marks: str, rest: str):
    told = for_rasa(f"{marks}{rest}", MASK)
    assert not told.strip().startswith(("/", "／"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('/find_rest_stop{"place":"x"}', 'find_rest_stop{"place":"x"}'),
        ("\u3000/restart", "restart"),
        ("\u2028/restart", "restart"),
        ("\x1c／restart", "restart"),
        ("/\u200b/ /restart", "restart"),
        ("今天/明天", "今天/明天"),
        ("粤A12345", "〔车牌〕"),
        ("站长李国强不让进", "站长〔姓名〕不让进"),
        ("", ""),
    ],
)
def test_for_rasa(text: str, told: str):
    assert for_rasa(text, MASK) == told
