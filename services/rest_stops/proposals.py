"""Places that workers think should be stops: handed in to staff, never straight to the map."""

import re
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopProposal
from db.repositories.stop_proposals import StopProposalRepository
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from services import districts
from services.turns import Position

WAITING, ACCEPTED, DECLINED = "waiting", "accepted", "declined"
STATES = (WAITING, ACCEPTED, DECLINED)
# As services/dialogues/positions.py writes a shared position: latitude and longitude in WGS-84.
_POINT = re.compile(r"[（(](-?\d{1,2}\.\d{5}),(-?\d{1,3}\.\d{5})[）)]")


@dataclass(frozen=True)
class Draft:
    """What a worker proposes."""

    subject: str = field(repr=False)
    place: str = field(repr=False)
    offers: str | None = field(default=None, repr=False)


async def hand_in(
    session: AsyncSession, clock: Clock, worker_id: str, turn_id: str, draft: Draft
) -> None:
    """Store what a worker proposes; the same turn never makes a second proposal."""
    proposals = StopProposalRepository(session)
    if await proposals.by_turn(turn_id) is not None:
        return
    worker = await WorkerRepository(session).by_id(worker_id)
    city = worker.city if worker else None
    proposals.add(
        StopProposal(
            id=ids.new_id(),
            worker_id=worker_id,
            turn_id=turn_id,
            subject=draft.subject,
            place=draft.place,
            offers=draft.offers,
            **_area(draft.place, city),
            state=WAITING,
            created_at=clock(),
        )
    )
    await session.flush()


def point(place: str) -> tuple[str, str] | None:
    """Latitude and longitude in WGS-84, as they stand in a place that was shared as a position."""
    found = _POINT.search(place)
    return (found[1], found[2]) if found else None


def _area(place: str, city: str | None) -> dict[str, str | None]:
    """The area of a place: where its point lies, or the one district that it names.

    `city` is where its proposer works, as he told it: districts of several cities share a name.
    """
    here, known = point(place), districts.of_china()
    if here is None:
        area = known.named_in(place) or known.named_in(f"{city or ''}{place}")
    else:
        area = known.at(Position(float(here[0]), float(here[1]), "wgs84"))
    if area is None:
        return {}
    return {"province": area.province, "city": area.city, "district": area.district}


async def count(session: AsyncSession, worker_id: str) -> int:
    """How many proposals are stored of a worker."""
    return await StopProposalRepository(session).count_of_worker(worker_id)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """What a worker proposed stays, without a thread to him."""
    await StopProposalRepository(session).forget_worker(worker_id)
