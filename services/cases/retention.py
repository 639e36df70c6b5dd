"""How long names and contacts are kept: until 180 days after a case is over, as is promised."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.cases import CaseRepository
from kit.clock import Clock
from services.cases.states import OPEN

# Promised in content/messages/privacy.yml; the proposal of anchors section 6.
CONTACTS_KEPT = timedelta(days=180)


async def forget_contacts(session: AsyncSession, clock: Clock, *, at_once: int = 500) -> int:
    """Delete names and contacts of some cases that are long over; returns of how many."""
    over = await CaseRepository(session).with_contact(clock() - CONTACTS_KEPT, OPEN, at_once)
    for case in over:
        case.contact = case.caller = None
    await session.flush()
    return len(over)
