"""The connection to the Bot API: a bot that fetches raw updates, and what its errors mean."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.telegram.limiter import FREE, Limiter, Ticket, seconds_of

CALLS = 64
# One would do, but an interrupted poll can keep its connection for ever (httpcore issue 1093).
POLLS = 8
CONNECT, READ, WRITE, MEDIA_WRITE, POOL = 5.0, 15.0, 15.0, 60.0, 5.0
# How much later than it was asked to Telegram may answer a poll.
POLL_GRACE = 10.0
CLOSING = 5.0

# The calls that can be paid for, of those that we make.
MESSAGES = frozenset({"sendMessage", "sendPhoto", "sendVenue"})

Kind = Literal["gone", "refused", "later", "unknown", "denied"]


class RawBot(ExtBot[Ticket]):
    """PTB's bot, with updates as Telegram sent them and a polling pool that can be replaced.

    PTB reads a whole batch before it hands over any, so one update that it cannot read loses all.
    """

    def __init__(
        self,
        token: str,
        api_base: str,
        *,
        calls: BaseRequest,
        polls: Callable[[], BaseRequest],
        limiter: Limiter,
        pays: bool = False,
    ) -> None:
        self._pays = pays
        base = api_base.rstrip("/")
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=calls,
            get_updates_request=polls(),
            rate_limiter=limiter,
        )
        self._new_polls = polls

    def __repr__(self) -> str:
        """Say nothing of the token, as PTB does."""
        return "RawBot()"

    async def initialize(self) -> None:
        """Ask Telegram who we are; InvalidToken when it knows no such bot."""
        try:
            await super().initialize()
        except InvalidToken:
            raise InvalidToken from None  # the words of the original quote the token

    async def raw_updates(
        self, offset: int | None, seconds: int, allowed: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Wait so long for updates from `offset` on; asking for them confirms all before."""
        wanted = {"offset": offset, "timeout": seconds, "allowed_updates": list(allowed)}
        try:
            updates = await self._post("getUpdates", wanted, read_timeout=seconds + POLL_GRACE)
        except (KeyError, TypeError):
            updates = None
        if not isinstance(updates, list):
            raise NetworkError("Something that is no Bot API answered getUpdates")
        return updates

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:  # noqa: ANN401 - as PTB has it
        """Every message may be one of those beyond the free ones, which Telegram counts itself."""
        if self._pays and endpoint in MESSAGES:
            data["allow_paid_broadcast"] = True
        return await super()._do_post(endpoint, data, **timeouts)

    async def rebuild_polling(self) -> None:
        """Poll through a new pool of connections from now on, and give the old one up."""
        stuck, calls = self._request
        fresh = self._new_polls()
        await fresh.initialize()
        self._request = (fresh, calls)
        # What cannot even be closed must not stop the new one.
        with suppress(TimeoutError, OSError, RuntimeError, httpx.HTTPError):
            async with asyncio.timeout(CLOSING):
                await stuck.shutdown()


def make_bot(
    token: str,
    api_base: str,
    limiter: Limiter,
    *,
    proxy: str | None = None,
    per_second: int = FREE,
) -> RawBot:
    """A bot with explicit time-outs; of proxies it uses the one given here, or none."""

    def pool(size: int) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=size,
            connect_timeout=CONNECT,
            read_timeout=READ,
            write_timeout=WRITE,
            media_write_timeout=MEDIA_WRITE,
            pool_timeout=POOL,
            proxy=proxy,
            httpx_kwargs={"trust_env": False},
        )

    return RawBot(
        token,
        api_base,
        calls=pool(CALLS),
        polls=lambda: pool(POLLS),
        limiter=limiter,
        pays=per_second > FREE,
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed send means for its message.

    gone: this chat cannot be written to until the worker writes again. refused: this message will
    never be taken. later: certainly not delivered, worth another try. unknown: it may have been
    delivered. denied: Telegram does not know our token, nothing can be sent.
    """

    kind: Kind
    seconds: float = 0.0  # of later: how long Telegram asks to wait


# The request never left, so nobody can have received it.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

PLAIN: tuple[tuple[type[TelegramError], Kind], ...] = (
    (Forbidden, "gone"),
    (ChatMigrated, "refused"),
    (EndPointNotFound, "refused"),
    (InvalidToken, "denied"),
    (Conflict, "later"),
)

# Bad requests that are not about the message but about its chat.
GONE = re.compile(
    r"chat not found|user not found|user is deactivated|bot was (kicked|blocked)|peer_id_invalid"
    r"|group chat was deactivated",
    re.IGNORECASE,
)
TOO_LARGE = re.compile(r"too large", re.IGNORECASE)
# The gateway stopped waiting; what stands behind it may have gone on.
GATEWAY_TIMEOUT = re.compile(r"gateway time-?out", re.IGNORECASE)


def failure_of(error: Exception) -> Failure:
    """What an error of a send means. Its words may hold the token: they are read, never shown."""
    if isinstance(error, RetryAfter):
        return Failure("later", seconds_of(error))
    return Failure(_kind_of(error))


def _kind_of(error: Exception) -> Kind:
    if isinstance(error, BadRequest):
        return "gone" if GONE.search(error.message) else "refused"
    if isinstance(error, NetworkError):
        return _kind_of_network_error(error)
    return next((kind for family, kind in PLAIN if isinstance(error, family)), "unknown")


def _kind_of_network_error(error: NetworkError) -> Kind:
    if isinstance(error.__cause__, TelegramError) or (
        error.__cause__ is None and not isinstance(error, TimedOut)
    ):
        return _kind_of_answer(error.message)
    return "later" if any(isinstance(cause, UNSENT) for cause in _causes(error)) else "unknown"


def _kind_of_answer(message: str) -> Kind:
    """Of an HTTP answer that PTB has no name for, nearly always a 5xx of Telegram's gateway."""
    if TOO_LARGE.search(message):
        return "refused"
    return "unknown" if GATEWAY_TIMEOUT.search(message) else "later"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
