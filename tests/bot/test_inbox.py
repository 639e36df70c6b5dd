"""News of one's cases: pushed once each, resumable, and only to the one it is for."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.web import inbox
from db.models import OutboxRow
from db.session import transaction
from services import accounts, outbox
from services.turns import Reply
from tests.bot.api import Api
from tests.testers.chat import Chat, on_sqlite

SECONDS = 10


async def worker_id(api: Api) -> str:
    async with transaction(api.chat.sessions) as session:
        return (await accounts.by_token(session, api.token)).worker_id


async def put(chat: Chat, to: str, *causes: str) -> None:
    async with transaction(chat.sessions) as session:
        for cause in causes:
            await outbox.put(session, chat.clock, to, cause, Reply(f"消息{cause}"))
            await session.flush()


@asynccontextmanager
async def listening(app: FastAPI, **headers: str) -> AsyncGenerator["Stream"]:
    """`GET /api/inbox` as a server calls the app: httpx's transport would wait for its end."""
    stream = Stream(app, headers)
    task = asyncio.create_task(stream.run())
    try:
        yield stream
    finally:
        stream.gone.set()
        await asyncio.wait_for(task, SECONDS)


class Stream:
    """One listener: the messages that the app sends him, and his leaving."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._asked = False
        self.gone = asyncio.Event()

    async def run(self) -> None:
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": "/api/inbox",
            "raw_path": b"/api/inbox", "query_string": b"", "headers": self._headers,
            "scheme": "http", "server": ("bot", 80), "root_path": "",
        }  # fmt: skip
        await self._app(scope, self._receive, self._sent.put)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._sent.get(), SECONDS)

    async def event(self) -> tuple[int, dict[str, Any]]:
        """The next event, without the comments that keep the line alive."""
        while True:
            text = (await self.next()).get("body", b"").decode()
            if text.startswith("id: "):
                number, data = text.strip().split("\n")
                return int(number[4:]), json.loads(data.removeprefix("data: "))


async def test_what_waits_comes_at_once_and_in_order(api: Api):
    me = await worker_id(api)
    await put(api.chat, me, "一", "二")
    async with listening(api.app, **api.authorization) as stream:
        start = await stream.next()
        headers = dict(start["headers"])
        assert start["status"] == 200
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"cache-control"] == b"no-store"
        first, second = await stream.event(), await stream.event()
    assert [first[1]["text"], second[1]["text"]] == ["消息一", "消息二"]
    assert set(first[1]) == {"text", "choices", "cards", "ask", "picture", "first"}
    assert first[0] < second[0]
    async with transaction(api.chat.sessions) as session:
        rows = list(await session.scalars(select(OutboxRow)))
    assert {row.state for row in rows} == {"sent"}
    assert all(row.sent_at for row in rows)


@on_sqlite
async def test_the_first_sign_of_life_comes_behind_what_waited(api: Api):
    """A page tells by it what came while it was closed."""
    me = await worker_id(api)
    for causes in ((), ("一", "二")):
        await put(api.chat, me, *causes)
        async with listening(api.app, **api.authorization) as stream:
            assert (await stream.next())["type"] == "http.response.start"
            for _ in causes:
                assert (await stream.next())["body"].startswith(b"id: ")
            assert (await stream.next())["body"] == b": ok\n\n"


async def test_it_resumes_behind_the_last_one_seen(api: Api):
    me = await worker_id(api)
    await put(api.chat, me, "一", "二", "三")
    async with listening(api.app, **api.authorization) as stream:
        seen, _ = await stream.event()
    resumed = {**api.authorization, "Last-Event-ID": str(seen)}
    async with listening(api.app, **resumed) as stream:
        assert (await stream.event())[1]["text"] == "消息二"
        assert (await stream.event())[1]["text"] == "消息三"


@on_sqlite
async def test_nobody_else_hears_it(api: Api):
    stranger = await api.chat.newcomer()
    me = await worker_id(api)
    await put(api.chat, stranger.id, "别人的")
    await put(api.chat, me, "我的")
    async with listening(api.app, **api.authorization) as stream:
        assert (await stream.event())[1]["text"] == "消息我的"


@on_sqlite
async def test_what_comes_while_listening_is_pushed(api: Api, monkeypatch: pytest.MonkeyPatch):
    # Only the pace is changed: the pause of two seconds would be the test's.
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.01)
    me = await worker_id(api)
    async with listening(api.app, **api.authorization) as stream:
        await stream.next()
        assert (await stream.next())["body"] == b": ok\n\n"
        await put(api.chat, me, "新的")
        assert (await stream.event())[1]["text"] == "消息新的"


@on_sqlite
async def test_a_quiet_line_gives_signs_of_life(chat: Chat, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.001)
    worker = await chat.newcomer()
    async with aclosing(inbox.events(chat.sessions, chat.clock, worker.id, 0)) as events:
        assert [await anext(events), await anext(events)] == [": ok\n\n"] * 2


@pytest.mark.parametrize("last", ["abc", "-1", "9" * 30, "1.5"])
@on_sqlite
async def test_an_odd_last_event_id_is_refused(api: Api, last: str):
    headers = {**api.authorization, "Last-Event-ID": last}
    answer = await api.client.get("/api/inbox", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["text"]
