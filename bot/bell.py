"""What ends another loop's rest early, so that it need not look often."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


class Bell:
    """Rung by one loop of a process, heard by another. Nothing depends on it but time."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Have the other look, now or when it next rests."""
        self._rung.set()

    async def rest(self, seconds: float) -> None:
        """Sleep so long, or until it rings."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


@dataclass(frozen=True)
class Bells:
    """Between who makes the rows of notices and who sends them: rows were `made`, a `batch` at
    once, or half a batch is left.
    """

    batch: int
    made: Bell = field(default_factory=Bell)
    low: Bell = field(default_factory=Bell)
