"""Starts the Bot API on this machine in a thread of its own, and steers it.

with telegram_api() as api:
    # YIZHAN_TELEGRAM_API_BASE=api.base, YIZHAN_TELEGRAM_TOKEN=api.token
    worker = api.phone(1001)
    api.fault(method="sendMessage", status=429, retry_after=2)
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

import requests
from aiohttp import web

from kit.clock import Clock, utc_now
from tools.telegram.phone import Phone
from tools.telegram.proxy import Proxy

Json = dict[str, Any]
T = TypeVar("T")
Stop = Callable[[], object]
TOKEN = f"7000001:{'Test' * 8}abc"
SECONDS = 10.0
PAUSE = 0.05


class TelegramApi:
    """The running Bot API: its address, its token, what it saw, and what it is to do."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token
        self._http = requests.Session()
        self._http.trust_env = False
        self._phones: list[Phone] = []

    def phone(self, chat_id: int, *, group: bool = False) -> Phone:
        """A worker's phone."""
        self._phones.append(Phone(self.base, chat_id, group=group))
        return self._phones[-1]

    def fault(self, **about: object) -> None:
        """Let calls fail: method, chat_id, times; status, or hang, or hang_after."""
        self._ask("POST", "/x/fault", json=about)

    def clear_faults(self) -> None:
        """No faults any more."""
        self._ask("DELETE", "/x/fault")

    def limits(self, **limits: int) -> None:
        """Keep Telegram's limits from now on: free, paid, chat, group; see `paces`."""
        self._ask("POST", "/x/limits", json=limits)

    def forget(self) -> None:
        """An empty Bot API again: no chats, updates, webhook, faults or log."""
        self._ask("DELETE", "/x/all")

    def log(self, method: str | None = None, since: int = 0) -> list[Json]:
        """The calls of a method, or all but getUpdates, after that number, in order."""
        calls = self._ask("GET", "/x/log", params={"since": since})["log"]
        return [
            call
            for call in calls
            if call["method"] == method or (method is None and call["method"] != "getUpdates")
        ]

    def problems(self) -> list[str]:
        """What was wrong with any call so far."""
        return [f"{call['method']}: {fault}" for call in self.log() for fault in call["problems"]]

    def deliveries(self) -> list[Json]:
        """Every update that was handed to the bot: update_id, way, status, at."""
        handed: list[Json] = self._ask("GET", "/x/deliveries")["deliveries"]
        return handed

    def pending(self) -> list[int]:
        """The ids of the updates that the bot has not taken."""
        ids: list[int] = self._ask("GET", "/x/pending")["pending"]
        return ids

    def updates(self, *bodies: Json, times: int = 1) -> list[Json]:
        """Queue updates of any kind, each to be delivered so often."""
        body = {"updates": bodies, "times": times}
        made: list[Json] = self._ask("POST", "/x/updates", json=body)["updates"]
        return made

    def again(self, update_id: int, times: int = 1) -> None:
        """Deliver an update so many times more, taken or not."""
        self._ask("POST", "/x/again", json={"update_id": update_id, "times": times})

    def waits_for_call(
        self,
        method: str,
        fits: Callable[[Json], bool] = lambda _: True,
        seconds: float = SECONDS,
    ) -> Json:
        """The first call that fits; raises with all calls so far."""
        return self.waits(
            lambda: next(filter(fits, self.log(method)), None),
            f"no such {method}",
            seconds,
        )

    def waits_until_taken(self, seconds: float = SECONDS) -> None:
        """Until the bot took every update."""
        self.waits(lambda: not self.pending() or None, "updates were not taken", seconds)

    def waits(self, ask: Callable[[], T | None], why: str, seconds: float = SECONDS) -> T:
        """What `ask` gives once it gives something; raises with all calls so far."""
        end = time.monotonic() + seconds
        while not (found := ask()):
            if time.monotonic() > end:
                calls = [f"{c['n']} {c['method']} {c['status']} {c['params']}" for c in self.log()]
                raise AssertionError("\n".join([f"{why} in {seconds:g} s", *calls]))
            time.sleep(PAUSE)
        return found

    def close(self) -> None:
        """Put all phones away."""
        for phone in self._phones:
            phone.close()
        self._http.close()

    def _ask(
        self, how: str, path: str, *, json: object = None, params: dict[str, int] | None = None
    ) -> Json:
        answer = self._http.request(
            how, f"{self.base}{path}", timeout=SECONDS, json=json, params=params
        )
        answer.raise_for_status()
        body: Json = answer.json()
        return body


@contextmanager
def telegram_api(token: str = TOKEN, clock: Clock = utc_now) -> Iterator[TelegramApi]:
    """A Bot API on a free port of this machine, until the block ends."""
    started: Future[tuple[int, Stop]] = Future()
    thread = Thread(target=lambda: asyncio.run(_serve(token, clock, started)), daemon=True)
    thread.start()
    port, stop = started.result(SECONDS)
    api = TelegramApi(f"http://127.0.0.1:{port}", token)
    try:
        yield api
    finally:
        api.close()
        stop()
        thread.join(SECONDS)


async def _serve(token: str, clock: Clock, started: Future[tuple[int, Stop]]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    runner = web.AppRunner(
        Proxy(token, clock).app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        started.set_result((port, lambda: loop.call_soon_threadsafe(ended.set)))
        await ended.wait()
    finally:
        await runner.cleanup()
