"""How fast the bot speaks: Telegram's limits, live replies first, and `RetryAfter` for all."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from typing import Any

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram.queues import Queue, Request, Window

log = structlog.get_logger()

Answer = bool | dict[str, Any] | list[dict[str, Any]]
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

# Telegram counts in whole seconds; the first request behind a halt must not be too early.
HALT_MARGIN = 0.1

# The lane of what adds no message to any chat; the others are named by their chats.
ASIDE = "aside"


class Priority(IntEnum):
    """Whose message goes first when several wait."""

    LIVE = 0
    NEWS = 1
    NOTICE = 2


@dataclass(frozen=True)
class Ticket:
    """What a request says to the limiter, as `rate_limit_args` of the bot's methods.

    `before` runs when the request's turn has come, just before it leaves; what it raises, the
    sender gets, and nothing was sent. It runs again when the request has to wait once more.
    """

    priority: Priority = Priority.LIVE
    before: Callable[[], Awaitable[None]] | None = None


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    # The public attribute is an int or a timedelta, as the environment says, and warns of that.
    return error._retry_after.total_seconds()  # noqa: SLF001


class Limiter(BaseRateLimiter[Ticket]):
    """Lets requests go one by one, as Telegram's limits and its `RetryAfter` allow.

    PTB's own limiter knows no limit for a private chat and no priority, and in 22.8 the end of
    any request ends a halt (its issue 5338). Here a halt is a moment: nobody can end it early.

    Requests without a chat (getMe, getFile …) only respect halts. Edits, deletions, chat actions
    and answers to button presses count for the whole bot, but not for the pace of their chat.
    What must arrive in order is sent one after the other by its sender: the order kept here is
    that of leaving.
    """

    def __init__(
        self,
        *,
        overall_per_second: int = 30,
        chat_per_second: float = 1.0,
        group_per_minute: int = 20,
        retries: int = 3,
        patience: float = 60.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._overall = Window(overall_per_second, 1.0)
        self._chat_seconds = 1 / chat_per_second
        self._group_per_minute = group_per_minute
        self._retries = retries
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._numbers = count()
        self._lanes: dict[str, Queue] = {}
        self._halted_until = -math.inf
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = math.inf

    async def initialize(self) -> None:
        """Nothing to do: the first request finds all it needs."""

    async def shutdown(self) -> None:
        """Turn away what waits: it was not sent, and its sender may try later."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        for queue in self._lanes.values():
            for request in queue.waiting():
                request.turn.set_exception(RetryAfter(1))
        self._lanes.clear()

    async def process_request(  # noqa: PLR0917 # PTB's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        endpoint: str,
        data: dict[str, object],
        rate_limit_args: Ticket | None,
    ) -> Answer:
        """Make the request when its turn has come, and again when Telegram refuses it as too fast.

        RetryAfter is raised when it was refused too often, or would wait too long behind a halt;
        then it was certainly not delivered.
        """
        ticket = rate_limit_args or Ticket()
        request = Request(ticket.priority, next(self._numbers), _lane_of(endpoint, data))
        while True:
            await self._admit(request)
            if ticket.before is not None:
                await ticket.before()
                if self._is_halted():  # meanwhile
                    continue
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._halt(seconds_of(error))
                request.refusals += 1
                if request.refusals > self._retries:
                    raise

    async def _admit(self, request: Request) -> None:
        """Return when the request may leave, with no halt begun in between."""
        if request.lane is None:
            while self._is_halted():
                self._mind(request)
                await self._sleep(self._halted_until - self._clock())
            return
        while True:
            await self._turn(request, request.lane)
            if not self._is_halted():
                return

    async def _turn(self, request: Request, lane: str) -> None:
        """Wait in the lane. A refused request keeps its number, so it is ahead of later ones."""
        self._mind(request)
        request.turn = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(lane, Queue(self._window(lane))).add(request)
        self._serve()
        await request.turn

    def _window(self, lane: str) -> Window:
        if lane == ASIDE:
            return Window(1, 0.0)
        # A group's or channel's id is negative, or its name.
        if not lane.isdecimal():
            return Window(self._group_per_minute, 60.0)
        return Window(1, self._chat_seconds)

    def _serve(self) -> None:
        """Let go what may go now, and come back when more may."""
        now = self._clock()
        shut_until = max(self._overall.free_at(), self._halted_until)
        if shut_until > now:
            self._wake_at(shut_until)
            return
        self._lanes = {lane: one for lane, one in self._lanes.items() if not one.is_idle(now)}
        ready = [queue for queue in self._lanes.values() if queue.may_go(now)]
        while ready and self._overall.free_at() <= now:
            queue = min(ready, key=Queue.rank)
            self._overall.take(now)
            queue.let_go(now)
            if not queue.may_go(now):
                ready.remove(queue)
        waiting = [queue.window.free_at() for queue in self._lanes.values() if queue.head()]
        if waiting:
            self._wake_at(max(self._overall.free_at(), min(waiting)))

    def _wake_at(self, moment: float) -> None:
        # An alarm that rings too early does no harm: it is set again.
        if self._alarm is not None:
            if self._alarm_at <= moment:
                return
            self._alarm.cancel()
        self._alarm_at = moment
        self._alarm = asyncio.get_running_loop().create_task(self._ring(moment))

    async def _ring(self, moment: float) -> None:
        await self._sleep(max(moment - self._clock(), 0))
        self._alarm = None
        self._serve()

    def _is_halted(self) -> bool:
        return self._clock() < self._halted_until

    def _halt(self, seconds: float) -> None:
        """Stop everything for so long; a halt under way only gets longer."""
        until = self._clock() + seconds + HALT_MARGIN
        if until <= self._halted_until:
            return
        self._halted_until = until
        log.warning("telegram_halted", seconds=seconds)
        for queue in self._lanes.values():
            for request in queue.waiting():
                if self._overstays(request):
                    request.turn.set_exception(self._refusal())

    def _mind(self, request: Request) -> None:
        if self._overstays(request):
            raise self._refusal()

    def _overstays(self, request: Request) -> bool:
        """Whether the halt lasts longer than this request waits, counted from its first halt."""
        now = self._clock()
        if now >= self._halted_until:
            return False
        if request.give_up_at is None:
            request.give_up_at = now + self._patience
        return self._halted_until > request.give_up_at

    def _refusal(self) -> RetryAfter:
        return RetryAfter(math.ceil(self._halted_until - self._clock()))


def _lane_of(endpoint: str, data: dict[str, object]) -> str | None:
    """The lane a request waits in; None when no limit concerns it."""
    chat = data.get("chat_id")
    if chat is None:
        return ASIDE if endpoint == "answerCallbackQuery" else None
    if endpoint == "sendChatAction" or not endpoint.startswith(("send", "forward", "copy")):
        return ASIDE
    return str(chat)
