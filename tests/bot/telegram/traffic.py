"""Requests on their way through a limiter, in time that the test moves."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from telegram.error import RetryAfter

from bot.telegram.limiter import Limiter, Priority, Ticket
from tests.bot.telegram.doubles import VirtualTime

GROUP = -100
TINY = 1e-6


@dataclass
class Sent:
    """One call that left the limiter."""

    at: float
    chat: int | str | None
    name: object


class Traffic:
    """Requests through a limiter, and what left it when."""

    def __init__(self, **limits: Any) -> None:
        self.time = VirtualTime()
        self.limiter = Limiter(clock=self.time.clock, sleep=self.time.sleep, **limits)
        self.sent: list[Sent] = []
        self.refusals: dict[object, list[int]] = {}  # of a name: the seconds of its next 429s
        self.takes: dict[object, float] = {}  # of a name: how long its call lasts
        self.notes: dict[object, float] = {}  # of a name: how long what runs before it lasts

    def send(
        self,
        name: object,
        chat: int | str | None = 1,
        priority: Priority | None = None,
        endpoint: str = "sendMessage",
    ) -> "asyncio.Task[Any]":
        return asyncio.create_task(self._process(name, chat, priority, endpoint))

    def _process(
        self, name: object, chat: int | str | None, priority: Priority | None, endpoint: str
    ) -> Coroutine[Any, Any, Any]:
        async def call(*_args: object, **_kwargs: object) -> bool:
            self.sent.append(Sent(self.time.now, chat, name))
            if name in self.takes:
                await self.time.sleep(self.takes[name])
            if self.refusals.get(name):
                raise RetryAfter(self.refusals[name].pop(0))
            return True

        data: dict[str, object] = {} if chat is None else {"chat_id": chat}
        ticket = None if priority is None else Ticket(priority)
        if name in self.notes:
            ticket = Ticket(priority or Priority.LIVE, lambda: self.time.sleep(self.notes[name]))
        return self.limiter.process_request(call, (), {}, endpoint, data, ticket)

    async def all(self, *tasks: "asyncio.Task[Any]") -> list[tuple[float, object]]:
        """What was sent when, counted from the start, once all of these have ended."""
        await self.time.finish(*tasks)
        return [(round(sent.at - 1000, 3), sent.name) for sent in self.sent]


@dataclass(frozen=True)
class Asked:
    """A request of the property test."""

    after: float  # seconds since the one before
    chat: int
    priority: Priority


MANY = range(1000, 1060)


@st.composite
def bursts(draw: st.DrawFn) -> list[Asked]:
    """Some bursts: of many messages to one chat, or of one message to each of many chats."""
    asked: list[Asked] = []
    for _ in range(draw(st.integers(1, 6))):
        after = draw(st.sampled_from([0.0, 0.01, 0.3, 0.999, 1.0, 2.5]))
        priorities = st.sampled_from(draw(st.sampled_from([list(Priority), [Priority.LIVE]])))
        chat = draw(st.sampled_from([1, 2, GROUP, None]))
        for number in range(draw(st.integers(1, 45))):
            to = MANY[number] if chat is None else chat
            asked.append(Asked(after if number == 0 else 0.0, to, draw(priorities)))
    return asked
