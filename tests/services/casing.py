"""Cases that workers hand in, for tests: who, when and what, in one line."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import Account, Case, OutboxRow
from db.session import Sessions, transaction
from kit.errors import AppError
from services import cases, units
from services.cases import CaseDetail, Draft, Given, HandedIn, Ticked
from services.cases.reading import of_code
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.factories import FixedClock, add_staff, add_turn, add_worker
from tests.staffing import everything

UNIT, OTHER = "区城管", "街道办"


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

    async def takes(
        self, actor: Actor | str, code: str, step: str, *, seen: int | None = None, **given: Any
    ) -> Case:
        """A member of staff takes a step; one of whom only the id is told may do everything."""
        who = everything(actor) if isinstance(actor, str) else actor
        async with transaction(self.sessions) as session:
            return await cases.take(
                *(session, self.library, self.clock, who, code),
                step=step,
                given=Given(**given),
                seen=seen,
            )

    async def release(self, code: str, staff_id: str) -> None:
        """A person lets a held case in."""
        await self.takes(staff_id, code, "release")

    async def review(self, code: str, staff_id: str) -> None:
        """A person takes a case up."""
        await self.takes(staff_id, code, "take_up")

    async def unit(self, *names: str) -> None:
        """Units that cases may be handed to."""
        async with transaction(self.sessions) as session:
            for name in names:
                await units.put(session, self.clock, name)

    async def actor(self, role: Role = Role.REVIEWER, **limits: Any) -> Actor:
        """A new member of staff in one role."""
        return Actor(await self.staff(), "陈静", "", (Grant(role, **limits),))

    async def show(self, code: str, staff_id: str) -> CaseDetail:
        """A case as its page shows it."""
        async with transaction(self.sessions) as session:
            return await cases.show(session, self.library, self.clock, code, everything(staff_id))

    async def at(self, code: str) -> Case:
        """A case as it is stored, with its history."""
        async with transaction(self.sessions) as session:
            return await of_code(session, code)

    async def tick(self) -> Ticked:
        """A tick of its clocks."""
        async with transaction(self.sessions) as session:
            return await cases.tick(session, self.library, self.clock)

    async def at_unit(self, reviewer: Actor, handler: Actor, unit: str = UNIT) -> str:
        """A case that a unit has signed for."""
        code = (await self.hand_in(await self.worker())).case.code
        await self.takes(reviewer, code, "take_up")
        await self.takes(reviewer, code, "accept")
        await self.takes(reviewer, code, "assign", unit=unit)
        await self.takes(handler, code, "sign_for")
        return code

    async def answered(self, reviewer: Actor, handler: Actor) -> str:
        """A case whose answer its worker has."""
        code = await self.at_unit(reviewer, handler)
        await self.takes(handler, code, "answer", text="下周装好", grade="B", is_public=True)
        await self.takes(reviewer, code, "approve")
        return code


async def news_of(office: Office, worker_id: str) -> list[str]:
    """What a worker was told, in order."""
    query = (
        select(OutboxRow)
        .join(Account, Account.id == OutboxRow.account_id)
        .where(Account.worker_id == worker_id)
        .order_by(OutboxRow.number)
    )
    async with transaction(office.sessions) as session:
        return [row.reply["text"] for row in await session.scalars(query)]


async def refused(office: Office, actor: Actor, code: str, step: str, **given: object) -> str:
    """Why a step is not taken."""
    with pytest.raises(AppError) as caught:
        await office.takes(actor, code, step, **given)
    return caught.value.key
