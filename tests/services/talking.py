"""Staff who talk with workers in tests, and what both sides see."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from db.models import Account, Handover, HandoverWord, OutboxRow
from db.session import transaction
from services.handovers import duty, ending, queue, steps, ticking
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.staffing import acting
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester


class Desk:
    """Reviewers at their desks."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    async def comes(self, name: str = "陈静") -> Actor:
        """Somebody comes in and says that he is there."""
        async with transaction(self.chat.sessions) as session:
            actor = await acting(session, self.chat.clock, name, Role.REVIEWER)
            await duty.come(session, self.chat.clock, actor)
        return actor

    async def does(self, step: Callable[..., Awaitable[None]], *given: Any, **named: Any) -> None:
        """Take one of `steps` in a transaction of its own."""
        chat = self.chat
        async with transaction(chat.sessions) as session:
            await step(session, chat.library, chat.clock, *given, **named)

    async def writes(self, actor: Actor, talk: str, text: str, **named: Any) -> None:
        """Say something to the worker."""
        await self.does(steps.write, actor, talk, text=text, **({"form": ""} | named))

    async def ticks(self, **by: float) -> int:
        """Let time pass, then tick."""
        self.chat.clock.advance(**by)
        async with transaction(self.chat.sessions) as session:
            return await ticking.tick(session, self.chat.library, self.chat.clock)

    async def does_forget(self, **by: float) -> None:
        """Let time pass, then forget what is old."""
        self.chat.clock.advance(**by)
        async with transaction(self.chat.sessions) as session:
            await ending.forget_old(session, self.chat.library, self.chat.clock)

    async def board(self, actor: Actor) -> queue.Board:
        """What one sees of all talks."""
        async with transaction(self.chat.sessions) as session:
            return await queue.board(session, self.chat.library, self.chat.clock, actor)

    async def thread(self, actor: Actor, talk: str) -> queue.Thread:
        """What one sees of a talk."""
        async with transaction(self.chat.sessions) as session:
            return await queue.thread(session, self.chat.clock, actor, talk)

    async def talk_of(self, worker: WorkerTester) -> Handover:
        """The newest talk of a worker."""
        query = select(Handover).where(Handover.worker_id == worker.id)
        async with transaction(self.chat.sessions) as session:
            rows = await session.scalars(query.order_by(Handover.opened_at.desc()).limit(1))
            return rows.one()

    async def words(self) -> list[HandoverWord]:
        """All that is kept of what was said."""
        async with transaction(self.chat.sessions) as session:
            query = select(HandoverWord).order_by(HandoverWord.handover_id, HandoverWord.number)
            return list(await session.scalars(query))

    async def told(self, worker: WorkerTester) -> list[dict[str, Any]]:
        """What a worker was sent unasked, in order."""
        query = (
            select(OutboxRow.reply)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(Account.worker_id == worker.id)
            .order_by(OutboxRow.number)
        )
        async with transaction(self.chat.sessions) as session:
            return list(await session.scalars(query))

    async def presses(self, worker: WorkerTester, title: str) -> None:
        """The worker presses a button of what he was sent last with it."""
        offered = [
            choice["token"]
            for reply in await self.told(worker)
            for choice in reply["choices"]
            if choice["title"] == title
        ]
        await worker.sends({"choice": offered[-1]})
