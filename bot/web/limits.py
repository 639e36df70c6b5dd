"""A request's size is counted while it arrives, so that a huge one never fills the memory."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.faults import fault_response
from content.library import Library
from kit.errors import TooLarge

BODY_MOST = 64 * 1024


class BodyLimit:
    """Refuses bodies over the limit, whether they announce their size or not."""

    def __init__(self, app: ASGIApp, library: Library) -> None:
        self._app = app
        self._library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a small request on; answer a large one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > BODY_MOST:
            await fault_response(self._library, TooLarge())(scope, receive, send)
            return
        await self._read_and_pass(scope, receive, send)

    async def _read_and_pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > BODY_MOST:
                await fault_response(self._library, TooLarge())(scope, receive, send)
                return
        passed = False

        async def replay() -> Message:
            nonlocal passed
            if passed:
                return await receive()
            passed = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)
