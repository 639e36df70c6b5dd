"""Staff and workers for notices, all by the services: who writes, who approves, who gets it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree

from sqlalchemy import insert
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.loader import load
from db.base import Base
from db.session import make_engine, make_sessions, transaction
from kit import ids
from kit.clock import in_shanghai, utc_now
from kit.settings import Settings
from services import accounts, editions, notices
from services.notices import Asked, Draft, Report
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role

FIRST_CHAT, A_WEEK = 930_001, 50
TITLE = "Bench"
TEXT = ("A notice to everybody, as long as most are. " * 3).strip()
UNKNOWN = sql(
    "SELECT accounts.key FROM outbox JOIN accounts ON accounts.id = account_id"
    " JOIN notice_occurrences ON notice_occurrences.id = occurrence_id"
    " WHERE notice = :number AND outbox.state = 'unknown'"
)


def content_for_now(folder: Path) -> Path:
    """A copy of the shipped content whose quiet hours are far from now, and of whose notices an
    account may get many: an ordinary one goes out whenever this runs, and after many others.
    """
    copied = folder / "content"
    copytree(Settings().content_dir, copied)
    limits = copied / "notices" / "limits.yml"
    far = in_shanghai(utc_now()) + timedelta(hours=12)
    window = f"{far:%H}:00-{far:%H}:01"
    own = (f"quiet_hours: '{window}'", f"riding_peaks: ['{window}']", f"a_week: {A_WEEK}")
    kept = limits.read_text(encoding="utf-8").splitlines()
    kept = [
        line for line in kept if not line.startswith(("quiet_hours", "riding_peaks", "a_week"))
    ]
    limits.write_text("\n".join([*kept, *own, ""]), encoding="utf-8")
    return copied


@dataclass(frozen=True)
class Office:
    """A database with an author, an approver and so many workers at Telegram, whose chats are
    numbered from `FIRST_CHAT` on. Each call opens it and closes it again.
    """

    url: str
    library: Library
    author: Actor
    approver: Actor
    workers: int

    async def sends(self) -> int:
        """Write a notice to everybody, have it approved, send it at once; its number."""
        known = self.library.notices.topics
        topic = next(name for name, about in known.items() if about.unasked)
        draft = Draft(TITLE, TEXT, topic)
        async with self._transaction() as session:
            number = await notices.compose(session, self.library, utc_now, self.author, draft)
        own = Asked(self.author, number)
        async with self._transaction() as session:
            await notices.submit(session, utc_now, own)
        async with self._transaction() as session:
            digest = (await notices.show(session, self.approver, number)).digest
            approver = Asked(self.approver, number)
            await notices.approve(session, self.library, utc_now, approver, digest)
        async with self._transaction() as session:
            await notices.schedule(session, self.library, utc_now, own, notices.AT_ONCE)
        return number

    async def report(self, number: int) -> Report:
        """What became of a notice."""
        async with self._transaction() as session:
            return await notices.report(session, self.author, number)

    async def is_done(self, number: int) -> bool:
        """Whether all its rows are made, and none waits any more."""
        async with self._transaction() as session:
            state = (await notices.show(session, self.author, number)).state
            return (
                state == "sent"
                and not (await notices.report(session, self.author, number)).waiting
            )

    async def unknown(self, number: int) -> set[int]:
        """The chats of which nobody knows whether the notice arrived."""
        async with self._transaction() as session:
            found = await session.scalars(UNKNOWN, {"number": number})
            return {int(key) for key in found}

    async def fill(self) -> None:
        """Put the staff and the workers into an empty database."""
        staff = [
            {"id": each.id, "name": each.name, "created_at": utc_now()}
            for each in (self.author, self.approver)
        ]
        async with self._transaction() as session:
            await editions.load(session, self.library, utc_now)
            await session.execute(insert(Base.metadata.tables["staff"]), staff)
            for number in range(self.workers):
                await accounts.at_telegram(session, utc_now, FIRST_CHAT + number)
            # As a database is that has been used for more than a minute.
            await session.execute(sql("ANALYZE"))

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[AsyncSession]:
        engine = make_engine(self.url)
        try:
            async with transaction(make_sessions(engine)) as session:
                yield session
        finally:
            await engine.dispose()


def opened(url: str, content: Path, workers: int) -> Office:
    """Fill an empty database."""
    author = Actor(ids.new_id(), "author", "-", (Grant(Role.NOTICE_AUTHOR),))
    approver = Actor(ids.new_id(), "approver", "-", (Grant(Role.NOTICE_APPROVER),))
    office = Office(url, load(content), author, approver, workers)
    asyncio.run(office.fill())
    return office
