"""How fast the bot speaks: Telegram's limits, live replies first, and `RetryAfter` for all."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from typing import Any

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram.alarm import Alarm
from bot.telegram.queues import ASIDE, Queue, Request, Window, lane_of

log = structlog.get_logger()

Answer = bool | dict[str, Any] | list[dict[str, Any]]
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

# Telegram counts in whole seconds; the first request behind a halt must not be too early.
HALT_MARGIN = 0.1
# So long after it left a request counts as arrived, where its answer is not there before: among
# all, where each such moment costs pace, and in its chat, where it costs nothing.
ON_THE_WAY, ON_THE_WAY_TO_A_CHAT = 0.1, 1.0
# News and notices that are let go and have no answer yet. With more a bot is not faster, it only
# lets live replies wait behind them.
IN_FLIGHT = 24
# What has time is spread over a second; it catches up on no more than this much of it at once.
CATCH_UP = 0.05
# What Telegram lets a bot send in a second at no cost.
FREE = 30


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

    Telegram counts requests where they arrive, and two that leave a second apart may arrive closer
    than that: a place is held for a second behind the answer (`queues.Window`). News and notices
    are spread over the second, so that a live reply finds a place at once and not when it is over.

    Requests without a chat (getMe, getFile …) only respect halts. Edits, deletions, chat actions
    and answers to button presses count for the whole bot, but not for the pace of their chat.
    What must arrive in order is sent one after the other by its sender: the order kept here is
    that of leaving.
    """

    def __init__(
        self,
        *,
        overall_per_second: int = FREE,
        chat_per_second: float = 1.0,
        group_per_minute: int = 20,
        retries: int = 3,
        patience: float = 60.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._overall = Window(overall_per_second, 1.0, ON_THE_WAY)
        self._in_flight = self._live_waiting = 0
        self._spread = 1 / overall_per_second
        self._calm_until = -math.inf
        self._chat_seconds = 1 / chat_per_second
        self._group_per_minute = group_per_minute
        self._retries = retries
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._numbers = count()
        self._lanes: dict[str, Queue] = {}
        self._halted_until = -math.inf
        self._tidy_at = -math.inf
        self._alarm = Alarm(self._serve, clock, sleep)

    async def initialize(self) -> None:
        """Nothing to do: the first request finds all it needs."""

    async def shutdown(self) -> None:
        """Turn away what waits: it was not sent, and its sender may try later."""
        self._alarm.cancel()
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
        request = Request(ticket.priority, next(self._numbers), lane_of(endpoint, data))
        while True:
            await self._admit(request)
            try:
                if ticket.before is not None:
                    await ticket.before()
            except BaseException:
                self._turn_back(request)
                raise
            if self._is_halted():  # meanwhile
                self._turn_back(request)
                continue
            self._leave(request)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._halt(seconds_of(error))
                request.refusals += 1
                if request.refusals > self._retries:
                    raise
            finally:
                self._arrive(request)

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
            self._turn_back(request)

    async def _turn(self, request: Request, lane: str) -> None:
        """Wait in the lane. A refused request keeps its number, so it is ahead of later ones."""
        self._mind(request)
        request.turn = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(lane, Queue(self._window(lane))).add(request)
        is_live = request.priority == Priority.LIVE
        self._live_waiting += is_live
        self._serve()
        try:
            await request.turn
        except asyncio.CancelledError:
            self._turn_back(request)  # where its turn came in the same moment
            raise
        finally:
            self._live_waiting -= is_live

    def _turn_back(self, request: Request) -> None:
        """Give up its places."""
        for window in self._end(request):
            window.turn_back()
        self._serve()

    def _leave(self, request: Request) -> None:
        for window in request.windows:
            window.leave(request.number, self._clock())
        self._serve()

    def _arrive(self, request: Request) -> None:
        for window in self._end(request):
            window.arrive(request.number, self._clock())
        self._serve()

    def _end(self, request: Request) -> Sequence[Window]:
        """It is no longer in flight; the windows where it was."""
        windows, request.windows = request.windows, ()
        if windows and request.priority > Priority.LIVE:
            self._in_flight -= 1
        return windows

    def _window(self, lane: str) -> Window:
        if lane == ASIDE:
            return Window(FREE, 1.0, ON_THE_WAY)
        # A group's or channel's id is negative, or its name.
        if not lane.isdecimal():
            return Window(self._group_per_minute, 60.0, ON_THE_WAY_TO_A_CHAT)
        return Window(1, self._chat_seconds, ON_THE_WAY_TO_A_CHAT)

    def _serve(self) -> None:
        """Let go what may go now, and come back when more may."""
        now = self._clock()
        if not self._lanes:
            return
        if not self._live_waiting and self._opens_at(Priority.NEWS) > now:
            self._alarm.set(self._opens_at(Priority.NEWS))  # no need to look at all lanes
            return
        if now >= self._tidy_at:
            self._lanes = {lane: one for lane, one in self._lanes.items() if not one.is_idle(now)}
            self._tidy_at = now + 1.0
        waiting = [queue for queue in self._lanes.values() if queue.head()]
        if waiting and self._halted_until > now:
            self._alarm.set(self._halted_until)
            return
        ready = [queue for queue in waiting if queue.window.free_at() <= now]
        while ready:
            queue = min(ready, key=Queue.rank)
            if self._opens_at(queue.rank()[0]) > now:
                break
            self._let_go(queue, now)
            if not queue.may_go(now):
                ready.remove(queue)
        opens_at = [self._opens_at(priority) for priority in Priority]
        moments = (
            max(queue.window.free_at(), opens_at[queue.rank()[0]])
            for queue in waiting
            if queue.head()
        )
        # Where nobody can tell, whoever leaves or arrives serves.
        self._alarm.set(min(moments, default=math.inf))

    def _let_go(self, queue: Queue, now: float) -> None:
        if queue.rank()[0] > Priority.LIVE:
            self._calm_until = max(self._calm_until, now - CATCH_UP) + self._spread
            self._in_flight += 1
        queue.let_go(now, self._overall)

    def _opens_at(self, priority: int) -> float:
        """From when on there is a place among all for what is so urgent."""
        if priority == Priority.LIVE:
            return self._overall.free_at()
        if self._in_flight >= IN_FLIGHT:
            return math.inf
        return max(self._overall.free_at(), self._calm_until)

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
