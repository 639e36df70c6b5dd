"""What a list offers: as it was approved, as staff change it, and when it is over."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import SignupList
from db.repositories.signups import CANCELLED, WAITING, SignupRepository
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed, NotFound
from services.signups import moving
from services.signups.values import MOST_PLACES, Counts, Offer

MOST_AHEAD = timedelta(days=366)


async def look(session: AsyncSession, notice: int) -> Counts | None:
    """What the list of a notice comes to; None where there is none (yet)."""
    rows = SignupRepository(session)
    listed = await rows.listed(notice)
    if listed is None:
        return None
    counts = await rows.counts(notice)
    return Counts(
        places=listed.places,
        closes_at=listed.closes_at,
        ended=listed.ended,
        taken=listed.taken,
        waiting=counts.get(WAITING, 0),
        cancelled=counts.get(CANCELLED, 0),
    )


async def check(
    session: AsyncSession, clock: Clock, offer: Offer, notice: int | None = None
) -> None:
    """Raise BadInput for an offer that cannot be made now.

    It closes later than now and within a year, or just when the list closed that there is: what
    is over may still be corrected. It has no fewer places than are taken.
    """
    listed = await SignupRepository(session).listed(notice) if notice is not None else None
    now, places = clock(), offer.places
    is_same = listed is not None and listed.closes_at == offer.closes_at
    if not is_same and not now < offer.closes_at <= now + MOST_AHEAD:
        raise BadInput("notices.bad_closing")
    if places is None:
        return
    if not 1 <= places <= MOST_PLACES:
        raise BadInput("notices.bad_places", most=MOST_PLACES)
    if listed is not None and places < listed.taken:
        raise BadInput("notices.too_few_places", taken=listed.taken)


async def set_up(
    session: AsyncSession, library: Library, clock: Clock, notice: int, offer: Offer | None
) -> None:
    """Make the list what was just approved; without an offer it closes. Raises as `check` does."""
    rows = SignupRepository(session)
    listed = await rows.listed(notice, lock=True)
    if offer is None:
        if listed is not None:
            _close(listed, clock())
        return
    await check(session, clock, offer, notice)
    if listed is None:
        listed = SignupList(notice=notice, taken=0, last_number=0)
        rows.add(listed)
    listed.places, listed.closes_at = offer.places, offer.closes_at
    if moving.is_open(listed, clock()):
        await moving.move_up(session, library, clock, listed)
    await session.flush()


async def set_places(
    session: AsyncSession, library: Library, clock: Clock, notice: int, places: int | None
) -> int | None:
    """Raise the places, None taking the limit away; returns how many there were.

    Who waits moves up, and after the list closed as well: that is how staff fill what came free
    since. Raises BadInput for fewer than there are, NotAllowed where it is over.
    """
    listed = await _held(session, notice)
    before = listed.places
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise BadInput("notices.bad_places", most=MOST_PLACES)
    if before is None or (places is not None and places < before):
        raise BadInput("notices.only_more_places")
    listed.places = places
    await moving.move_up(session, library, clock, listed)
    return before


async def close(session: AsyncSession, clock: Clock, notice: int) -> None:
    """Take no more sign-ups from now on. Raises NotAllowed where none are taken any more."""
    listed = await _held(session, notice)
    if not moving.is_open(listed, clock()):
        raise NotAllowed("notices.cannot_move")
    _close(listed, clock())
    await session.flush()


async def end(session: AsyncSession, notice: int, reason: str) -> None:
    """Its notice was stopped or recalled: nobody signs up or moves up any more."""
    listed = await SignupRepository(session).listed(notice, lock=True)
    if listed is not None:
        listed.ended = reason
        await session.flush()


async def mark(
    session: AsyncSession, notice: int, number: int, *, came: bool | None, by: str
) -> None:
    """Note whether somebody who was in came, or with None that it is not known.

    Raises NotFound for a number that is not in.
    """
    rows = SignupRepository(session)
    # Held, so that a cancellation at this moment cannot leave a mark behind.
    await rows.listed(notice, lock=True)
    row = next(iter(await rows.some(notice, [number])), None)
    if row is None or row.state != moving.IN:
        raise NotFound("notices.no_such_signup")
    row.came, row.marked_by = came, None if came is None else by
    await session.flush()


def _close(listed: SignupList, now: datetime) -> None:
    """In whole minutes, as forms know them: a correction may name the same moment."""
    listed.closes_at = min(listed.closes_at, now.replace(second=0, microsecond=0))


async def _held(session: AsyncSession, notice: int) -> SignupList:
    listed = await SignupRepository(session).listed(notice, lock=True)
    if listed is None:
        raise NotFound("notices.no_signups")
    if listed.ended is not None:
        raise NotAllowed("notices.cannot_move")
    return listed
