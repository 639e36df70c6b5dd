"""Notices for tests: a newsroom with an author, an approver and workers, in one line each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from content.library import Library
from db.models import Account, OutboxRow
from db.session import Sessions, transaction
from services import notices
from services.notices import Asked, Audience, Draft, Report, Timing
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.factories import FixedClock, add_account, add_staff, add_worker

TEXT = "明天有台风，江边别跑。"


@dataclass
class Newsroom:
    """A database with staff and workers, and the clock on its wall."""

    sessions: Sessions
    library: Library
    clock: FixedClock
    actors: dict[str, Actor] = field(default_factory=dict)

    async def actor(self, name: str, *grants: Grant) -> Actor:
        """A member of staff by name; the first time it says what he may."""
        if name not in self.actors:
            async with transaction(self.sessions) as session:
                staff = await add_staff(session, name=name)
            self.actors[name] = Actor(staff.id, name, "token", grants)
        return self.actors[name]

    async def author(self) -> Actor:
        """Who writes."""
        return await self.actor("陈静", Grant(Role.NOTICE_AUTHOR))

    async def approver(self) -> Actor:
        """Who approves, urgent ones too."""
        return await self.actor("王芳", Grant(Role.URGENT_APPROVER))

    async def workers(self, count: int, channel: str = "telegram", **fields: Any) -> list[str]:
        """Some workers with one account each; their ids."""
        ids = []
        async with transaction(self.sessions) as session:
            for _ in range(count):
                worker = await add_worker(session, **fields)
                if channel != "web":
                    account = await session.scalar(
                        select(Account).where(Account.worker_id == worker.id)
                    )
                    await session.delete(account)
                    number = str(int(worker.id[:7], 16))
                    await add_account(session, worker.id, channel=channel, key=number)
                ids.append(worker.id)
        return ids

    async def composed(self, **fields: Any) -> int:
        """A draft's number."""
        draft = drafted(**fields)
        author = await self.author()
        async with transaction(self.sessions) as session:
            return await notices.compose(session, self.library, self.clock, author, draft)

    async def approved(self, **fields: Any) -> int:
        """An approved one's number."""
        number = await self.composed(**fields)
        await self.submit(number)
        await self.approve(number)
        return number

    async def scheduled(self, when: Timing = notices.AT_ONCE, **fields: Any) -> int:
        """One that is to go out."""
        number = await self.approved(**fields)
        await self.schedule(number, when)
        return number

    async def submit(self, number: int) -> None:
        async with transaction(self.sessions) as session:
            await notices.submit(session, self.clock, Asked(await self.author(), number))

    async def approve(self, number: int, by: Actor | None = None, digest: str = "") -> None:
        approver = by or await self.approver()
        async with transaction(self.sessions) as session:
            digest = digest or (await notices.show(session, approver, number)).digest
            await notices.approve(
                session, self.library, self.clock, Asked(approver, number), digest
            )

    async def schedule(self, number: int, when: Timing = notices.AT_ONCE) -> datetime | None:
        asked = Asked(await self.author(), number)
        async with transaction(self.sessions) as session:
            return await notices.schedule(session, self.library, self.clock, asked, when)

    async def step(self, step: Any, number: int, **rest: Any) -> Any:
        """A step of the author's that needs nothing else."""
        asked = Asked(await self.author(), number, **rest)
        async with transaction(self.sessions) as session:
            return await step(session, self.clock, asked)

    async def look(self) -> int:
        """One look of the sender: a batch of each that is due."""
        async with transaction(self.sessions) as session:
            due = await notices.due(session, self.clock)
        made, batch = 0, self.library.notices.limits.batch
        for each in due:
            async with transaction(self.sessions) as session:
                made += await notices.make_batch(session, self.library, self.clock, each, batch)
        return made

    async def rows(self) -> list[OutboxRow]:
        async with transaction(self.sessions) as session:
            return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.number)))

    async def deliver(self, **values: Any) -> None:
        """What waits is sent, or ends as told."""
        async with transaction(self.sessions) as session:
            query = select(OutboxRow).where(OutboxRow.state == "waiting")
            for row in await session.scalars(query):
                row.state, row.sent_at = "sent", self.clock()
                for name, value in values.items():
                    setattr(row, name, value)

    async def state(self, number: int) -> str:
        async with transaction(self.sessions) as session:
            return (await notices.show(session, await self.author(), number)).state

    async def report(self, number: int) -> Report:
        async with transaction(self.sessions) as session:
            return await notices.report(session, await self.author(), number)


def drafted(**fields: Any) -> Draft:
    """A notice to everybody."""
    return Draft(**{"title": "台风", "text": TEXT, "topic": "weather", **fields})


def to(*districts: str, **fields: Any) -> Audience:
    """An audience of some districts."""
    return Audience(districts=districts, **fields)
