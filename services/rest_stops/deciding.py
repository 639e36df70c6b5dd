"""Staff decide on the places that workers proposed: a stop is made of one, or it is declined."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow, StopProposal
from db.repositories.rest_stops import RestStopRepository
from db.repositories.staff import StaffRepository
from db.repositories.stop_proposals import StopProposalRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import NotAllowed, NotFound
from kit.text import shorten
from services import outbox
from services.masking import masked
from services.rest_stops import editing, fields, reach
from services.rest_stops.columns import DERIVED
from services.rest_stops.fields import BadFields, Form
from services.rest_stops.importing import values as stop_values
from services.rest_stops.proposals import ACCEPTED, DECLINED, STATES, WAITING, point
from services.staff.actors import Actor
from services.turns import Reply

PAGE_SIZE = 50
SUMMARY = 60
TOLD_BACK = 30
SHORT_ID = 12


@dataclass(frozen=True)
class Proposal:
    """A proposal as staff see it: words are masked, and nothing says whose they are."""

    id: str
    subject: str = field(repr=False)
    place: str = field(repr=False)
    offers: str | None = field(repr=False)
    state: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    answer: str | None = field(repr=False)
    stop_id: str | None
    city: str | None = None
    district: str | None = None


@dataclass(frozen=True)
class Page:
    """A page of proposals in one state, the oldest first; `counts` are of all states."""

    items: tuple[Proposal, ...]
    page: int
    pages: int
    counts: Mapping[str, int]


async def page(session: AsyncSession, actor: Actor, state: str, page: int = 1) -> Page:
    """A page of the proposals in his reach in a state; a page out of range gives the nearest."""
    rows, within = StopProposalRepository(session), reach.within(actor, StopProposal)
    counts = {each: await rows.count(each, within) for each in STATES}
    pages = max(1, ceil(counts[state] / PAGE_SIZE))
    page = min(max(page, 1), pages)
    found = await rows.page(state, (page - 1) * PAGE_SIZE, PAGE_SIZE, within=within)
    items = tuple(_proposal(row, None) for row in found)
    return Page(items, page, pages, counts)


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """How many proposals in his reach wait for staff."""
    return await StopProposalRepository(session).count(WAITING, reach.within(actor, StopProposal))


async def show(session: AsyncSession, actor: Actor, proposal_id: str) -> Proposal:
    """One proposal. Raises NotFound, also for one out of his reach."""
    row = await _find(session, actor, proposal_id)
    names = await StaffRepository(session).names([row.decided_by] if row.decided_by else [])
    return _proposal(row, names.get(row.decided_by or ""))


def prefilled(library: Library, clock: Clock, proposal: Proposal) -> dict[str, str]:
    """The form of the stop that would be made of a proposal: what is not known stays empty.

    A position that the worker shared is no address: it fills the point, staff write the address
    and say how exact the point is.
    """
    return fields.as_form(
        library,
        {
            "name": shorten(proposal.subject, stop_values.MOST_IN_A_NAME),
            **_where(proposal.place),
            "city": proposal.city,
            "district": proposal.district,
            "entry": "unknown",
            "status": "open_to_public",
            "confidence": "medium",
            "source": library.say("stop_checks.source_proposal"),
            "published_on": in_shanghai(clock()).date().isoformat(),
        },
    )


async def accept(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    proposal_id: str,
    form: Form,
    *,
    actor: Actor,
) -> str:
    """Make a stop of a proposal and tell its proposer; returns the id of the stop.

    Raises NotFound, NotAllowed when it was decided already, and BadFields, also for a place that
    is on the list or where he does not reach.
    """
    proposal = await _undecided(session, actor, proposal_id)
    now = clock()
    today = in_shanghai(now).date()
    parts = {"id": f"own-{ids.new_id()[:SHORT_ID]}", "published_on": None, "checked_on": today}
    whole = {**fields.as_form(library, {}), **form}
    # A rule that nobody wrote follows from the words.
    written = whole.keys() - {name for name in ("opening_hours",) if not whole[name].strip()}
    values = fields.read(library, today, parts, whole, written)
    if beyond := reach.faults(library, actor, values):
        raise BadFields(beyond)
    stops = RestStopRepository(session)
    twin = await stops.same_as(values["identity"])
    if twin is not None:
        fault = library.say("stop_checks.already_there", name=twin.name, stop=twin.id)
        raise BadFields({"address": fault})
    stop = RestStopRow(**values)
    stops.add(stop)
    signed = editing.Signed(actor.id, library.say("stop_checks.reason_proposal"))
    editing.record(session, clock, stop.id, {"before": {}, "after": _known(values)}, signed)
    await session.flush()
    await stops.count_areas()
    _decide(proposal, ACCEPTED, actor.id, now)
    proposal.stop_id = stop.id
    text = library.say(
        "stop_checks.proposal_accepted", subject=_told_back(proposal), name=stop.name
    )
    await _tell(session, clock, proposal, text)
    return stop.id


async def decline(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    proposal_id: str,
    reason: str,
    *,
    actor: Actor,
) -> None:
    """Leave a proposed place off the map, and tell its proposer why.

    Raises NotFound, NotAllowed when it was decided already, and BadFields for a missing reason.
    """
    proposal = await _undecided(session, actor, proposal_id)
    faults: dict[str, str] = {}
    answer = fields.sentence(library, "answer", reason, faults)
    if faults:
        raise BadFields(faults)
    _decide(proposal, DECLINED, actor.id, clock())
    proposal.answer = answer
    text = library.say(
        "stop_checks.proposal_declined", subject=_told_back(proposal), answer=answer
    )
    await _tell(session, clock, proposal, text)


async def _find(
    session: AsyncSession, actor: Actor, proposal_id: str, *, lock: bool = False
) -> StopProposal:
    could_be = proposal_id.isascii() and proposal_id.isalnum()
    rows = StopProposalRepository(session)
    row = await rows.by_id(proposal_id, lock=lock) if could_be else None
    if row is None or not reach.reaches(actor, row):
        raise NotFound("console.no_such_proposal")
    return row


async def _undecided(session: AsyncSession, actor: Actor, proposal_id: str) -> StopProposal:
    row = await _find(session, actor, proposal_id, lock=True)
    if row.state != WAITING:
        raise NotAllowed("console.proposal_decided")
    return row


def _decide(proposal: StopProposal, state: str, staff_id: str, now: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, staff_id, now


async def _tell(session: AsyncSession, clock: Clock, proposal: StopProposal, text: str) -> None:
    if proposal.worker_id:
        cause = f"stop_proposal:{proposal.id}"
        await outbox.put(session, clock, proposal.worker_id, cause, Reply(text))


def _where(place: str) -> dict[str, Any]:
    """The address of a proposal, or the point of a position that was shared instead of one."""
    here = point(place)
    if here is None:
        return {"address": shorten(place, stop_values.MOST_ON_A_LINE)}
    lat, lon = here
    return {"position": {"lat": lat, "lon": lon, "datum": "wgs84", "accuracy": "none"}}


def _told_back(proposal: StopProposal) -> str:
    return shorten(masked(proposal.subject), TOLD_BACK)


def _proposal(row: StopProposal, decided_by: str | None) -> Proposal:
    return Proposal(
        id=row.id,
        subject=masked(row.subject),
        place=masked(row.place),
        offers=masked(row.offers) if row.offers else None,
        state=row.state,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=decided_by,
        answer=row.answer,
        stop_id=row.stop_id,
        city=row.city,
        district=row.district,
    )


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if value not in (None, (), []) and name not in DERIVED
    }
