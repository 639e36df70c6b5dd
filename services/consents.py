"""What a worker agreed to: which notice, which version, when."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Consent
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from services.turns import Channel

# What is agreed to, with the version of its wording: handing in stands before the first question
# (content/messages/privacy.yml) and above the send button (form.yml), which says where the words
# pass abroad; `NEWS` stands in notices.yml.
HAND_IN: Mapping[Channel, str] = {"web": "hand_in", "telegram": "hand_in_abroad"}
# Leaving a name or number is agreed to apart, by typing it behind content/messages/signing.yml.
CONTACT = "contact"
# The same for a sign-up, behind signups.yml: others may see it.
SIGNUP_CONTACT = "signup_contact"
NEWS = "news"
# That notices go by trade, platform and area stands above its button (workers.yml).
PROFILE = "profile"
# That the last day of a time limit is kept stands above its button (reminders.yml).
DEADLINE = "deadline"
VERSIONS = {
    HAND_IN["web"]: 4,
    HAND_IN["telegram"]: 4,
    CONTACT: 1,
    SIGNUP_CONTACT: 1,
    NEWS: 1,
    PROFILE: 1,
    DEADLINE: 1,
}


async def give(session: AsyncSession, clock: Clock, worker_id: str, notice: str) -> None:
    """Record that a worker agreed to the present version of a notice."""
    _record(session, clock, worker_id, notice, "given")


async def withdraw(session: AsyncSession, clock: Clock, worker_id: str, notice: str) -> None:
    """Record that a worker no longer wants what a notice speaks of."""
    _record(session, clock, worker_id, notice, "withdrawn")


async def is_given(session: AsyncSession, worker_id: str, notice: str) -> bool:
    """Whether a worker's newest decision agrees to the present version of a notice."""
    newest = await WorkerRepository(session).consent(worker_id, notice)
    if newest is None:
        return False
    return newest.decision == "given" and newest.version == VERSIONS[notice]


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
