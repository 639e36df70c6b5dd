"""A request's size is counted while it arrives, so that a huge one never fills the memory."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.faults import fault_response
from content.library import Library
from kit.errors import TooLarge

BODY_MOST = 64 * 1024
MEGABYTE = 1024 * 1024
# An answer that comes before the body was read may never be seen: the connection is reset under
# the sender. So the rest is read and thrown away first, for so many seconds.
REST_WITHIN = 30.0


@dataclass(frozen=True)
class Limit:
    """How large a body may be, and what its sender is told who sends more.

    One that is `streamed` is not gathered first: whoever serves the path reads it.
    """

    most: int = BODY_MOST
    key: str = TooLarge.key
    streamed: bool = False

    @property
    def fault(self) -> TooLarge:
        """What is wrong with a larger body."""
        return TooLarge(self.key, most=self.most // MEGABYTE)


class BodyLimit:
    """Refuses bodies over the limit of their path, whether they announce their size or not."""

    def __init__(self, app: ASGIApp, library: Library, others: Mapping[str, Limit]) -> None:
        self._app = app
        self._library = library
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a small request on; answer a large one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._others.get(scope["path"], Limit())
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit.most:
            await fault_response(self._library, limit.fault)(scope, receive, send)
        elif limit.streamed:
            body = _Counted(receive, limit)
            await self._app(scope, body.receive, body.after_the_rest(send))
        else:
            await self._read_and_pass(scope, receive, send, limit)

    async def _read_and_pass(
        self, scope: Scope, receive: Receive, send: Send, limit: Limit
    ) -> None:
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit.most:
                await fault_response(self._library, limit.fault)(scope, receive, send)
                return
        passed = False

        async def replay() -> Message:
            nonlocal passed
            if passed:
                return await receive()
            passed = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)


class _Counted:
    """A body on its way through."""

    def __init__(self, receive: Receive, limit: Limit) -> None:
        self._receive = receive
        self._limit = limit
        self._read = 0
        self._ended = False

    async def receive(self) -> Message:
        """The next piece; raises TooLarge where it is one too many."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._read > self._limit.most:
            raise self._limit.fault
        return message

    def after_the_rest(self, send: Send) -> Send:
        """Send, but begin only when the sender is through."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                with suppress(TooLarge, TimeoutError):
                    async with asyncio.timeout(REST_WITHIN):
                        while not self._ended and self._read <= self._limit.most:
                            await self.receive()
            await send(message)

        return answer
