"""Time that a test moves, and a Bot API that a test scripts: without network, or over HTTP."""

import asyncio
import heapq
import json
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.telegram.connection import RawBot
from bot.telegram.limiter import Limiter

TOKEN = "123456:canary-of-the-token"  # noqa: S105 # of nobody
ME = {"id": 1, "is_bot": True, "first_name": "bot", "username": "yizhan_bot"}
HOPS = 30  # more than any chain of tasks here needs to come to rest


class VirtualTime:
    """A clock and a sleep for code that takes both: nothing moves until the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._numbers = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), future))
        await future

    async def settle(self) -> None:
        """Let everything run until it waits for time or for the test."""
        for _ in range(HOPS):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, waking every sleeper at its moment."""
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
            await self.settle()
        self.now = end

    async def finish(self, *tasks: "asyncio.Task[Any]") -> None:
        """Let time pass until these have ended."""
        await self.settle()
        while not all(task.done() for task in tasks):
            assert self._sleepers, "nothing will ever wake them"
            await self.advance(max(self._sleepers[0][0] - self.now, 0))


@dataclass(frozen=True)
class Refused:
    """An answer of the Bot API that is not ok."""

    code: int
    words: str = "Refused"
    retry_after: int | None = None

    def body(self) -> dict[str, Any]:
        said = {"ok": False, "error_code": self.code, "description": self.words}
        if self.retry_after is not None:
            said["parameters"] = {"retry_after": self.retry_after}
        return said


Answer = Any  # a result, Refused, an exception to raise, or a function to await for the answer


@dataclass
class FakeApi:
    """The Bot API as a test scripts it: for each method the next answers, else the usual one."""

    time: VirtualTime
    calls: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    transports: list["FakeTransport"] = field(default_factory=list)

    def will(self, method: str, *answers: Answer) -> None:
        """Answer the next calls of this method so."""
        self.script[method].extend(answers)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of this method's calls."""
        return [parameters for _, name, parameters in self.calls if name == method]

    def times(self, method: str) -> list[float]:
        """The moments of this method's calls."""
        return [moment for moment, name, _ in self.calls if name == method]

    async def answer(self, method: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        self.calls.append((self.time.now, method, parameters))
        said = self.script[method].popleft() if self.script[method] else self._usual(method)
        if callable(said):
            said = await said(parameters)
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, Refused):
            return said.code, json.dumps(said.body()).encode()
        return 200, json.dumps({"ok": True, "result": said}).encode()

    def _usual(self, method: str) -> Answer:
        return {"getMe": ME, "getUpdates": self._nothing_new}.get(method, True)

    async def _nothing_new(self, parameters: dict[str, Any]) -> list[Any]:
        if parameters["timeout"]:
            await self.time.sleep(parameters["timeout"])
        return []

    def transport(self) -> "FakeTransport":
        made = FakeTransport(self)
        self.transports.append(made)
        return made

    def bot(self, limiter: Limiter, *, pays: bool = False) -> RawBot:
        """A bot that speaks to this API."""
        return RawBot(
            TOKEN,
            "http://api",
            calls=self.transport(),
            polls=self.transport,
            limiter=limiter,
            pays=pays,
        )


class FakeTransport(BaseRequest):
    """PTB's way out, without a network."""

    def __init__(self, api: FakeApi) -> None:
        self.api = api
        self.state = "new"
        self.timeouts: dict[str, object] = {}  # of the latest call

    @property
    def read_timeout(self) -> float | None:
        return 15.0

    async def initialize(self) -> None:
        self.state = "open"

    async def shutdown(self) -> None:
        self.state = "closed"

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: object
    ) -> tuple[int, bytes]:
        assert method == "POST"
        assert self.state == "open", "PTB uses what it has not initialized, or has shut down"
        self.timeouts = timeouts
        parameters = request_data.parameters if request_data else {}
        return await self.api.answer(url.rsplit("/", 1)[1], parameters)


async def hang(_parameters: dict[str, Any]) -> Answer:
    """An answer that never comes."""
    await asyncio.get_running_loop().create_future()


Handler = Callable[[str], Awaitable[tuple[int, Any] | None]]


@asynccontextmanager
async def http_server(handle: Handler) -> AsyncGenerator[str]:
    """A server on this machine: `handle` takes the request's target and gives status and body.

    None breaks the connection off without an answer.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
            await reader.readexactly(int(length or 0))
            answer = await handle(head.split(" ")[1])
            if answer is not None:
                body = (
                    answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()
                )
                writer.write(
                    f"HTTP/1.1 {answer[0]} X\r\nContent-Length: {len(body)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                )
                writer.write(body)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
