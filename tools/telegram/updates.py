"""The queue of updates to the bot: ids, long polls and webhook posts, as Telegram keeps them.

Ours, not the emulator's: that one takes three kinds of updates only, posts one at a time, and
retries when the next update comes. An update waits until the bot moved its offset past it or
answered 2xx. Posts of one chat follow each other, those of different chats run side by side.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tools.telegram.refusal import Refusal

Json = dict[str, Any]
FIRST_ID = 500_000_001
POST_SECONDS = 10
RETRIES = (0.1, 0.2, 0.5)
# Kinds that a bot must ask for by name.
ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TERMINATED = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


@dataclass
class Waiting:
    """An update that the bot has not taken yet, or not `times` times.

    A poll only hands it out: it stays until the offset moves. A post that is answered takes it.
    """

    update: Json
    times: int = 1
    handed_out: int = 0

    @property
    def lane(self) -> tuple[str, Any]:
        """Posts of one lane follow each other: one chat's updates of one kind."""
        kind, body = next((k, v) for k, v in self.update.items() if k != "update_id")
        return kind, body.get("chat", body.get("from", {})).get("id")


@dataclass
class Hook:
    """Where the updates are posted."""

    url: str
    secret: str | None
    connections: int


class Updates:
    """All updates of one bot."""

    def __init__(self) -> None:
        self.waiting: dict[int, Waiting] = {}
        self.deliveries: list[Json] = []
        self._sent: dict[int, Json] = {}
        self._next = FIRST_ID
        self._allowed: frozenset[str] = frozenset()
        self._poll = 0
        self._news = asyncio.Event()
        self._hook: Hook | None = None
        self._busy: dict[tuple[str, Any], asyncio.Task[None]] = {}
        self._dispatcher: asyncio.Task[None] | None = None

    def put(self, body: Json, times: int = 1) -> Json:
        """Queue an update, to be delivered so often; gives it with its id."""
        update = {"update_id": self._next, **body}
        self._next += 1
        self._sent[update["update_id"]] = update
        self.waiting[update["update_id"]] = Waiting(update, times)
        self._wake()
        return update

    def again(self, update_id: int, times: int) -> None:
        """Deliver an update so many times more, taken or not; raises KeyError."""
        waiting = self.waiting.setdefault(update_id, Waiting(self._sent[update_id], 0))
        waiting.times += times
        self._wake()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """A long poll; an older one still open ends with a conflict, as at Telegram."""
        self._poll += 1
        mine = self._poll
        self._wake()
        self._acknowledge(offset)
        end = time.monotonic() + seconds
        while True:
            ready = [w for w in self._ordered() if self._is_allowed(w)][:limit]
            if ready or time.monotonic() >= end:
                return [self._handed_out(waiting) for waiting in ready]
            await self._news_within(end - time.monotonic())
            if self._hook:
                raise Refusal(409, "Conflict: terminated by setWebhook request")
            if mine != self._poll:
                raise Refusal(409, TERMINATED)

    def allow(self, kinds: list[str]) -> None:
        """Only these kinds from now on; none means the usual ones."""
        self._allowed = frozenset(kinds)

    async def set_hook(self, hook: Hook | None, *, drop: bool) -> None:
        """Post to this address from now on, or to none."""
        await self.close()
        if drop:
            self.waiting.clear()
        self._hook = hook
        self._wake()
        if hook:
            self._dispatcher = asyncio.create_task(self._dispatch(hook))

    def end_polls(self) -> None:
        """End the poll that is open, with a conflict."""
        self._poll += 1
        self._wake()

    async def close(self) -> None:
        """End the posts that are under way."""
        tasks = [*self._busy.values(), *([self._dispatcher] if self._dispatcher else [])]
        self._busy.clear()
        self._dispatcher = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            ids = sorted(self.waiting)[:offset]
        else:
            ids = [n for n, w in self.waiting.items() if n < offset and w.handed_out >= w.times]
        for update_id in ids:
            del self.waiting[update_id]

    def _handed_out(self, waiting: Waiting) -> Json:
        waiting.handed_out += 1
        self._record(waiting, "poll", 200)
        return waiting.update

    def _ordered(self) -> list[Waiting]:
        return [self.waiting[update_id] for update_id in sorted(self.waiting)]

    def _is_allowed(self, waiting: Waiting) -> bool:
        kind = waiting.lane[0]
        return kind in self._allowed if self._allowed else kind not in ONLY_IF_ASKED

    async def _dispatch(self, hook: Hook) -> None:
        async with ClientSession(timeout=ClientTimeout(total=POST_SECONDS)) as client:
            while True:
                for waiting in self._ordered():
                    if len(self._busy) >= hook.connections:
                        break
                    if waiting.lane not in self._busy and self._is_allowed(waiting):
                        self._busy[waiting.lane] = asyncio.create_task(
                            self._deliver(client, hook, waiting)
                        )
                await self._news.wait()

    async def _deliver(self, client: ClientSession, hook: Hook, waiting: Waiting) -> None:
        tries = 0
        # What a poll once handed out and the bot did not acknowledge is still owed.
        while waiting.times > 0:
            if await self._post(client, hook, waiting):
                waiting.times -= 1
            else:
                await asyncio.sleep(RETRIES[min(tries, len(RETRIES) - 1)])
                tries += 1
        self.waiting.pop(waiting.update["update_id"], None)
        self._busy.pop(waiting.lane, None)
        self._wake()

    async def _post(self, client: ClientSession, hook: Hook, waiting: Waiting) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with client.post(
                hook.url, json=waiting.update, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (ClientError, TimeoutError):
            status = 0
        self._record(waiting, "webhook", status)
        return status // 100 == 2  # noqa: PLR2004 - any 2xx

    def _record(self, waiting: Waiting, way: str, status: int) -> None:
        self.deliveries.append(
            {
                "update_id": waiting.update["update_id"],
                "way": way,
                "status": status,
                "at": time.monotonic(),
            }
        )

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _news_within(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), max(seconds, 0))
        except TimeoutError:
            return
