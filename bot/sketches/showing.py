"""Schematic maps as pictures: drawn when a channel fetches one, forgotten when it was sent."""

import asyncio

import structlog

from bot.sketches import frame
from bot.sketches.drawing import draw
from bot.sketches.tiles import Tiles
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services.dialogues import stop_search
from services.rest_stops import sketches
from services.rest_stops.sketches import SketchScene

log = structlog.get_logger()

SECONDS_BETWEEN_SWEEPS = 60.0
DRAWN_AT_ONCE = 2


class Sketches:
    """The pictures of the replies that have one. One a process."""

    def __init__(
        self, sessions: Sessions, clock: Clock, tiles: Tiles | None = None, credit: str = ""
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._tiles = tiles
        self._credit = credit
        # Whoever asks for his map over and over must not keep the processors from the others.
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def png(self, token: str, worker_id: str | None = None) -> bytes | None:
        """The picture of a token as a PNG; None when it is gone, or another worker's.

        A channel that sends it to nobody but its own worker gives no worker.
        """
        try:
            async with transaction(self._sessions) as session:
                scene = await sketches.of(session, self._clock, worker_id, token)
        except AWAY as error:
            log.warning("sketch_not_read", error=type(error).__name__)
            return None
        return await self._drawn(scene) if scene else None

    async def forget(self, token: str) -> None:
        """Delete what was sent; the sweep takes what could not be deleted now."""
        try:
            async with transaction(self._sessions) as session:
                await sketches.drop(session, token)
        except AWAY as error:
            log.warning("sketch_not_forgotten", error=type(error).__name__)

    async def sweep_now_and_then(self) -> None:
        """Delete those whose time is over, at once and then every minute, until cancelled."""
        while True:
            try:
                async with transaction(self._sessions) as session:
                    await sketches.sweep(session, self._clock)
                    await stop_search.sweep(session, self._clock)
            except AWAY as error:
                log.warning("sketches_not_swept", error=type(error).__name__)
            await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)

    async def _drawn(self, scene: SketchScene) -> bytes:
        tiles = await self._tiles.under(frame.frame(scene)) if self._tiles else None
        async with self._drawing:
            return await asyncio.to_thread(draw, scene, tiles, self._credit)
