"""Steps of a notice that is written: submitted, approved by another, held, taken up, stopped."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Notice
from db.repositories.notices import NoticeRepository
from db.repositories.outbox import OutboxRepository
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed
from kit.text import tidy
from services import signups
from services.notices import audience, states
from services.notices.composing import newest
from services.notices.locking import Stale, locked
from services.notices.values import draft_of
from services.staff.actors import Actor
from services.staff.permissions import Permission

NOTE_MOST = 500


@dataclass(frozen=True)
class Asked:
    """Who asks for a step of a notice, as he saw it: the newest event, and why."""

    actor: Actor
    number: int
    seen: int | None = None
    note: str | None = None


async def submit(session: AsyncSession, clock: Clock, asked: Asked) -> None:
    """Ask for approval. Raises BadInput where what it offers is over by now."""
    notice = await begun(session, asked, "submit")
    offer = draft_of(newest(notice)).offer
    if offer is not None:
        await signups.check(session, clock, offer, notice.number)
    states.append(notice, "submit", states.WAITING, asked.actor.id, clock(), note=asked.note)


async def approve(
    session: AsyncSession, library: Library, clock: Clock, asked: Asked, digest: str
) -> None:
    """Approve the version with this digest, and no other. What it offers may be signed up for as
    soon as it reaches anybody.

    Raises Stale where that is not the newest, NotAllowed for whoever wrote any version of it, and
    for an urgent one without the permission for that, BadInput where what it offers is over.
    """
    notice = await begun(session, asked, "approve")
    version = newest(notice)
    if version.digest != digest:
        raise Stale(by="edit")
    reason = why_not(notice, asked.actor)
    if reason is not None:
        raise NotAllowed(reason)
    version.approved_by, version.approved_at = asked.actor.id, clock()
    notice.approved = version.number
    # The version first: the database holds state and version together.
    await session.flush()
    states.append(notice, "approve", states.APPROVED, asked.actor.id, clock(), note=asked.note)
    await signups.set_up(session, library, clock, notice.number, draft_of(version).offer)


def why_not(notice: Notice, actor: Actor) -> str | None:
    """Why this actor cannot approve the newest version, as a message's key; None: he can."""
    version = newest(notice)
    if any(each.author_id == actor.id for each in notice.versions):
        return "notices.own"
    reach = draft_of(version).audience
    if version.urgent and not audience.reaches(actor, Permission.APPROVE_URGENT, reach):
        return "notices.urgent_needs_more"
    return None


async def send_back(session: AsyncSession, clock: Clock, asked: Asked) -> None:
    """Give it back to its author, saying why."""
    notice = await begun(session, asked, "send_back")
    states.append(notice, "send_back", states.DRAFT, asked.actor.id, clock(), note=asked.note)


async def pause(session: AsyncSession, clock: Clock, asked: Asked) -> None:
    """Make no more rows until it is taken up again; what has been made (a batch) still goes."""
    notice = await begun(session, asked, "pause")
    states.append(notice, "pause", states.PAUSED, asked.actor.id, clock(), note=asked.note)


async def resume(session: AsyncSession, clock: Clock, asked: Asked) -> None:
    """Go on where it was held. What a rule missed meanwhile comes once."""
    notice = await begun(session, asked, "resume")
    goings = await NoticeRepository(session).occurrences(notice.number)
    under_way = any(each.state == "sending" for each in goings)
    after = states.SENDING if under_way else states.SCHEDULED
    states.append(notice, "resume", after, asked.actor.id, clock(), note=asked.note)


async def stop(session: AsyncSession, clock: Clock, asked: Asked) -> int:
    """End it for good: no more rows, and those that wait are not sent. Returns how many waited."""
    notice = await begun(session, asked, "stop")
    held = await hold_back(session, notice, states.STOPPED)
    await signups.end(session, notice.number, states.STOPPED)
    data = {"held_back": held}
    states.append(
        notice, "stop", states.STOPPED, asked.actor.id, clock(), note=asked.note, data=data
    )
    return held


async def hold_back(session: AsyncSession, notice: Notice, reason: str) -> int:
    """Drop the moments to come, and the rows that nobody sends at the moment."""
    rows = NoticeRepository(session)
    goings = await rows.occurrences(notice.number)
    await rows.drop_moments(notice.number, ("waiting", "sending"))
    return await OutboxRepository(session).hold_back([each.id for each in goings], reason)


async def begun(session: AsyncSession, asked: Asked, step: str) -> Notice:
    """The notice, locked, with everything in favour of the step but its own rules."""
    notice = await locked(session, asked.number, asked.seen)
    rule = states.check(notice, step)
    reach = draft_of(newest(notice)).audience
    if not any(audience.reaches(asked.actor, each, reach) for each in rule.permissions):
        raise NotAllowed("notices.out_of_reach")
    if rule.needs_note and not tidy(asked.note or ""):
        raise BadInput("notices.needs_note")
    if len(asked.note or "") > NOTE_MOST:
        raise BadInput("notices.note_too_long", most=NOTE_MOST)
    return notice
