"""The turn API without a server: the real app behind httpx's ASGI transport."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from bot.pipeline import Pipeline
from bot.sketches import Sketches
from bot.web.app import create_app
from bot.web.parts import Parts
from bot.web.schema import Fault
from kit.ids import new_id
from services.conversation import Incoming, Stored
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester

FAULT_KEYS = set(Fault.model_fields)


class Api:
    """The app of a chat, and one worker who calls it."""

    def __init__(self, chat: Chat, app: FastAPI, client: httpx.AsyncClient, token: str) -> None:
        self.chat = chat
        self.app = app
        self.client = client
        self.token = token

    async def post(self, body: bytes | AsyncIterable[bytes], **headers: str) -> httpx.Response:
        """Send these very bytes as a turn."""
        sent = {**self.authorization, "Content-Type": "application/json", **headers}
        return await self.client.post("/api/turns", content=body, headers=sent)

    async def turn(self, message_id: str | None = None, /, **fields: Any) -> httpx.Response:
        """Send a turn as a well-behaved page does."""
        body = {"id": message_id or new_id(), **fields}
        return await self.client.post("/api/turns", json=body, headers=self.authorization)

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def worker(self) -> WorkerTester:
        """This worker as one who chats."""

        async def send(body: dict[str, Any]) -> Stored:
            fields = {key: value for key, value in body.items() if key != "id"}
            answer = await self.turn(body["id"], **fields)
            assert answer.status_code == 200, answer.text
            return list(answer.json()["replies"])

        async def upload(picture: bytes) -> str:
            answer = await self.upload(picture)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["photo"])

        async def record(voice: bytes) -> str:
            answer = await self.upload_voice(voice)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["recording"])

        def pause() -> None:
            self.chat.clock.advance(seconds=5)

        return WorkerTester(send, pause, upload=upload, record=record)

    async def upload(
        self, picture: bytes, name: str = "photo.jpg", kind: str = "image/jpeg", token: str = ""
    ) -> httpx.Response:
        """Upload a picture as the page does."""
        headers = {"Authorization": f"Bearer {token}"} if token else self.authorization
        files = {"photo": (name, picture, kind)}
        return await self.client.post("/api/photos", files=files, headers=headers)

    async def upload_voice(self, voice: bytes, token: str = "") -> httpx.Response:
        """Upload a voice message."""
        headers = {"Authorization": f"Bearer {token}"} if token else self.authorization
        files = {"recording": ("voice.mp3", voice, "text/html")}
        return await self.client.post("/api/recordings", files=files, headers=headers)

    async def stranger(self) -> str:
        """The token of another worker."""
        return str((await self.client.post("/api/workers")).json()["token"])


@asynccontextmanager
async def serving(chat: Chat, pipeline: Pipeline) -> AsyncGenerator[Api]:
    """The app around a pipeline, with one worker enrolled."""

    async def close() -> None:
        """Nothing of a test's is the app's to close."""

    sketches = Sketches(chat.sessions, chat.clock)
    parts = Parts(
        *(chat.sessions, chat.library, chat.clock, pipeline, sketches, close),
        photos=chat.folder,
        recordings=chat.voices,
    )
    app = create_app(parts)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        enrolled = await client.post("/api/workers")
        assert enrolled.status_code == 200
        yield Api(chat, app, client, enrolled.json()["token"])


class BrokenPipeline(Pipeline):
    """A pipeline with a bug."""

    async def answer(self, incoming: Incoming) -> Stored:
        """Fail."""
        raise ZeroDivisionError(incoming.message_id)


@asynccontextmanager
async def broken(chat: Chat) -> AsyncGenerator[Api]:
    """The app around a pipeline with a bug."""
    pipeline = BrokenPipeline(chat.sessions, chat.library, chat.clock, chat.rasa, per_minute=1)
    async with serving(chat, pipeline) as api:
        yield api
