"""A worker who goes, or becomes another: his places go to the next, or to who he is by then.

Several lists are held at once here, always in the order of their numbers.
"""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Signup
from db.repositories.signups import CANCELLED, SignupRepository
from kit.clock import Clock
from services.signups import moving


async def forget_worker(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str
) -> None:
    """Delete a worker's sign-ups; whoever waits first for a place that comes free moves up."""
    rows = SignupRepository(session)
    for notice in await rows.lists_of([worker_id]):
        listed, row = await rows.listed(notice, lock=True), await rows.of(notice, worker_id)
        if listed is not None and row is not None:
            if row.state != CANCELLED:
                await moving.free(session, library, clock, listed, row)
            await rows.delete(row)


async def hold(session: AsyncSession, worker_ids: Collection[str]) -> None:
    """Keep the lists on which these stand from being changed until the commit.

    Who joins two workers holds a worker as well, and who moves one up writes to that worker: the
    lists come first for both, or each would wait for the other.
    """
    rows = SignupRepository(session)
    for notice in await rows.lists_of(worker_ids):
        await rows.listed(notice, lock=True)


async def join(
    session: AsyncSession, library: Library, clock: Clock, leaving: str, staying: str
) -> None:
    """Of the sign-ups of two workers to one list one person has one: that which came first.

    Which worker it belongs to by then is the caller's to say, as of all that is moved.
    """
    rows = SignupRepository(session)
    for notice in await rows.lists_of([leaving]):
        listed = await rows.listed(notice, lock=True)
        theirs, mine = await rows.of(notice, leaving), await rows.of(notice, staying)
        if theirs is None or mine is None or listed is None:
            continue
        kept, dropped = sorted((theirs, mine), key=_place)
        if kept.state != CANCELLED:
            kept.contact = kept.contact or dropped.contact
        if dropped.state != CANCELLED:
            await moving.free(session, library, clock, listed, dropped)
        await rows.delete(dropped)


def _place(row: Signup) -> tuple[bool, int]:
    return row.state == CANCELLED, row.number
