"""A chat without any server: the bot's pipeline on a test's database, and workers in it."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.pipeline import Pipeline
from content.library import Library
from content.loader import load
from db.session import Sessions, transaction
from services import accounts, editions
from services.conversation import Incoming, Stored
from services.turns import Position
from tests.factories import FixedClock
from tests.fakes import FakeRasa
from tests.testers.worker import WorkerTester

SHIPPED = Path(__file__).resolve().parents[2] / "content"
# A worker needs some seconds to read; many turns in a test must not look like a flood.
SECONDS_BETWEEN_TURNS = 5
# For tests of wording and paths, which a second database would only repeat.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PER_MINUTE = 40


@cache
def shipped_library() -> Library:
    """The shipped content, loaded once for all tests."""
    return load(SHIPPED)


class Chat:
    """The pipeline with a Rasa that can be told what to hear, and when to fail."""

    def __init__(self, sessions: Sessions, library: Library, clock: FixedClock) -> None:
        self.sessions = sessions
        self.library = library
        self.clock = clock
        self.rasa = FakeRasa(sessions, library, clock)
        self.pipeline = Pipeline(sessions, library, clock, self.rasa, per_minute=PER_MINUTE)

    async def newcomer(self) -> WorkerTester:
        """A worker who never chatted before."""
        async with transaction(self.sessions) as session:
            token = await accounts.enrol_web(session, self.clock)
        async with transaction(self.sessions) as session:
            worker_id = (await accounts.by_token(session, token)).worker_id

        async def send(body: dict[str, Any]) -> Stored:
            return await self.pipeline.answer(incoming(worker_id, body))

        return WorkerTester(send, self._pause, worker_id)

    def _pause(self) -> None:
        self.clock.advance(seconds=SECONDS_BETWEEN_TURNS)


def incoming(worker_id: str, body: dict[str, Any]) -> Incoming:
    """The message that the turn API would make of such a body."""
    if "location" in body:
        position = Position(**body["location"])
        return Incoming(worker_id, body["id"], "location", position=position)
    if "choice" in body:
        return Incoming(worker_id, body["id"], "choice", choice=body["choice"])
    return Incoming(worker_id, body["id"], "text", text=body["text"])


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped content."""
    return shipped_library()


@pytest.fixture
def chat(sessions: Sessions, clock: FixedClock, library: Library) -> Chat:
    """A chat over an empty database."""
    return Chat(sessions, library, clock)


@pytest.fixture
async def stocked(sessions: Sessions, clock: FixedClock, library: Library) -> None:
    """The shipped stops in the test's database."""
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)


@pytest.fixture
async def worker(chat: Chat) -> WorkerTester:
    """A newcomer in the chat."""
    return await chat.newcomer()
