"""Doors that lock: five failures by one name, or twenty from one address, in a quarter of an hour.

A name that nobody has locks like one that somebody has, or the difference would tell them apart.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SignInDoor
from db.repositories.staff_doors import DoorRepository
from kit.ids import digest
from kit.text import normalise

WINDOW = timedelta(minutes=15)
LOCKED = timedelta(minutes=15)
BY_NAME = 5
BY_ADDRESS = 20


class Doors:
    """The two doors that one who signs in passes, held for him alone until the commit."""

    def __init__(self, rows: Sequence[tuple[SignInDoor, int]]) -> None:
        self._rows = rows

    @classmethod
    async def before(
        cls, session: AsyncSession, now: datetime, name: str, address: str | None
    ) -> "Doors":
        """The doors of a name and of an address (a digest; None where it is not known)."""
        rows = DoorRepository(session)
        # Always in this order: two who hold one each would wait for the other for ever.
        found = [(await rows.held(digest(f"name:{normalise(name)}"), now), BY_NAME)]
        if address:
            found.append((await rows.held(digest(f"address:{address}"), now), BY_ADDRESS))
        await rows.forget_before(now - WINDOW - LOCKED)
        return cls(found)

    def minutes_locked(self, now: datetime) -> int:
        """Minutes until both are open, rounded up; 0 where they are."""
        until = [row.locked_until for row, _ in self._rows if row.locked_until]
        left = max((each - now for each in until), default=timedelta())
        return max(0, ceil(left / timedelta(minutes=1)))

    def fail(self, now: datetime) -> bool:
        """Count a failure; whether a door locks with it."""
        locks = False
        for row, most in self._rows:
            since = (now - WINDOW).timestamp()
            row.failures = [at for at in row.failures if at > since] + [now.timestamp()]
            row.last_at = now
            if len(row.failures) >= most:
                row.failures, row.locked_until = [], now + LOCKED
                locks = True
        return locks

    def succeed(self) -> None:
        """Forget the failures of the name; those of the address may be of somebody else."""
        row, _ = self._rows[0]
        row.failures, row.locked_until = [], None
