"""How long things are kept: names and contacts until 180 days after a case is over, as is
promised; drafts of answers and who looked at a case until nobody can miss them.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.cases import CaseRepository
from db.repositories.workbench import WorkbenchRepository
from kit.clock import Clock
from services.cases.states import OPEN

# What nobody has touched for so long was left behind.
DRAFTS_KEPT, LOOKS_KEPT = timedelta(days=90), timedelta(days=1)
# Promised in content/messages/privacy.yml; the proposal of anchors section 6.
CONTACTS_KEPT = timedelta(days=180)


async def forget_contacts(session: AsyncSession, clock: Clock, *, at_once: int = 500) -> int:
    """Delete names and contacts of some cases that are long over; returns of how many."""
    over = await CaseRepository(session).with_contact(clock() - CONTACTS_KEPT, OPEN, at_once)
    for case in over:
        case.contact = case.caller = None
    await session.flush()
    return len(over)


async def tidy_workbench(session: AsyncSession, clock: Clock) -> None:
    """Delete drafts of answers that were left behind, and who looked at what a day ago."""
    now = clock()
    await WorkbenchRepository(session).forget(now - LOOKS_KEPT, now - DRAFTS_KEPT)
