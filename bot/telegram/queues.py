"""What waits to be sent: each lane by urgency, and as many as fit into a window of time."""

import asyncio
import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

# The lane of what adds no message to any chat; the others are named by their chats.
ASIDE = "aside"


@dataclass(eq=False, slots=True)
class Request:
    """A request on its way through the limiter."""

    priority: int
    number: int
    lane: str | None  # the name of its queue
    refusals: int = 0
    give_up_at: float | None = None
    windows: "tuple[Window, ...]" = ()  # where it holds a place
    turn: "asyncio.Future[None]" = field(init=False)  # a new one for each time it waits


class Window:
    """At most so many within any so many seconds, counted where they arrive.

    When that was nobody knows but that it lies between leaving and the answer. So who was let in
    holds a place until he turns back, and else for so many seconds behind the answer; where that
    takes longer than `on_the_way`, behind then.
    """

    def __init__(self, limit: int, seconds: float, on_the_way: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._on_the_way = on_the_way
        self._inside = 0  # let in, and not left yet
        self._arrived: dict[int, float] = {}  # by number: when, at the latest

    def free_at(self) -> float:
        """From when on one more fits; never, while all who are in have yet to leave."""
        missing = self._inside + len(self._arrived) + 1 - self._limit
        if missing <= 0:
            return -math.inf
        if missing > len(self._arrived):
            return math.inf
        return sorted(self._arrived.values())[missing - 1] + self._seconds

    def take(self, now: float) -> None:
        """Let one more in."""
        seconds = self._seconds
        self._arrived = {number: at for number, at in self._arrived.items() if at + seconds > now}
        self._inside += 1

    def turn_back(self) -> None:
        """One who was let in does not leave."""
        self._inside -= 1

    def leave(self, number: int, now: float) -> None:
        """One who was let in leaves."""
        self._inside -= 1
        self._arrived[number] = now + self._on_the_way

    def arrive(self, number: int, now: float) -> None:
        """His answer is there, so he was."""
        if number in self._arrived:
            self._arrived[number] = min(self._arrived[number], now)

    def is_over(self, now: float) -> bool:
        """Whether what was counted no longer matters."""
        latest = max(self._arrived.values(), default=-math.inf)
        return not self._inside and latest + self._seconds <= now


class Queue:
    """What waits in one lane: by priority, then by age. Whoever was cancelled is passed over."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._heap: list[tuple[int, int, Request]] = []

    def add(self, request: Request) -> None:
        """Let it wait here."""
        heapq.heappush(self._heap, (request.priority, request.number, request))

    def head(self) -> Request | None:
        """Who goes first of those that still wait."""
        while self._heap:
            request = self._heap[0][2]
            if not request.turn.done():
                return request
            heapq.heappop(self._heap)
        return None

    def rank(self) -> tuple[int, int]:
        """The head's claim among heads: the smaller, the sooner. There has to be a head."""
        return self._heap[0][:2]

    def waiting(self) -> list[Request]:
        """All that still wait."""
        return [request for _, _, request in self._heap if not request.turn.done()]

    def may_go(self, now: float) -> bool:
        """Whether one waits and its chat's pace lets it go."""
        return self.head() is not None and self.window.free_at() <= now

    def let_go(self, now: float, overall: Window) -> None:
        """Send the head on its way, with a place here and among all."""
        request = heapq.heappop(self._heap)[2]
        request.windows = (overall, self.window)
        for window in request.windows:
            window.take(now)
        request.turn.set_result(None)

    def is_idle(self, now: float) -> bool:
        """Whether this lane might as well not exist."""
        return self.head() is None and self.window.is_over(now)


def lane_of(endpoint: str, data: Mapping[str, object]) -> str | None:
    """The lane a request waits in; None when no limit concerns it."""
    chat = data.get("chat_id")
    if chat is None:
        return ASIDE if endpoint == "answerCallbackQuery" else None
    if endpoint == "sendChatAction" or not endpoint.startswith(("send", "forward", "copy")):
        return ASIDE
    return str(chat)
