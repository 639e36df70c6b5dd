"""Where Telegram delivers updates: checked, stored, and only then acknowledged."""

import hmac
import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Annotated, Any, Protocol

import structlog
from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from bot.bell import Bells
from db.session import AWAY

log = structlog.get_logger()

PATH = "/telegram"
# An update holds one message, and perhaps the one it answers; each character may take six bytes.
BODY_MOST = 1024 * 1024


class Channel(Protocol):
    """The Telegram channel as the web app knows it."""

    @property
    def status(self) -> str:
        """How its connection fares, in one word."""

    @property
    def secret(self) -> str | None:
        """What a delivery must say; None when Telegram is polled."""

    @property
    def bells(self) -> Bells:
        """Between its sending and who makes the rows of notices."""

    async def store(self, raws: Sequence[dict[str, Any]]) -> None:
        """Commit updates."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Receive, answer and send inside the block."""


def webhook(channel: Channel) -> APIRouter:
    """The route for a channel that is delivered to."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def deliver(
        request: Request, x_telegram_bot_api_secret_token: Annotated[str, Header()] = ""
    ) -> Response:
        """Store one update. Telegram delivers again what is not answered by 200."""
        said, known = x_telegram_bot_api_secret_token, channel.secret or ""
        if not known or not hmac.compare_digest(said.encode(), known.encode()):
            log.warning("telegram_forged_delivery")
            return Response(status_code=HTTPStatus.FORBIDDEN)
        raw = await _update(request)
        if raw is None:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        try:
            await channel.store([raw])
        except AWAY as error:
            log.warning("telegram_delivery_not_stored", error=type(error).__name__)
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(status_code=HTTPStatus.OK)

    return router


async def _update(request: Request) -> dict[str, Any] | None:
    try:
        raw = json.loads(await request.body())
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None
