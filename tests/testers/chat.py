"""A chat without any server: the bot's pipeline on a test's database, and workers in it."""

from collections.abc import Awaitable, Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.pipeline import Pipeline
from content.library import Library
from content.loader import load
from db.session import Sessions, transaction
from services import accounts, editions, photos, recordings
from services.accounts import Account
from services.conversation import Incoming, Stored
from services.turns import Channel, Position
from tests.factories import FixedClock
from tests.fakes import FakeRasa
from tests.testers.worker import WorkerTester

SHIPPED = Path(__file__).resolve().parents[2] / "content"
# A worker needs some seconds to read; many turns in a test must not look like a flood.
SECONDS_BETWEEN_TURNS = 5
# For tests of wording and paths, which a second database would only repeat.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
PER_MINUTE = 40


@cache
def shipped_library() -> Library:
    """The shipped content, loaded once for all tests."""
    return load(SHIPPED)


class Chat:
    """The pipeline with a Rasa that can be told what to hear, and when to fail."""

    def __init__(
        self, sessions: Sessions, library: Library, clock: FixedClock, folder: Path
    ) -> None:
        self.folder, self.voices = folder, folder.with_name("recordings")
        self.sessions = sessions
        self.library = library
        self.clock = clock
        self.rasa = FakeRasa(sessions, library, clock)
        self.pipeline = Pipeline(sessions, library, clock, self.rasa, per_minute=PER_MINUTE)
        self._numbers = count(1_000)

    async def newcomer(self, channel: Channel = "web") -> WorkerTester:
        """A worker who never chatted before."""
        account = await self._way_in(channel)

        async def send(body: dict[str, Any]) -> Stored:
            # Whose account it is may have changed since he came.
            return await self.pipeline.answer(incoming((await account()).worker_id, body, channel))

        async def upload(picture: bytes) -> str:
            encoded = photos.encode(picture)
            owner = (await account()).worker_id
            async with transaction(self.sessions) as session:
                return await photos.SHELF.keep(session, self.clock, self.folder, owner, encoded)

        async def record(voice: bytes) -> str:
            encoded, folder = recordings.encode(voice), self.voices
            owner = (await account()).worker_id
            async with transaction(self.sessions) as session:
                return await recordings.SHELF.keep(session, self.clock, folder, owner, encoded)

        return WorkerTester(send, self._pause, (await account()).worker_id, upload, record)

    async def _way_in(self, channel: Channel) -> Callable[[], Awaitable[Account]]:
        """What finds a newcomer's account whenever he writes, as the channel does."""
        number = next(self._numbers)
        async with transaction(self.sessions) as session:
            token = await accounts.enrol_web(session, self.clock) if channel == "web" else ""

        async def account() -> Account:
            async with transaction(self.sessions) as session:
                if channel == "web":
                    return await accounts.by_token(session, token)
                return await accounts.at_telegram(session, self.clock, number)

        return account

    def _pause(self) -> None:
        self.clock.advance(seconds=SECONDS_BETWEEN_TURNS)


def incoming(worker_id: str, body: dict[str, Any], channel: Channel = "web") -> Incoming:
    """The message that the turn API would make of such a body."""
    if "location" in body:
        position = Position(**body["location"])
        return Incoming(worker_id, body["id"], "location", position=position, channel=channel)
    if "choice" in body:
        return Incoming(worker_id, body["id"], "choice", choice=body["choice"], channel=channel)
    if "photo" in body or "photos" in body:
        sent = tuple(body.get("photos") or [body["photo"]])
        text = body.get("text") or None
        return Incoming(worker_id, body["id"], "photo", text=text, photos=sent, channel=channel)
    if "recording" in body or "recordings" in body:
        sent = tuple(body.get("recordings") or [body["recording"]])
        text = body.get("text") or None
        return Incoming(
            worker_id, body["id"], "recording", text=text, recordings=sent, channel=channel
        )
    return Incoming(worker_id, body["id"], "text", text=body["text"], channel=channel)


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped content."""
    return shipped_library()


@pytest.fixture
def chat(sessions: Sessions, clock: FixedClock, library: Library, tmp_path: Path) -> Chat:
    """A chat over an empty database."""
    return Chat(sessions, library, clock, tmp_path / "photos")


@pytest.fixture
async def stocked(sessions: Sessions, clock: FixedClock, library: Library) -> None:
    """The shipped stops in the test's database."""
    async with transaction(sessions) as session:
        await editions.load(session, library, clock)


@pytest.fixture
async def worker(chat: Chat) -> WorkerTester:
    """A newcomer in the chat."""
    return await chat.newcomer()


@pytest.fixture
async def phone(chat: Chat) -> WorkerTester:
    """A newcomer at Telegram."""
    return await chat.newcomer("telegram")
