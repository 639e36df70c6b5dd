"""What errors of sends mean, by errors as they really arise; the bot's addresses, pools, words."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.telegram.connection import (
    CALLS,
    CONNECT,
    MEDIA_WRITE,
    POLLS,
    POOL,
    READ,
    WRITE,
    Failure,
    RawBot,
    failure_of,
    make_bot,
)
from bot.telegram.limiter import FREE, Limiter
from tests.bot.telegram.doubles import (
    ME,
    TOKEN,
    FakeApi,
    Refused,
    VirtualTime,
    http_server,
)

# PTB's own constructor of RetryAfter warns of a change to come, whoever calls it.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")

Handler = Callable[[str], Awaitable[tuple[int, Any] | None]]
SECONDS = 10
OK = {"ok": True, "result": True}


@asynccontextmanager
async def bot_before(handle: Handler) -> AsyncGenerator[RawBot]:
    """The real bot before a server that a test scripts."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(http_server(handle))
        yield await stack.enter_async_context(open_bot(base))


@asynccontextmanager
async def open_bot(base: str, **options: Any) -> AsyncGenerator[RawBot]:
    bot = make_bot(TOKEN, base, Limiter(retries=0), **options)
    try:
        yield bot
    finally:
        # A bot that never called getMe thinks there is nothing to close.
        for request in bot._request:
            await request.shutdown()


async def error_of(sending: Awaitable[object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 # whatever it is, it is judged
        await sending
    return caught.value


def answering(status: int, body: object) -> Handler:
    async def answer(_target: str) -> tuple[int, Any]:
        return status, body

    return answer


def refusing(code: int, words: str, retry_after: int | None = None) -> Handler:
    return answering(code, Refused(code, words, retry_after).body())


async def break_off(_target: str) -> None:
    return None


async def never_answer(_target: str) -> None:
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("handle", "failure"),
    [
        (refusing(403, "Forbidden: bot was blocked by the user"), Failure("gone")),
        (refusing(403, "Forbidden: user is deactivated"), Failure("gone")),
        (refusing(400, "Bad Request: chat not found"), Failure("gone")),
        (refusing(400, "Bad Request: PEER_ID_INVALID"), Failure("gone")),
        (refusing(400, "Bad Request: can't parse entities"), Failure("refused")),
        (refusing(400, "Bad Request: message is too long"), Failure("refused")),
        (refusing(413, "Request Entity Too Large"), Failure("refused")),
        (refusing(401, "Unauthorized"), Failure("denied")),
        (refusing(404, "Not Found"), Failure("denied")),
        (refusing(409, "Conflict: terminated by other getUpdates request"), Failure("later")),
        (refusing(429, "Too Many Requests: retry after 17", 17), Failure("later", 17)),
        (refusing(429, "Too Many Requests"), Failure("later")),
        (refusing(500, "Internal Server Error"), Failure("later")),
        (refusing(502, "Bad Gateway"), Failure("later")),
        (answering(502, b"<html>502 Bad Gateway</html>"), Failure("later")),
        (answering(504, b"<html>504 Gateway Time-out</html>"), Failure("unknown")),
        (answering(200, b"<html>Sign in to this network</html>"), Failure("unknown")),
        (answering(200, {"ok": True}), Failure("unknown")),
        (answering(200, []), Failure("unknown")),
        (break_off, Failure("unknown")),
    ],
)
async def test_what_the_answer_to_a_send_means(handle: Handler, failure: Failure):
    async with bot_before(handle) as bot:
        assert failure_of(await error_of(bot.send_message(1, "hello"))) == failure


async def test_an_answer_that_does_not_come_in_time_may_have_been_delivered():
    async with bot_before(never_answer) as bot:
        error = await error_of(bot.send_message(1, "hello", read_timeout=0.05))
    assert isinstance(error, TimedOut)
    assert failure_of(error) == Failure("unknown")


async def test_a_server_that_is_not_there_received_nothing():
    async with http_server(break_off) as base:
        pass
    async with open_bot(base) as bot:
        assert failure_of(await error_of(bot.send_message(1, "hello"))) == Failure("later")


async def test_what_found_no_free_connection_was_not_sent():
    arrived = asyncio.Event()

    async def hold(target: str) -> None:
        arrived.set()
        await never_answer(target)

    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(http_server(hold))
        pool = HTTPXRequest(connection_pool_size=1, pool_timeout=0.05)
        bot = RawBot(TOKEN, base, calls=pool, polls=HTTPXRequest, limiter=Limiter())
        stack.push_async_callback(bot.shutdown)
        holding = asyncio.create_task(bot.send_message(1, "first"))
        await asyncio.wait_for(arrived.wait(), SECONDS)
        error = await error_of(bot.send_message(2, "second"))
        holding.cancel()
        await asyncio.wait({holding})
        await pool.shutdown()
        await bot._request[0].shutdown()
    assert failure_of(error) == Failure("later")


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (Forbidden("Forbidden: bot was kicked from the group chat"), Failure("gone")),
        (BadRequest("Bot was kicked"), Failure("gone")),
        (BadRequest("User is deactivated"), Failure("gone")),
        (ChatMigrated(-5), Failure("refused")),
        (EndPointNotFound("x"), Failure("refused")),
        (InvalidToken(), Failure("denied")),
        (TimedOut(), Failure("unknown")),
        (caused(TimedOut(), httpx.ConnectTimeout("x")), Failure("later")),
        (caused(TimedOut(), httpx.WriteTimeout("x")), Failure("unknown")),
        (caused(NetworkError("x"), httpx.ProxyError("x")), Failure("later")),
        (caused(NetworkError("x"), httpx.ReadError("x")), Failure("unknown")),
        (caused(NetworkError("x"), httpx.WriteError("x")), Failure("unknown")),
        (caused(NetworkError("x"), RuntimeError("x")), Failure("unknown")),
        (KeyError("result"), Failure("unknown")),
    ],
)
def test_what_other_errors_mean(error: Exception, failure: Failure):
    assert failure_of(error) == failure


async def test_the_addresses_are_those_of_the_given_server():
    asked = []

    async def answer(target: str) -> tuple[int, Any]:
        asked.append(target)
        if target.endswith("getFile"):
            return 200, {"ok": True, "result": {"file_id": "f", "file_unique_id": "u",
                                                "file_path": "photos/1.jpg"}}  # fmt: skip
        return 200, OK if "/file/" not in target else b"bytes of a photo"

    async with http_server(answer) as base, open_bot(f"{base}/") as bot:
        file = await bot.get_file("f")
        assert bytes(await file.download_as_bytearray()) == b"bytes of a photo"
    # PTB percent-encodes the colon of the token in addresses of files.
    assert [target.replace("%3A", ":") for target in asked] == [
        f"/bot{TOKEN}/getFile",
        f"/file/bot{TOKEN}/photos/1.jpg",
    ]


async def test_only_the_given_proxy_is_used(monkeypatch: pytest.MonkeyPatch):
    asked = []

    async def proxy(target: str) -> tuple[int, Any]:
        asked.append(target)
        return 200, OK

    async with http_server(answering(200, OK)) as base, http_server(proxy) as middle:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, middle)
        async with open_bot(base) as bot:
            await bot.delete_webhook()
        assert asked == []
        async with open_bot("http://api.invalid", proxy=middle) as bot:
            await bot.delete_webhook()
    assert asked == [f"http://api.invalid/bot{TOKEN}/deleteWebhook"]


async def test_every_timeout_is_set_and_polls_have_a_pool_of_their_own():
    async with open_bot("http://api.invalid") as bot:
        polls, calls = bot._request
        for request, size in ((polls, POLLS), (calls, CALLS)):
            client = request._client
            expected = httpx.Timeout(connect=CONNECT, read=READ, write=WRITE, pool=POOL)
            assert client.timeout == expected
            assert client._transport._pool._max_connections == size
            assert request._media_write_timeout == MEDIA_WRITE


async def test_updates_come_as_they_were_sent():
    time = VirtualTime()
    api = FakeApi(time)
    bot = api.bot(Limiter())
    await bot.initialize()
    odd = {"update_id": 7, "message": {"text": "no date, no chat: PTB cannot read it"}}
    api.will("getUpdates", [odd, {"update_id": 8, "a kind of tomorrow": {}}])
    assert await bot.raw_updates(7, 30, ["message"]) == [
        odd,
        {"update_id": 8, "a kind of tomorrow": {}},
    ]
    assert api.called("getUpdates") == [
        {"offset": 7, "timeout": 30, "allowed_updates": ["message"]}
    ]
    assert api.transports[1].timeouts["read_timeout"] > 30
    await bot.shutdown()


@pytest.mark.parametrize(("per_second", "said"), [(FREE, []), (FREE + 1, [True])])
async def test_messages_beyond_the_free_ones_are_paid_for_and_nothing_else(
    per_second: int, said: list[bool]
):
    api, made = FakeApi(VirtualTime()), make_bot(TOKEN, "", Limiter(), per_second=per_second)
    bot = api.bot(Limiter(), pays=made._pays)
    api.will("sendMessage", {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}})
    await bot.initialize()
    await bot.send_message(5, "one")
    await bot.delete_message(5, 1)
    name = "allow_paid_broadcast"
    assert [call[name] for call in api.called("sendMessage") if name in call] == said
    assert name not in api.called("deleteMessage")[0]
    await bot.shutdown()


@pytest.mark.parametrize("body", [{"ok": True}, {"ok": True, "result": True}, []], ids=str)
async def test_what_is_no_answer_to_a_poll_is_a_network_error(body: object):
    async with bot_before(answering(200, body)) as bot:
        assert type(await error_of(bot.raw_updates(None, 0, []))) is NetworkError


async def test_a_pool_whose_connections_are_all_held_is_replaced():
    arrived, is_well = asyncio.Event(), asyncio.Event()

    async def answer(_target: str) -> tuple[int, Any]:
        arrived.set()
        await is_well.wait()
        return 200, {"ok": True, "result": [{"update_id": 1}]}

    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(http_server(answer))
        bot = RawBot(
            TOKEN,
            base,
            calls=HTTPXRequest(),
            polls=lambda: HTTPXRequest(connection_pool_size=1, pool_timeout=0.05),
            limiter=Limiter(),
        )
        stuck = asyncio.create_task(bot.raw_updates(None, 30, []))
        await asyncio.wait_for(arrived.wait(), SECONDS)
        assert "Pool timeout" in str(await error_of(bot.raw_updates(None, 0, [])))
        is_well.set()
        await bot.rebuild_polling()
        assert await bot.raw_updates(None, 0, []) == [{"update_id": 1}]
        # Whoever waited on the old one is told; nobody is left behind.
        stuck.cancel()
        await asyncio.wait({stuck})
        for request in bot._request:
            await request.shutdown()


async def test_a_pool_that_cannot_be_closed_is_replaced_as_well():
    api = FakeApi(VirtualTime())
    bot = api.bot(Limiter())
    await bot.initialize()

    async def fail() -> None:
        raise RuntimeError

    api.transports[1].shutdown = fail
    await bot.rebuild_polling()
    api.will("getUpdates", [{"update_id": 1}])
    assert await bot.raw_updates(None, 0, []) == [{"update_id": 1}]
    await bot.shutdown()


async def test_the_token_is_neither_in_the_bots_name_nor_in_its_errors():
    async with bot_before(refusing(401, "Unauthorized")) as bot:
        error = await error_of(bot.initialize())
        assert isinstance(error, InvalidToken)
        assert TOKEN not in f"{error!r} {error} {bot!r} {bot}"
        assert error.__suppress_context__
    async with bot_before(answering(200, {"ok": True, "result": ME})) as bot:
        await bot.initialize()
        assert bot.username == "yizhan_bot"
