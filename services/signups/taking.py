"""What a worker does: signs up, cancels, and asks where he stands."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Signup, SignupList
from db.repositories.signups import ACTIVE, WAITING, SignupRepository
from kit.clock import Clock
from kit.errors import NotAllowed, NotFound
from services.signups import moving
from services.signups.values import Offered, Standing, moment

SHOWN = 10
SHOWN_FOR = timedelta(days=30)  # after a list closed


async def sign_up(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str, notice: int
) -> Standing:
    """Put a worker on the list, or tell where he stands on it already.

    Raises NotFound for a notice that offers nothing, NotAllowed for one that is closed, stopped
    or recalled.
    """
    rows, listed = SignupRepository(session), await _held(session, notice)
    row = await rows.of(notice, worker_id)
    if row is None or row.state not in ACTIVE:
        await _need_open(session, library, clock, listed)
        if row is None:
            row = Signup(notice=notice, worker_id=worker_id)
            rows.add(row)
        listed.last_number += 1
        row.number, row.state, row.at = listed.last_number, WAITING, clock()
        await moving.move_up(session, library, clock, listed, but=worker_id)
    return await _stands(session, clock, listed, row, await rows.title(notice))


async def cancel(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str, notice: int
) -> str:
    """Take a worker off the list; the next one moves up. Returns what the notice is called.

    Raises NotFound where he does not stand on it.
    """
    listed = await _held(session, notice)
    row = await _own(session, notice, worker_id)
    await moving.free(session, library, clock, listed, row)
    return await SignupRepository(session).title(notice)


async def standing(session: AsyncSession, clock: Clock, worker_id: str, notice: int) -> Standing:
    """Where a worker stands. Raises NotFound where he does not."""
    rows = SignupRepository(session)
    listed = await rows.listed(notice)
    if listed is None:
        raise NotFound("signups.not_on_it", notice=notice)
    row = await _own(session, notice, worker_id)
    return await _stands(session, clock, listed, row, await rows.title(notice))


async def is_on_list(session: AsyncSession, worker_id: str, notice: int) -> bool:
    """Whether a worker is in, or waits."""
    row = await SignupRepository(session).of(notice, worker_id)
    return row is not None and row.state in ACTIVE


async def may_sign_up(session: AsyncSession, clock: Clock, worker_id: str, notice: int) -> bool:
    """Whether a notice is open to a worker who does not stand on its list."""
    rows = SignupRepository(session)
    listed = await rows.listed(notice)
    if listed is None or not moving.is_open(listed, clock()):
        return False
    return not await is_on_list(session, worker_id, notice)


async def of_worker(session: AsyncSession, clock: Clock, worker_id: str) -> Sequence[Standing]:
    """What a worker signed up for and is not long over, newest first."""
    rows = SignupRepository(session)
    found = await rows.of_worker(worker_id, clock() - SHOWN_FOR, SHOWN)
    return [await _stands(session, clock, listed, row, title) for row, listed, title in found]


async def open_to(session: AsyncSession, clock: Clock, worker_id: str) -> Sequence[Offered]:
    """What a worker was sent and may still sign up for, newest first."""
    found = await SignupRepository(session).open_to(worker_id, clock(), SHOWN)
    return [Offered(*row) for row in found]


async def count_of_worker(session: AsyncSession, worker_id: str) -> tuple[int, int]:
    """How often a worker is signed up, and how often with a contact."""
    return await SignupRepository(session).count_of_worker(worker_id)


async def _held(session: AsyncSession, notice: int) -> SignupList:
    """The list, for ourselves until the commit."""
    listed = await SignupRepository(session).listed(notice, lock=True)
    if listed is None:
        raise NotFound("signups.none_offered", notice=notice)
    return listed


async def _own(session: AsyncSession, notice: int, worker_id: str) -> Signup:
    row = await SignupRepository(session).of(notice, worker_id)
    if row is None or row.state not in ACTIVE:
        raise NotFound("signups.not_on_it", notice=notice)
    return row


async def _need_open(
    session: AsyncSession, library: Library, clock: Clock, listed: SignupList
) -> None:
    if listed.ended is not None:
        raise NotAllowed(f"signups.{listed.ended}", notice=listed.notice)
    if not moving.is_open(listed, clock()):
        title = await SignupRepository(session).title(listed.notice)
        closes = moment(library, listed.closes_at)
        raise NotAllowed("signups.closed", title=title, closes=closes)


async def _stands(
    session: AsyncSession, clock: Clock, listed: SignupList, row: Signup, title: str
) -> Standing:
    waits = row.state == WAITING
    ahead = await SignupRepository(session).ahead(row.notice, row.number) if waits else 0
    return Standing(
        notice=row.notice,
        title=title,
        number=row.number,
        state=row.state,
        left=None if listed.places is None else listed.places - listed.taken,
        ahead=ahead,
        closes_at=listed.closes_at,
        ended=listed.ended,
        is_open=moving.is_open(listed, clock()),
    )
