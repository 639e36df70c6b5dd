"""What waits to be sent: each lane by urgency, and as many as fit into a window of time."""

import asyncio
import heapq
import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Request:
    """A request on its way through the limiter."""

    priority: int
    number: int
    lane: str | None  # the name of its queue
    refusals: int = 0
    give_up_at: float | None = None
    turn: "asyncio.Future[None]" = field(init=False)  # a new one for each time it waits


class Window:
    """At most so many within any so many seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=limit)

    def free_at(self) -> float:
        """From when on one more fits."""
        if len(self._times) < self._limit:
            return -math.inf
        return self._times[0] + self._seconds

    def take(self, now: float) -> None:
        """Count one more."""
        self._times.append(now)

    def is_over(self, now: float) -> bool:
        """Whether what was counted no longer matters."""
        return not self._times or self._times[-1] + self._seconds <= now


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

    def let_go(self, now: float) -> None:
        """Send the head on its way."""
        self.window.take(now)
        heapq.heappop(self._heap)[2].turn.set_result(None)

    def is_idle(self, now: float) -> bool:
        """Whether this lane might as well not exist."""
        return self.head() is None and self.window.is_over(now)
