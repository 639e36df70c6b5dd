"""The way of a turn: stored, guarded, understood, answered once, in the worker's order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.guards import GUARDS, StopHere, is_urgent
from bot.rasa_client import Understanding
from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from services import conversation
from services.conversation import Incoming, Stored
from services.turns import NOTHING_HEARD, Turn


class Pipeline:
    """Answers what channels receive. One a process: it keeps each worker's turns in order."""

    def __init__(
        self,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        rasa: Understanding,
        *,
        per_minute: int,
    ) -> None:
        self._sessions = sessions
        self._library = library
        self._clock = clock
        self._rasa = rasa
        self._per_minute = per_minute
        self._queues = Queues()

    async def answer(self, incoming: Incoming) -> Stored:
        """The replies to a message; the same message again gets the same replies."""
        async with self._queues.turn_of(incoming.worker_id):
            async with transaction(self._sessions) as session:
                accepted = await conversation.accept(
                    session, self._clock, incoming, self._per_minute
                )
            if accepted.replies is not None:
                return accepted.replies
            turn = accepted.turn
            try:
                for guard in () if accepted.to_staff else GUARDS:
                    guard(self._library, turn)
                return await self._converse(turn, private=accepted.private)
            except StopHere as stop:
                async with transaction(self._sessions) as session:
                    await conversation.answer_with(session, self._clock, turn, stop.replies)
                    return await conversation.replies_of(session, turn.id)

    async def _converse(self, turn: Turn, *, private: bool) -> Stored:
        """By Rasa where there is something to understand, else and otherwise by the bot's road."""
        said = turn.kind == "text" and turn.task is None
        if said and not private and not is_urgent(self._library, turn):
            await self._rasa.tell(turn)
        async with transaction(self._sessions) as session:
            await conversation.take(
                session, self._library, self._clock, turn.id, road="bot", heard=NOTHING_HEARD
            )
            return await conversation.replies_of(session, turn.id)


class Queues:
    """A lock for each worker who has a turn under way, and none for anybody else."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def turn_of(self, worker_id: str) -> AsyncGenerator[None]:
        """Wait until this worker's earlier turns are done."""
        lock = self._locks.setdefault(worker_id, asyncio.Lock())
        self._waiting[worker_id] = self._waiting.get(worker_id, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[worker_id] -= 1
            if not self._waiting[worker_id]:
                del self._waiting[worker_id], self._locks[worker_id]
