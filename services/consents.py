"""What a worker agreed to: which notice, which version, when."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Consent
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from services.turns import Channel

# What is agreed to, with the version of its wording: handing in stands in the summary of a form,
# above its send button (content/messages/form.yml), and says where the words pass abroad; `NEWS`
# stands in notices.yml.
HAND_IN: Mapping[Channel, str] = {"web": "hand_in", "telegram": "hand_in_abroad"}
NEWS = "news"
VERSIONS = {HAND_IN["web"]: 1, HAND_IN["telegram"]: 1, NEWS: 1}


async def give(session: AsyncSession, clock: Clock, worker_id: str, notice: str) -> None:
    """Record that a worker agreed to the present version of a notice."""
    _record(session, clock, worker_id, notice, "given")


async def withdraw(session: AsyncSession, clock: Clock, worker_id: str, notice: str) -> None:
    """Record that a worker no longer wants what a notice speaks of."""
    _record(session, clock, worker_id, notice, "withdrawn")


async def is_withdrawn(session: AsyncSession, worker_id: str, notice: str) -> bool:
    """Whether the newest decision of a worker about a notice is a "no"."""
    newest = await WorkerRepository(session).consent(worker_id, notice)
    return newest is not None and newest.decision == "withdrawn"


def _record(
    session: AsyncSession, clock: Clock, worker_id: str, notice: str, decision: str
) -> None:
    row = Consent(
        id=ids.new_id(),
        worker_id=worker_id,
        notice=notice,
        version=VERSIONS[notice],
        decision=decision,
        decided_at=clock(),
    )
    WorkerRepository(session).add(row)
