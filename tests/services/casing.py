"""Cases that workers hand in, for tests: who, when and what, in one line."""

from dataclasses import dataclass

from content.library import Library
from db.session import Sessions, transaction
from services import cases
from services.cases import Draft, HandedIn
from tests.factories import FixedClock, add_staff, add_turn, add_worker


@dataclass
class Office:
    """A database with workers and staff, and the clock on its wall."""

    sessions: Sessions
    library: Library
    clock: FixedClock

    async def worker(self) -> str:
        """A newcomer's id."""
        async with transaction(self.sessions) as session:
            return (await add_worker(session)).id

    async def staff(self) -> str:
        """A member of staff."""
        async with transaction(self.sessions) as session:
            return (await add_staff(session)).id

    async def turn(self, worker_id: str) -> str:
        """A turn of a worker."""
        async with transaction(self.sessions) as session:
            return (await add_turn(session, worker_id)).id

    async def hand_in(
        self, worker_id: str, subject: str = "路口没有充电柜", *, turn: str = "", **fields: object
    ) -> HandedIn:
        """A suggestion, or what the fields say, in a turn of its own or that one."""
        turn = turn or await self.turn(worker_id)
        draft = Draft(**{"kind": "suggestion", "subject": subject, **fields})  # type: ignore[arg-type]
        async with transaction(self.sessions) as session:
            return await cases.hand_in(
                session, self.library, self.clock, worker_id, turn, draft=draft
            )

    async def support(self, worker_id: str, code: str) -> bool:
        """A "me too" in a turn of its own."""
        turn = await self.turn(worker_id)
        async with transaction(self.sessions) as session:
            return await cases.support(session, self.clock, worker_id, turn, code)

    async def add(self, worker_id: str, code: str, text: str, *, turn: str = "") -> None:
        """A sentence that is added later."""
        turn = turn or await self.turn(worker_id)
        async with transaction(self.sessions) as session:
            await cases.add(
                session, self.library, self.clock, worker_id, turn, code=code, text=text
            )

    async def release(self, code: str, staff_id: str) -> None:
        """A person lets a held case in."""
        async with transaction(self.sessions) as session:
            await cases.release(session, self.library, self.clock, code, staff_id)

    async def review(self, code: str, staff_id: str) -> None:
        """A person takes a case up."""
        async with transaction(self.sessions) as session:
            await cases.start_review(session, self.library, self.clock, code, staff_id)
