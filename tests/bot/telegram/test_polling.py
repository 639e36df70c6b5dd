"""Polling: nothing confirmed before it is stored, every trouble outlived and told once."""

import asyncio
import io
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs
from telegram.error import NetworkError

from bot.telegram.connection import make_bot
from bot.telegram.limiter import Limiter
from bot.telegram.polling import Pace, Polling
from kit.logging import set_up_logging
from tests.bot.telegram.doubles import ME, TOKEN, FakeApi, Refused, VirtualTime, hang, http_server

# PTB's own constructor of RetryAfter warns of a change to come, whoever calls it.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")

ALLOWED = ["message", "callback_query"]
SECONDS = 10
DENIED = Refused(401, "Unauthorized")
CONFLICT = Refused(409, "Conflict: terminated by other getUpdates request")


class Store:
    """What was stored; before that it takes its time, fails or hangs, as the test says."""

    def __init__(self, time: VirtualTime) -> None:
        self.time = time
        self.takes = 0
        self.rows: list[dict[str, Any]] = []
        self.failures: list[BaseException] = []
        self.hangs = 0

    async def __call__(self, updates: list[dict[str, Any]]) -> None:
        if self.hangs:
            self.hangs -= 1
            await asyncio.get_running_loop().create_future()
        if self.takes:
            await self.time.sleep(self.takes)
        if self.failures:
            raise self.failures.pop(0)
        self.rows.extend(updates)


class Line:
    """A polling before a scripted Bot API, in time that the test moves."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.api = FakeApi(self.time)
        self.store = Store(self.time)
        self.bot = self.api.bot(Limiter(clock=self.time.clock, sleep=self.time.sleep))
        self.polling = Polling(
            self.bot,
            self.store,
            allowed=ALLOWED,
            pace=Pace(letting_go=0.01),
            clock=self.time.clock,
            sleep=self.time.sleep,
        )
        self.logged: list[Any] = []

    @property
    def status(self) -> str:
        return self.polling.status

    def polled(self) -> list[tuple[float, int | None]]:
        """When was asked for updates, counted from the start, and from which on."""
        said = zip(self.api.times("getUpdates"), self.api.called("getUpdates"), strict=True)
        return [(round(at - 1000, 3), one.get("offset")) for at, one in said]

    def events(self) -> list[str]:
        return [line["event"] for line in self.logged]


@asynccontextmanager
async def running(line: Line) -> AsyncGenerator[Line]:
    with capture_logs() as line.logged:
        task = asyncio.create_task(line.polling.run())
        try:
            await line.time.settle()
            yield line
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=SECONDS)
        assert task.cancelled()
        assert line.status == "stopped"


def updates(*ids: int) -> list[dict[str, Any]]:
    return [{"update_id": number} for number in ids]


async def test_updates_are_stored_and_only_then_confirmed():
    line = Line()
    line.api.will("getUpdates", updates(5, 6), updates(7), [])
    async with running(line):
        await line.time.advance(40)
    assert line.store.rows == updates(5, 6, 7)
    assert line.polled() == [(0, None), (0, 7), (0, 8), (0, 8), (30, 8)]
    assert line.api.called("getUpdates")[0] == {"timeout": 0, "allowed_updates": ALLOWED}
    assert line.api.called("getUpdates")[1]["timeout"] == 30
    assert line.api.called("deleteWebhook") == [{"drop_pending_updates": False}]
    assert line.events() == ["telegram_polling"]


async def test_it_says_how_it_fares():
    line = Line()
    assert line.status == "starting"

    async def slowly(_parameters: object) -> dict[str, Any]:
        await line.time.sleep(3)
        return ME

    line.api.will("getMe", NetworkError("no route"), slowly)
    async with running(line):
        assert line.status == "unreachable"
        await line.time.advance(3.9)
        assert line.status == "unreachable"
        await line.time.advance(0.1)
        assert line.status == "polling"
    assert line.status == "stopped"


@pytest.mark.parametrize(
    "error", [OSError("database is down"), ValueError("a fault of ours"), asyncio.CancelledError()]
)
async def test_what_cannot_be_stored_is_not_confirmed_and_comes_again(error: BaseException):
    line = Line()
    line.api.will("getUpdates", *[updates(5, 6)] * 4)
    line.store.failures = [error] * 3
    async with running(line):
        await line.time.advance(0.5)
        assert line.status == "failing"
        assert line.store.rows == []
        await line.time.advance(20)
        assert line.status == "polling"
    assert line.store.rows == updates(5, 6)
    assert line.polled() == [(0, None), (1, None), (3, None), (7, None), (7, 7)]
    reason = "cancelled" if isinstance(error, asyncio.CancelledError) else type(error).__name__
    assert [one["reason"] for one in line.logged if "reason" in one] == [reason] * 3
    assert "down" not in str(line.logged)


@pytest.mark.parametrize(
    "odd", [{}, {"update_id": None}, {"update_id": "6"}, {"update_id": True}, {"message": {}}, 6]
)
async def test_an_update_without_a_readable_id_holds_nothing_up(odd: object):
    line = Line()
    line.api.will("getUpdates", [{"update_id": 5}, odd, {"update_id": 7}])
    async with running(line):
        await line.time.advance(1)
    assert line.store.rows == updates(5, 7)
    assert line.polled()[:2] == [(0, None), (0, 8)]
    assert line.events() == ["telegram_update_without_id", "telegram_polling"]


async def test_a_batch_that_cannot_be_confirmed_is_not_asked_for_without_pause():
    line = Line()
    line.api.will("getUpdates", *[[{}]] * 3, updates(9))
    async with running(line):
        await line.time.advance(10)
        assert line.status == "polling"
    assert line.store.rows == updates(9)
    assert [at for at, _ in line.polled()] == [0, 1, 3, 7, 7]


@pytest.mark.parametrize("denied", [DENIED, Refused(404, "Not Found")])
async def test_a_token_that_is_refused_is_told_once_and_seldom_tried_again(denied: Refused):
    line = Line()
    line.api.will("getMe", *[denied] * 3)
    async with running(line):
        await line.time.advance(700)
        assert line.status == "token_refused"
        assert line.api.times("getMe") == [1000, 1300, 1600]
        assert line.api.called("getUpdates") == []
        await line.time.advance(300)
        assert line.status == "polling"
    assert line.events() == ["telegram_token_refused", "telegram_polling"]


async def test_a_token_that_is_revoked_later_is_noticed():
    line = Line()
    line.api.will("getUpdates", updates(5), *[DENIED] * 2)
    async with running(line):
        await line.time.advance(350)
        assert line.status == "token_refused"
        await line.time.advance(300)
        assert line.status == "polling"
    assert line.polled()[:4] == [(0, None), (0, 6), (300, 6), (600, 6)]
    assert line.events() == ["telegram_polling", "telegram_token_refused", "telegram_polling"]


async def test_another_reader_is_told_once_a_spell_and_a_webhook_taken_away_once():
    line = Line()
    line.api.will("getUpdates", *[CONFLICT] * 4, updates(5), CONFLICT, [])
    async with running(line):
        assert line.status == "conflict"
        await line.time.advance(23)
        assert line.polled()[:4] == [(0, None), (5, None), (10, None), (15, None)]
        assert line.status == "conflict"
        assert line.store.rows == updates(5)
        assert line.api.times("deleteWebhook") == [1000, 1005]
        await line.time.advance(100)
        assert line.status == "polling"
        assert line.events() == ["telegram_conflict"]
        line.api.will("getUpdates", CONFLICT)
        await line.time.advance(40)
        assert line.events() == ["telegram_conflict"] * 2
        assert len(line.api.called("deleteWebhook")) == 3


async def test_a_retry_after_is_obeyed():
    line = Line()
    line.api.will("getUpdates", Refused(429, "Too Many Requests", 40), updates(5))
    async with running(line):
        await line.time.advance(100)
    assert [at for at, _ in line.polled()][:2] == [0, 40]
    assert line.store.rows == updates(5)


@pytest.mark.parametrize(
    "trouble", [Refused(502, "Bad Gateway"), httpx.ConnectError("x"), httpx.ReadError("x")]
)
async def test_a_network_that_is_down_is_asked_ever_more_seldom(trouble: object):
    line = Line()
    line.api.will("getUpdates", *[trouble] * 8, updates(5), trouble)
    async with running(line):
        await line.time.advance(120)
        assert line.status == "unreachable"
        await line.time.advance(60)
        assert line.status == "polling"
    assert [at for at, _ in line.polled()][:9] == [0, 1, 3, 7, 15, 31, 61, 91, 121]
    # After a success it starts from one second again.
    assert [at for at, _ in line.polled()][9:11] == [121, 122]
    assert line.events() == ["telegram_unreachable", "telegram_polling"] * 2
    assert line.logged[0]["error"] == "NetworkError"


async def test_a_poll_that_hangs_is_begun_anew_with_new_connections():
    line = Line()
    line.api.will("getUpdates", updates(5), hang, updates(6))
    async with running(line):
        await line.time.advance(49)
        assert line.store.rows == updates(5)
        await line.time.advance(2)
        assert line.store.rows == updates(5, 6)
    assert line.polled()[:3] == [(0, None), (0, 6), (50, 6)]
    assert [one.state for one in line.api.transports] == ["open", "closed", "open"]
    restarted = {"event": "telegram_polling_restarted", "reason": "silence", "log_level": "error"}
    assert restarted in line.logged


async def test_a_store_that_hangs_is_left_too():
    line = Line()
    line.api.will("getUpdates", *[updates(5)] * 2)
    line.store.hangs = 1
    async with running(line):
        await line.time.advance(51)
    assert line.store.rows == updates(5)


async def test_a_poll_that_cannot_even_be_ended_is_left_behind():
    line = Line()
    release = asyncio.Event()

    async def stubborn(_parameters: object) -> list[Any]:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return []

    line.api.will("getUpdates", stubborn, updates(6))
    async with running(line):
        await line.time.advance(50)
        async with asyncio.timeout(SECONDS):  # it is waited for in real time
            while not line.store.rows:
                await line.time.settle()
        assert line.store.rows == updates(6)
        polls = len(line.polled())
        release.set()
        await line.time.settle()
        assert len(line.polled()) == polls, "two at once would take the updates from each other"


async def test_long_pauses_are_no_silence():
    line = Line()
    line.api.will("getMe", DENIED)
    line.api.will("getUpdates", Refused(429, "Too Many Requests", 200))
    async with running(line):
        await line.time.advance(900)
        assert line.status == "polling"
    assert "telegram_polling_restarted" not in line.events()


async def test_a_long_poll_and_a_slow_store_are_no_silence():
    line = Line()

    async def late(_parameters: object) -> list[Any]:
        await line.time.sleep(30)
        return updates(5)

    line.api.will("getUpdates", [], late, late)
    line.store.takes = 30
    async with running(line):
        await line.time.advance(200)
    assert line.store.rows == updates(5, 5)
    assert [at for at, _ in line.polled()][:4] == [0, 0, 60, 120]
    assert line.events() == ["telegram_polling"]


async def test_nothing_is_left_running_at_the_end():
    line = Line()
    before = asyncio.all_tasks()
    async with running(line):
        await line.time.advance(5)
    assert asyncio.all_tasks() == before


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """All that this process would have written to its log, on its most talkative setting."""
    output = io.StringIO()
    monkeypatch.setattr(sys, "stderr", output)
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    set_up_logging("bot", "DEBUG")
    yield output.getvalue
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        ((401, DENIED.body()), "telegram_token_refused"),
        ((404, b"<html>Not Found</html>"), "telegram_token_refused"),
        ((502, b"<html>Bad Gateway</html>"), "telegram_unreachable"),
        (None, "telegram_unreachable"),
    ],
    ids=["denied", "lost", "broken", "rude"],
)
async def test_the_token_reaches_no_log(
    written: Callable[[], str], answer: tuple[int, Any] | None, event: str
):
    asked = []

    async def answer_so(target: str) -> tuple[int, Any] | None:
        asked.append(target)
        return answer

    async with http_server(answer_so) as base:
        bot = make_bot(TOKEN, base, Limiter())
        polling = Polling(bot, Store(VirtualTime()), allowed=ALLOWED)
        task = asyncio.create_task(polling.run())
        async with asyncio.timeout(SECONDS):
            while event not in written():  # noqa: ASYNC110 # a log sets no event
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait({task})
        await bot.shutdown()
    assert TOKEN in asked[0]
    assert TOKEN not in written()
    assert "canary" not in written()
