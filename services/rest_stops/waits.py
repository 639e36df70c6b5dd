"""Who found a stop shut and wants to hear, once, when it is open again.

Staff say so by a look at it or by bringing it back to the map, people at the door by finding it
open. Whoever gets the staff's answer to his report waits no more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import StopWait
from db.repositories.reminders import StopWaitRepository
from db.repositories.rest_stops import RestStopRepository
from db.repositories.stop_reports import StopReportRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import NotFound
from services import outbox
from services.rest_stops import cards, reports
from services.rest_stops.standing import SHUT, open_again
from services.turns import Reply
from services.windows import wait_until

AT_ONCE = 200
Why = Literal["staff", "voices"]


@dataclass(frozen=True)
class Waiting:
    """A stop that a worker waits for, until the end of which day."""

    stop_id: str
    name: str
    until: date


async def wait(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str, stop_id: str
) -> Waiting:
    """Let a worker hear when a stop is open again; asking again begins anew.

    Raises NotFound for a stop that is not on the map.
    """
    stop = await RestStopRepository(session).by_id(stop_id)
    if stop is None or stop.status == "withdrawn":
        raise NotFound("rest_stops.report_gone")
    rows, now = StopWaitRepository(session), clock()
    until = now + timedelta(days=library.reminders.stop_days)
    row = await rows.of(worker_id, stop_id)
    if row is None:
        row = StopWait(id=ids.new_id(), worker_id=worker_id, stop_id=stop_id)
        rows.add(row)
    row.asked_at, row.expires_at, row.was_gone = now, until, False
    await session.flush()
    return Waiting(stop_id, stop.name, in_shanghai(until).date())


async def of_worker(session: AsyncSession, worker_id: str) -> Sequence[Waiting]:
    """What a worker waits for, the oldest wait first."""
    found = await StopWaitRepository(session).of_worker(worker_id)
    return [Waiting(row.stop_id, name, in_shanghai(row.expires_at).date()) for row, name in found]


async def is_waiting(session: AsyncSession, worker_id: str, stop_id: str) -> bool:
    """Whether a worker waits for a stop."""
    return await StopWaitRepository(session).of(worker_id, stop_id) is not None


async def end(session: AsyncSession, worker_ids: Iterable[str], stop_id: str) -> None:
    """These wait for a stop no more: they know, or do not want to."""
    for worker_id in worker_ids:
        await StopWaitRepository(session).drop(worker_id, stop_id)


async def count(session: AsyncSession, worker_id: str) -> int:
    """For how many stops a worker waits."""
    return await StopWaitRepository(session).count(worker_id)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """End a worker's waits."""
    await StopWaitRepository(session).forget_worker(worker_id)


async def tick(session: AsyncSession, library: Library, clock: Clock) -> int:
    """Tell those whose stop is open again, unless it is an hour in which nobody is told anything;
    says how many waits that ended. What is so is asked when it is told, and not before.
    """
    rows, now = StopWaitRepository(session), clock()
    await rows.expire(now)
    await rows.note_gone()
    if wait_until(now, library.notices.limits.windows) > now:
        return 0
    found: list[tuple[StopWait, Why]] = [
        (row, "staff") for row in await rows.claim_looked_at(SHUT, AT_ONCE)
    ]
    spoken_for = await rows.spoken_for()
    said = reports.voices(await StopReportRepository(session).unsettled(spoken_for))
    for stop_id, voices in said.items():
        at = open_again(voices)
        if at is not None:
            claimed = await rows.claim_found_open(stop_id, at, AT_ONCE)
            found += [(row, "voices") for row in claimed]
    for row, why in found:
        await _tell(session, library, clock, row, why)
    return len(found)


async def _tell(
    session: AsyncSession, library: Library, clock: Clock, row: StopWait, why: Why
) -> None:
    [card] = await cards.cards(session, library, clock, [row.stop_id])
    text = library.say(f"rest_stops.open_again_{why}", name=card.name)
    # Its buttons are for who stands at the door.
    reply = Reply(text, cards=(replace(card, choices=()),))
    await outbox.remind(session, clock, row.worker_id, f"stop:{row.id}", reply)
