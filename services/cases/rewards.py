"""The register of praises and rewards: codes and reasons, never a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.case_flow import CaseFlowRepository
from services.cases.inbox import columns
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

A_PAGE = 50


@dataclass(frozen=True)
class Reward:
    """One entry: which case brought what, and by which way it was adopted."""

    code: str
    kind: str
    route: str | None
    note: str = field(repr=False)
    at: datetime


async def register(session: AsyncSession, actor: Actor, *, page: int = 1) -> Sequence[Reward]:
    """A page of the register, newest first, of the cases that this actor decides on.

    Handlers see none of it: a reward is told to the worker, not to the unit he spoke of.
    """
    need(actor, Permission.DECIDE_CASES)
    decides = actor.condition_for(Permission.DECIDE_CASES, columns())
    rows = await CaseFlowRepository(session).rewards(decides, A_PAGE, (page - 1) * A_PAGE)
    return [
        Reward(case.code, reward.kind, case.adopted, reward.note, reward.at)
        for reward, case in rows
    ]
