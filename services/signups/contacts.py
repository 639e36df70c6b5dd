"""What a worker left to be reached by about his sign-up: sealed, for who organises it only."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Signup
from db.repositories.signups import ACTIVE, SignupRepository
from kit.clock import Clock
from kit.errors import NotFound
from services import consents, vault

CONTACTS_KEPT = timedelta(days=30)  # after the list closed


async def leave(
    session: AsyncSession, clock: Clock, worker_id: str, notice: int, words: str
) -> None:
    """Seal what he typed behind the question that says who sees it. Raises NotFound where he does
    not stand on the list.
    """
    row = await _own(session, worker_id, notice)
    row.contact = await vault.seal(session, worker_id, words)
    await consents.give(session, clock, worker_id, consents.SIGNUP_CONTACT)
    await session.flush()


async def drop(session: AsyncSession, worker_id: str, notice: int) -> bool:
    """Delete what he left; whether there was anything. Raises as `leave` does."""
    row = await _own(session, worker_id, notice)
    left, row.contact = row.contact is not None, None
    await session.flush()
    return left


async def unsealed(
    session: AsyncSession, notice: int, numbers: Sequence[int]
) -> Mapping[int, str]:
    """What those with these numbers left, by number; the caller notes who looked."""
    found = {}
    for row in await SignupRepository(session).some(notice, numbers):
        words = await vault.unseal(session, row.worker_id, row.contact)
        if words is not None:
            found[row.number] = words
    return found


async def forget_contacts(session: AsyncSession, clock: Clock) -> int:
    """Delete the contacts of lists long closed; returns how many."""
    return await SignupRepository(session).forget_contacts(clock() - CONTACTS_KEPT)


async def _own(session: AsyncSession, worker_id: str, notice: int) -> Signup:
    rows = SignupRepository(session)
    # Held, or a cancellation at this moment would leave the contact in a cancelled sign-up.
    await rows.listed(notice, lock=True)
    row = await rows.of(notice, worker_id)
    if row is None or row.state not in ACTIVE:
        raise NotFound("signups.not_on_it", notice=notice)
    return row
