"""Rows and values that tests need, each complete, so that a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Account, Case, Staff, TurnRow, Worker
from kit.ids import digest, new_code, new_id

# A Wednesday, 10:30 in Shanghai: offices are open and it is no holiday.
NOON_OF_TESTS = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)

MASTER_KEY = bytes(range(32))

Row = TypeVar("Row")


class FixedClock:
    """A `kit.clock.Clock` that stands still until a test moves it."""

    def __init__(self, now: datetime = NOON_OF_TESTS) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on, `clock.advance(minutes=5)`, and tell the new moment."""
        self.now += timedelta(**by)
        return self.now


async def add_worker(session: AsyncSession, **fields: Any) -> Worker:
    """A worker of the web chat."""
    given = {"id": new_id(), "created_at": NOON_OF_TESTS, **fields}
    worker = await _added(session, Worker(**given))
    await add_account(session, worker.id)
    return worker


async def add_account(session: AsyncSession, worker_id: str, **fields: Any) -> Account:
    """A worker's account of the web chat."""
    given = {"id": new_id(), "worker_id": worker_id, "channel": "web", **fields}
    given.setdefault("key", digest(given["id"]))
    return await _added(session, Account(**{"created_at": NOON_OF_TESTS, **given}))


async def add_turn(session: AsyncSession, worker_id: str, **fields: Any) -> TurnRow:
    """A typed turn that nobody has taken yet."""
    given = {
        "id": new_id(),
        "worker_id": worker_id,
        "message_id": new_id(),
        "channel": "web",
        "kind": "text",
        "received_at": NOON_OF_TESTS,
        **fields,
    }
    return await _added(session, TurnRow(**given))


async def add_case(session: AsyncSession, worker_id: str | None = None, **fields: Any) -> Case:
    """A suggestion without history."""
    given = {
        "id": new_id(),
        "code": new_code(),
        "worker_id": worker_id,
        "kind": "suggestion",
        "subject": "路灯坏了",
        "created_at": NOON_OF_TESTS,
        **fields,
    }
    return await _added(session, Case(**given))


async def add_staff(session: AsyncSession, **fields: Any) -> Staff:
    """A member of staff who never signed in."""
    given = {"id": new_id(), "name": f"staff-{new_id()[:6]}", "created_at": NOON_OF_TESTS}
    return await _added(session, Staff(**{**given, **fields}))


async def _added(session: AsyncSession, row: Row) -> Row:
    session.add(row)
    await session.flush()  # so that the next row may point to this one
    return row
