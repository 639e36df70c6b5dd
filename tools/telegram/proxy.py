"""A Bot API on this machine, for bots under test: strict, watched, and faulty on demand.

The emulator's part (lo-bot-api-emulator, which we did not write; its code runs in this
process): reading requests, judging the methods that it models (limits, keyboards, files,
unknown parameters), the rules of getUpdates, setWebhook and their conflict, keeping files.
aiogram's part: required and unknown fields and types of every method (`checker`).
Ours: the queue of updates of every kind with ids, offsets, long poll, webhook posts and repeats
(`updates`); chats with message ids, dates, edits, "not modified" and "not found" (`chats`);
HTML (`markup`) and the limits on what it shows (`limits`); the token; getMe's name; the answers
to sendLocation, sendVenue, sendContact and commands; a newer poller ends the older one, as at
Telegram (the emulator refuses the newer); blocked chats; how fast a bot may speak (`paces`);
faults; the log.

POST /bot<token>/<method>, GET /file/bot<token>/<path>: the Bot API
POST /x/fault {"method", "chat_id"?, "times"?, and one of: "status" with "retry_after"? and
     "description"? | "hang": seconds, not delivered | "hang_after": seconds, delivered and the
     answer lost; 0 cuts the connection at once}; the method of a file is "download"
DELETE /x/fault: no faults any more. DELETE /x/all: everything begins anew
POST /x/limits {"free": 30, "paid": 0, "chat": 1, "group": 20}: Telegram's limits are kept from
     now on, to the letter (`paces`); what is too fast is answered 429, and `fault` stays empty
GET  /x/log?since=N: every call in order. GET /x/deliveries: every update handed to the bot
POST /x/updates {"updates": [{kind: body}], "times": 1, "chat_id"?, "since"?}: somebody does
     something; gives the updates, and what changed in the chat
POST /x/again {"update_id", "times": 1}: an update is delivered once more. GET /x/pending
POST /x/files?kind=photo&name=: what a message carries of these bytes; GET /x/files?id=
GET  /x/chats/<id>?since=N&seconds=S: what changed in a chat
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from kit.clock import Clock
from tools.telegram import checker
from tools.telegram.arrivals import Arrivals
from tools.telegram.bot_api import BotApi
from tools.telegram.faults import Fault, Faults
from tools.telegram.files import sniff
from tools.telegram.judge import Uploads
from tools.telegram.paces import Limits, Paces
from tools.telegram.refusal import Refusal

Json = dict[str, Any]
LARGEST_REQUEST = 64 * 2**20
LONGEST_WAIT = 30
# What the log and the faults call the fetching of a file.
DOWNLOAD = "download"


class Proxy:
    """The web application, and what happened in it."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._token = token
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self.api = BotApi(self._token, self._clock)
        self.arrivals = Arrivals(self.api)
        self.faults = Faults([])
        self.paces = Paces()
        self.log: list[Json] = []

    def app(self) -> web.Application:
        """All routes."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_post("/x/fault", self._fault)
        app.router.add_delete("/x/fault", self._no_faults)
        app.router.add_post("/x/limits", self._limits)
        app.router.add_delete("/x/all", self._forget)
        app.router.add_get("/x/log", self._log)
        app.router.add_get("/x/deliveries", self._deliveries)
        app.router.add_get("/x/pending", self._pending)
        app.router.add_post("/x/updates", self._updates)
        app.router.add_post("/x/again", self._again)
        app.router.add_post("/x/files", self._files)
        app.router.add_get("/x/files", self._file)
        app.router.add_get("/x/chats/{chat_id}", self._chat)
        app.on_shutdown.append(self._close)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            fields, uploads = await self.api.judge.read(request)
        except Refusal as refusal:
            return _json(refusal.body, refusal.status)
        files = {name: upload["data"] for name, upload in uploads.items()}
        entry = self._noted(
            method,
            chat_id=_number(fields.get("chat_id")),
            params=_readable(method, fields),
            files=[_about(name, upload) for name, upload in uploads.items()],
            problems=checker.problems(method, fields, files),
        )

        async def work() -> object:
            self.paces.check(method, fields, entry["at"])
            return await self._answered(entry, fields, uploads)

        return await self._outcome(request, entry, work)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        entry = self._noted(DOWNLOAD, params={"path": path})

        async def work() -> bytes:
            data = self.api.file_at(path)
            if data is None:
                raise Refusal(404, "Not Found")
            return data

        return await self._outcome(request, entry, work)

    def _noted(self, method: str, **about: object) -> Json:
        entry: Json = {
            "n": len(self.log) + 1,
            "at": time.monotonic(),
            "method": method,
            "chat_id": None,
            "params": {},
            "files": [],
            "problems": [],
            "fault": None,
            # 0: no answer was given, or not yet.
            "status": 0,
            "delivered": False,
            **about,
        }
        self.log.append(entry)
        return entry

    async def _outcome(
        self, request: web.Request, entry: Json, work: Callable[[], Awaitable[object]]
    ) -> web.StreamResponse:
        try:
            self._check(request.match_info["token"])
            result = await self._unless_faulty(entry, work)
            entry["status"] = 200
        except Refusal as refusal:
            entry["status"] = refusal.status
            return _json(refusal.body, refusal.status)
        except ConnectionAbortedError:
            return _cut(request)
        finally:
            entry["answered_at"] = time.monotonic()
        if isinstance(result, bytes):
            return web.Response(body=result)
        return _json({"ok": True, "result": result})

    def _check(self, token: str) -> None:
        if token != self.api.token:
            raise Refusal(401, "Unauthorized")

    async def _unless_faulty(self, entry: Json, work: Callable[[], Awaitable[object]]) -> object:
        fault = self.faults.take(entry["method"], entry["chat_id"])
        if fault is None:
            result = await work()
            entry["delivered"] = True
            return result
        entry["fault"] = fault.model_dump(exclude_none=True, exclude={"times"})
        if fault.hang_after is not None:
            await work()
            entry["delivered"] = True
        elif fault.hang is None:
            raise fault.refusal
        await asyncio.sleep(fault.hang_after or fault.hang or 0)
        raise ConnectionAbortedError

    async def _answered(self, entry: Json, fields: Json, uploads: Uploads) -> object:
        chat_id = entry["chat_id"]
        if isinstance(chat_id, int) and (reason := self.api.chats.get(chat_id).refuses):
            raise Refusal(403, reason)
        if entry["problems"]:
            raise Refusal(400, f"Bad Request: {entry['problems'][0]}")
        return await self.api.answer(entry["method"], fields, uploads)

    async def _fault(self, request: web.Request) -> web.Response:
        self.faults.waiting.append(Fault.model_validate(await request.json()))
        return _json({})

    async def _limits(self, request: web.Request) -> web.Response:
        self.paces.set(Limits.model_validate(await request.json()))
        return _json({})

    async def _no_faults(self, _: web.Request) -> web.Response:
        self.faults.waiting.clear()
        return _json({})

    async def _forget(self, _: web.Request) -> web.Response:
        self.api.updates.end_polls()
        await self.api.updates.close()
        self._begin()
        return _json({})

    async def _log(self, request: web.Request) -> web.Response:
        return _json({"log": self.log[int(request.query.get("since", 0)) :]})

    async def _deliveries(self, _: web.Request) -> web.Response:
        return _json({"deliveries": self.api.updates.deliveries})

    async def _pending(self, _: web.Request) -> web.Response:
        return _json({"pending": sorted(self.api.updates.waiting)})

    async def _updates(self, request: web.Request) -> web.Response:
        body = await request.json()
        times = body.get("times", 1)
        made = [self.arrivals.update(update, times) for update in body["updates"]]
        seen = []
        if "chat_id" in body:
            seen = await self.api.chats.since(body["chat_id"], body.get("since", 0), 0)
        return _json({"updates": made, "change": self.api.chats.change, "messages": seen})

    async def _again(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.api.updates.again(body["update_id"], body.get("times", 1))
        return _json({})

    async def _files(self, request: web.Request) -> web.Response:
        kind, name = request.query["kind"], request.query.get("name")
        return _json({"file": self.arrivals.file(kind, await request.read(), name)})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.api.judge.file(request.query["id"]))

    async def _chat(self, request: web.Request) -> web.Response:
        seconds = min(float(request.query.get("seconds", 0)), LONGEST_WAIT)
        since, chat_id = int(request.query.get("since", 0)), int(request.match_info["chat_id"])
        return _json({"messages": await self.api.chats.since(chat_id, since, seconds)})

    async def _close(self, _: web.Application) -> None:
        self.api.updates.end_polls()
        await self.api.updates.close()


def _json(body: Json, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def _cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _number(chat_id: int | str | None) -> int | str | None:
    text = str(chat_id).removeprefix("-")
    return int(str(chat_id)) if text.isdigit() else chat_id


def _readable(method: str, fields: Json) -> Json:
    try:
        return checker.decode(method, fields)
    except json.JSONDecodeError:
        return fields


def _about(name: str, upload: Json) -> Json:
    data = upload["data"]
    return {
        "field": name,
        "name": upload["filename"],
        "size": len(data),
        "type": sniff(data),
    }
