"""Calls back at a moment, or earlier when an earlier one was asked for."""

import asyncio
import math
from collections.abc import Awaitable, Callable


class Alarm:
    """One moment at a time: the earliest that was asked for. One that rings too early does no
    harm: whoever is called asks again.
    """

    def __init__(
        self,
        ring: Callable[[], None],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._ring = ring
        self._clock = clock
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._at = math.inf

    def set(self, moment: float) -> None:
        """Ring then, unless it rings before; infinity is never."""
        if moment == math.inf:
            return
        if self._task is not None:
            if self._at <= moment:
                return
            self._task.cancel()
        self._at = moment
        self._task = asyncio.get_running_loop().create_task(self._wait(moment))

    def cancel(self) -> None:
        """Ring no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _wait(self, moment: float) -> None:
        await self._sleep(max(moment - self._clock(), 0))
        self._task = None
        self._ring()
