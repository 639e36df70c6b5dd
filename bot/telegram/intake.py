"""Updates on their way in: stored before they are acknowledged, worked in lanes, set aside when
nobody can work them.
"""

import json
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
AT_ONCE = 0.0
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
        self._faults: dict[int, str] = {}
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
            left = await updates.waiting(session, self._bot)
        self._add(left)

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        await self._lanes.stop()

    async def _work(self, number: int) -> float | None:
        """Work one update; the seconds to wait where it has to be tried again.

        Nothing leaves here as an exception: a lane that died would lose what waits behind.
        """
        try:
            return await self._try(number)
        except AWAY as error:
            # The database is away, or its disk is full: the update is safe and waits.
            log.warning("telegram_update_waits", update=number, error=type(error).__name__)
        except Exception as error:
            tries = self._tries[number] = self._tries.get(number, 0) + 1
            self._faults[number] = type(error).__name__
            log.exception("telegram_update_failed", update=number, tries=tries)
        return SECONDS_BETWEEN_TRIES

    async def _try(self, number: int) -> float | None:
        together = self._together(number)
        if not together:
            return None
        if self._tries.get(number, 0) >= TRIES:
            await self._set_aside(together[0], self._faults[number])
            self._serving.apologise(together[0])
            return None
        if self._must_gather(together):
            return SECONDS_FOR_AN_ALBUM
        try:
            await self._serving.serve(together)
        except TooFast as error:
            return self._serving.ask_to_wait(together[0], error)
        except Unreadable as error:
            bad = next(each for each in together if each.number == error.number)
            await self._set_aside(bad, error.fault)
            return AT_ONCE  # the rest of its album
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

    async def _set_aside(self, update: Update, fault: str) -> None:
        log.error("telegram_update_set_aside", update=update.number, fault=fault)
        async with transaction(self._sessions) as session:
            await updates.set_aside(session, self._bot, update.number, fault)
        self._forget([update])

    def _forget(self, done: Sequence[Update]) -> None:
        for update in done:
            self._waiting.pop(update.number, None)
            self._tries.pop(update.number, None)
            self._faults.pop(update.number, None)
            self._gathered.discard(update.number)


def _update(raw: dict[str, Any]) -> Update | None:
    number = raw.get("update_id")
    if type(number) is not int or not 0 <= number < NUMBERS:  # True is an int as well
        return None
    # NaN is no JSON, though Python reads it; PostgreSQL would refuse the whole batch for it.
    body = json.loads(json.dumps(raw), parse_constant=lambda _: None)
    return Update(number, lane_of(body), body)
