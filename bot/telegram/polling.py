"""Updates by long polling: stored before they are confirmed, and never silent for long."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.telegram.connection import RawBot
from bot.telegram.limiter import Clock, Sleep, seconds_of

log = structlog.get_logger()

RawUpdates = list[dict[str, Any]]
Store = Callable[[RawUpdates], Awaitable[None]]
Status = Literal[
    "starting", "polling", "conflict", "token_refused", "unreachable", "failing", "stopped"
]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long polling waits for what, in seconds."""

    poll: int = 30  # Telegram holds an empty poll so long
    silence: float = 20.0  # past that, the poll counts as stuck
    token_refused: float = 300.0
    conflict: float = 5.0
    conflict_spell: float = 60.0  # conflicts closer than this are one
    longest: float = 30.0  # pauses after other errors double from 1 to this
    letting_go: float = 5.0  # for a cancelled poll to end


USUAL = Pace()


class Polling:
    """The one reader of a bot's updates. What it received is confirmed once it is stored.

    `status` tells how it fares; "failing" is a fault on our side, such as a database that is down.
    """

    def __init__(
        self,
        bot: RawBot,
        store: Store,
        *,
        allowed: Sequence[str],
        pace: Pace = USUAL,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.status: Status = "starting"
        self._bot = bot
        self._store = store
        self._allowed = allowed
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._offset: int | None = None
        self._is_set_up = False
        self._failures = 0
        self._conflict_at = -math.inf
        self._alive_at = -math.inf
        self._polls = 0

    async def run(self) -> None:
        """Poll until cancelled. A poll that fell silent or broke is ended and begun anew."""
        try:
            while True:
                await self._watch_a_poll()
        finally:
            self.status = "stopped"

    async def _watch_a_poll(self) -> None:
        self._alive_at = self._clock()
        self._polls += 1
        poll = asyncio.create_task(self._poll(self._polls))
        silence = asyncio.create_task(self._silence())
        try:
            await asyncio.wait({poll, silence}, return_when=asyncio.FIRST_COMPLETED)
            broke = poll.done()
        finally:
            await self._let_go(poll, silence)
        log.error("telegram_polling_restarted", reason=_reason(poll) if broke else "silence")
        await self._bot.rebuild_polling()
        if broke:
            self.status = "failing"
            await self._back_off()

    async def _silence(self) -> None:
        """Return when there was no sign of life for longer than any poll takes."""
        limit = self._pace.poll + self._pace.silence
        while (left := self._alive_at + limit - self._clock()) > 0:
            await self._sleep(left)

    async def _let_go(self, *tasks: "asyncio.Task[None]") -> None:
        """End the tasks. One that does not even obey this is left behind.

        It can do no harm: what it still stores comes again anyway, and it polls no more.
        """
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=self._pace.letting_go)

    async def _poll(self, number: int) -> None:
        """Set up, then fetch and store until replaced. Telegram's refusals are waited out.

        Anything else, such as an error of the store, ends the poll; `run` begins it anew.
        """
        while number == self._polls:
            try:
                await self._set_up()
                await self._fetch()
            except TelegramError as error:
                await self._wait_out(error)

    async def _set_up(self) -> None:
        """Make sure that the token is known and that no webhook takes the updates."""
        if self._is_set_up:
            return
        await self._bot.initialize()
        await self._bot.delete_webhook(drop_pending_updates=False)
        self._is_set_up = True

    async def _fetch(self) -> None:
        """Fetch a batch, store it, and only then move on."""
        self._alive_at = self._clock()
        # The first poll after trouble returns at once, to tell that it is over.
        patience = self._pace.poll if self.status == "polling" else 0
        updates = await self._bot.raw_updates(self._offset, patience, self._allowed)
        self._alive_at = self._clock()
        readable = {
            update_id: update for update in updates if (update_id := _id_of(update)) is not None
        }
        if len(readable) < len(updates):
            log.error("telegram_update_without_id", count=len(updates) - len(readable))
            if not readable:
                raise NetworkError("A batch that can be neither stored nor confirmed")
        if readable:
            await self._store(list(readable.values()))
            self._offset = max(readable) + 1
        self._failures = 0
        self._become("polling")

    async def _wait_out(self, error: TelegramError) -> None:
        match error:
            case InvalidToken():
                self._become("token_refused")
                await self._rest(self._pace.token_refused)
            case Conflict():
                self._meet_conflict()
                await self._rest(self._pace.conflict)
            case RetryAfter():
                await self._rest(seconds_of(error))
            case _:
                self._become("unreachable", error=type(error).__name__)
                await self._back_off()

    def _meet_conflict(self) -> None:
        """Another reader, or a webhook: say so once a spell, and take a webhook away once."""
        now = self._clock()
        is_new = now - self._conflict_at > self._pace.conflict_spell
        self._conflict_at = now
        self.status = "conflict"
        if is_new:
            log.warning("telegram_conflict")
            self._is_set_up = False

    def _become(self, status: Status, **fields: str) -> None:
        if status == self.status:
            return
        # Two readers take the updates from each other in turn: that is said once, by the conflict.
        if status != "polling":
            event = f"telegram_{status}"
            log.warning(event, **fields)
        elif self.status != "conflict":
            log.info("telegram_polling")
        self.status = status

    async def _back_off(self) -> None:
        pause = min(2.0**self._failures, self._pace.longest)
        self._failures += 1
        await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        self._alive_at = self._clock() + seconds
        await self._sleep(seconds)


def _id_of(update: object) -> int | None:
    update_id = update.get("update_id") if isinstance(update, dict) else None
    return update_id if type(update_id) is int else None  # True is an int as well


def _reason(poll: "asyncio.Task[None]") -> str:
    """Why a poll ended, without the words of its error."""
    error = None if poll.cancelled() else poll.exception()
    return type(error).__name__ if error is not None else "cancelled"
