"""Workers: who chats, what he told of himself, what is stored of him, and deleting it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Worker
from db.repositories.case_parts import CasePartRepository
from db.repositories.case_tries import CaseTryRepository
from db.repositories.cases import CaseRepository
from db.repositories.handovers import HandoverRepository
from db.repositories.notice_answers import NoticeAnswerRepository
from db.repositories.outbox import OutboxRepository
from db.repositories.turns import DialogueRepository, TurnRepository
from db.repositories.workers import WorkerRepository
from kit.clock import Clock
from kit.errors import NotFound
from services import (
    consents,
    deadlines,
    districts,
    links,
    photos,
    recordings,
    signups,
    vault,
)
from services.handovers import ending
from services.rest_stops import proposals, reports, sketches, waits
from services.scene import FORMS
from services.turns import Channel, Turn

TRADES = ("rider", "courier", "ride_hailing_driver", "truck_driver", "livestreamer")


@dataclass(frozen=True)
class Stored:
    """What is stored of a worker."""

    trade: str | None
    platform: str | None
    area: str | None
    cases: int
    contacts: int
    additions: int
    supported: int
    draft: bool
    region: str | None
    news: int
    by_profile: bool
    notice_replies: int
    signups: int
    signup_contacts: int
    reports: int
    proposals: int
    talked: int
    deadlines: int
    waits: int
    channels: tuple[Channel, ...]


async def get(session: AsyncSession, worker_id: str) -> Worker:
    """A worker's row."""
    worker = await WorkerRepository(session).by_id(worker_id)
    if worker is None:
        raise NotFound
    return worker


async def stored(session: AsyncSession, clock: Clock, worker_id: str) -> Stored:
    """What is stored of a worker, for himself to read."""
    worker = await get(session, worker_id)
    state = await DialogueRepository(session).of(worker_id, clock())
    signed_up, reachable = await signups.count_of_worker(session, worker_id)
    return Stored(
        trade=worker.trade,
        platform=worker.platform,
        area=worker.area,
        cases=await CaseRepository(session).count_of_worker(worker_id),
        contacts=await CaseRepository(session).count_contacts(worker_id),
        additions=await CasePartRepository(session).count_additions(worker_id),
        supported=await CasePartRepository(session).count_supported(worker_id),
        draft=bool(state.drafts or state.name in FORMS),
        region=state.region,
        by_profile=worker.told_at is not None,
        notice_replies=await NoticeAnswerRepository(session).count_said(worker_id),
        signups=signed_up,
        signup_contacts=reachable,
        news=await OutboxRepository(session).count_news(worker_id),
        reports=await reports.count(session, worker_id),
        proposals=await proposals.count(session, worker_id),
        talked=await HandoverRepository(session).count_words_of(worker_id),
        deadlines=await deadlines.count(session, worker_id),
        waits=await waits.count(session, worker_id),
        channels=await links.channels(session, worker_id),
    )


async def forget(session: AsyncSession, library: Library, clock: Clock, turn: Turn) -> None:
    """Delete what is stored of the worker of this turn. What he handed in stays, without a thread
    to him. A chat that he linked begins anew, and so does this one; it is told why.
    """
    worker_id = turn.worker_id
    # First: until his lists are held, a place that comes free may bring him one more message.
    await signups.forget_worker(session, library, clock, worker_id)
    await CaseRepository(session).forget_worker(worker_id)
    await CasePartRepository(session).forget_worker(worker_id)
    await CaseTryRepository(session).forget_worker(worker_id)
    await ending.forget_worker(session, clock, worker_id)
    await vault.forget_worker(session, worker_id)
    await OutboxRepository(session).forget_worker(worker_id)
    await links.part(session, library, clock, turn, "links.news_deleted")
    await NoticeAnswerRepository(session).forget_worker(worker_id)
    await WorkerRepository(session).forget_consents(worker_id)
    await photos.SHELF.forget_worker(session, worker_id)
    await recordings.SHELF.forget_worker(session, worker_id)
    await reports.forget_worker(session, worker_id)
    await deadlines.forget_worker(session, worker_id)
    await waits.forget_worker(session, worker_id)
    await proposals.forget_worker(session, worker_id)
    await sketches.forget_worker(session, worker_id)
    await DialogueRepository(session).forget_worker(worker_id)
    await TurnRepository(session).forget_worker(worker_id, but=turn.id)
    worker = await get(session, worker_id)
    worker.trade = worker.platform = worker.area = worker.told_at = None
    worker.province = worker.city = worker.district = None
    # Until he writes again nobody writes to him.
    worker.forgotten_at = clock()


def note_area(library: Library, worker: Worker, area: str, region: str | None) -> bool:
    """Note the area that a worker names, with its district or city; False where it is not known.

    `region` is the one he asked about last: 南沙区 alone may be in 广州 or in 三沙.
    """
    known = districts.of_china()
    found = known.named_in(area) or known.named_in(f"{region or ''}{area}")
    if found is not None:
        names: tuple[str | None, ...] = (found.province, found.city, found.district)
    else:
        places = {(place.city, place.district) for place in library.places_named(area)}
        city, district = places.pop() if len(places) == 1 else (library.region_in(area), None)
        if city is None:
            return False
        province = library.province_of(city)
        names = (province, city if city != province else None, district)
    worker.area = area
    worker.province, worker.city, worker.district = names
    return True


async def let_notices_go_by_profile(
    session: AsyncSession, clock: Clock, worker_id: str, *, is_on: bool
) -> None:
    """Record whether notices may be chosen by trade, platform and area."""
    worker = await get(session, worker_id)
    worker.told_at = clock() if is_on else None
    decide = consents.give if is_on else consents.withdraw
    await decide(session, clock, worker_id, consents.PROFILE)
