"""Edits and deletes what was sent to chats, where a notice was corrected or recalled."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import structlog

from bot.delivery import Outcome
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import notices
from services.notices import Change
from services.turns import Channel

log = structlog.get_logger()

LOOK_EVERY = 2.0
AT_ONCE = 50


class Changer(Protocol):
    """A channel's way to change what it sent."""

    async def change(
        self, number: int, message_ids: Sequence[int], reply: dict[str, Any] | None
    ) -> Outcome:
        """Edit messages of a chat to a reply, or delete them where there is none."""


class Changes:
    """One a process and channel; what it does may be done twice."""

    def __init__(
        self,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        channel: Channel,
        changer: Changer,
    ) -> None:
        self._sessions = sessions
        self._library = library
        self._clock = clock
        self._channel = channel
        self._changer = changer

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            try:
                seconds = await self.look()
            except AWAY as error:
                log.warning("changes_wait", error=type(error).__name__)
                seconds = 0.0
            await asyncio.sleep(max(seconds, LOOK_EVERY))

    async def look(self) -> float:
        """Change some messages; returns how long the channel asks to wait."""
        async with transaction(self._sessions) as session:
            found = await notices.next_changes(
                session, self._library, self._clock, self._channel, AT_ONCE
            )
        for change in found:
            outcome = await self._changer.change(change.number, change.message_ids, change.reply)
            await self._record(change, outcome)
            if outcome.kind == "later":
                return outcome.seconds
        return 0.0

    async def _record(self, change: Change, outcome: Outcome) -> None:
        async with transaction(self._sessions) as session:
            await notices.changed(session, self._library, self._clock, change, outcome.kind)
