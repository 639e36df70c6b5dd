"""Updates on their way in: stored before they are acknowledged, worked in lanes, set aside when
nobody can work them.
"""

from collections.abc import Sequence
from typing import Any

import structlog

from bot.telegram.lanes import Lanes
from bot.telegram.reading import Unreadable, album_of, lane_of
from bot.telegram.serving import Serving
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from kit.errors import TooFast
from services import updates
from services.updates import Update

log = structlog.get_logger()

TRIES = 5
SECONDS_BETWEEN_TRIES = 2.0
# The pictures of an album arrive as updates of their own, all within a moment.
SECONDS_FOR_AN_ALBUM = 1.5
# What the database can hold as a number; Telegram's own are far below.
NUMBERS = 2**62


class Intake:
    """Takes raw updates from polling or the webhook and sees each of them answered."""

    def __init__(self, sessions: Sessions, clock: Clock, bot: int, serving: Serving) -> None:
        self._sessions = sessions
        self._clock = clock
        self._bot = bot
        self._serving = serving
        self._lanes = Lanes(self._work)
        # What waits, so that a lane need not ask the database again; that remains the truth.
        self._waiting: dict[int, Update] = {}
        self._tries: dict[int, int] = {}
        self._gathered: set[int] = set()

    async def store(self, raws: Sequence[dict[str, Any]]) -> None:
        """Commit what is new, then have it worked. Whoever delivered it may now forget it."""
        found = [_update(raw) for raw in raws]
        async with transaction(self._sessions) as session:
            read = [each for each in found if each]
            new = await updates.store(session, self._clock, self._bot, read)
        self._add(new)
        if None in found:
            log.warning("telegram_update_without_number", count=found.count(None))

    async def take_up(self) -> None:
        """Go on with what an earlier run stored and did not finish."""
        async with transaction(self._sessions) as session:
            await updates.forget(session, self._clock)
            left = await updates.waiting(session, self._bot)
        self._add(left)

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        await self._lanes.stop()

    async def _work(self, number: int) -> float | None:
        """Work one update; the seconds to wait where it has to be tried again."""
        try:
            return await self._try(number)
        except AWAY as error:
            # The database is away, or its disk is full: the update is safe and waits.
            log.warning("telegram_update_waits", update=number, error=type(error).__name__)
            return SECONDS_BETWEEN_TRIES

    async def _try(self, number: int) -> float | None:
        together = self._together(number)
        if not together:
            return None
        if self._must_gather(together):
            return SECONDS_FOR_AN_ALBUM
        try:
            await self._serving.serve(together)
        except AWAY:
            raise
        except TooFast as error:
            return self._serving.ask_to_wait(together[0], error)
        except Unreadable as error:
            await self._set_aside(number, str(error))
        except Exception as error:  # noqa: BLE001 - one update must never stop the others
            return await self._failed(together[0], error)
        self._forget(together)
        return None

    def _add(self, new: Sequence[Update]) -> None:
        self._waiting.update({update.number: update for update in new})
        for update in new:
            self._lanes.add(update.lane, update.number)

    def _together(self, number: int) -> list[Update]:
        """The update, with the other pictures of its album; nothing when it was worked already."""
        update = self._waiting.get(number)
        album = album_of(update.body) if update else None
        if update is None or album is None:
            return [update] if update else []
        same = [each for each in self._waiting.values() if each.lane == update.lane]
        return sorted(
            (each for each in same if album_of(each.body) == album), key=lambda each: each.number
        )

    def _must_gather(self, together: list[Update]) -> bool:
        first = together[0]
        if album_of(first.body) is None or first.number in self._gathered:
            return False
        self._gathered.add(first.number)
        return True

    async def _failed(self, update: Update, error: Exception) -> float | None:
        tries = self._tries[update.number] = self._tries.get(update.number, 0) + 1
        log.error("telegram_update_failed", update=update.number, tries=tries, exc_info=error)
        if tries < TRIES:
            return SECONDS_BETWEEN_TRIES
        await self._set_aside(update.number, type(error).__name__)
        self._serving.apologise(update)
        self._forget([update])
        return None

    async def _set_aside(self, number: int, fault: str) -> None:
        log.error("telegram_update_set_aside", update=number, fault=fault)
        async with transaction(self._sessions) as session:
            await updates.set_aside(session, self._bot, number, fault)

    def _forget(self, done: Sequence[Update]) -> None:
        for update in done:
            self._waiting.pop(update.number, None)
            self._tries.pop(update.number, None)
            self._gathered.discard(update.number)


def _update(raw: dict[str, Any]) -> Update | None:
    number = raw.get("update_id")
    if not isinstance(number, int) or not 0 <= number < NUMBERS:
        return None
    return Update(number, lane_of(raw), raw)
