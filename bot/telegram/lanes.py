"""Lanes: one chat's updates one after the other, many chats at once."""

import asyncio
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush

MOST_AT_ONCE = 32


class Lanes:
    """Works numbered updates; within a lane in the order of their numbers.

    `work` gives back None, or the seconds after which this update is to be tried again: meanwhile
    its lane waits and nobody else does.
    """

    def __init__(
        self, work: Callable[[int], Awaitable[float | None]], most_at_once: int = MOST_AT_ONCE
    ) -> None:
        self._work = work
        self._waiting: dict[str, list[int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(most_at_once)

    def add(self, lane: str, number: int) -> None:
        """Work an update when its lane has come to it."""
        if lane in self._waiting:
            heappush(self._waiting[lane], number)
            return
        self._waiting[lane] = [number]
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Leave what is under way; it waits in the database for the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                # Lanes take turns: one that has many updates waits behind one that has a few.
                async with self._free:
                    number = heappop(waiting)
                    wait = await self._work(number)
                if wait is not None:
                    heappush(waiting, number)
                    await asyncio.sleep(wait)
        finally:
            del self._waiting[lane]
