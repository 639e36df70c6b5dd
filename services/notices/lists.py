"""The list of a notice as staff keep it: who is on it, more places, closing it, who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Notice
from db.repositories.signups import SignupRepository
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy
from services import signups
from services.notices import audience, exporting, states
from services.notices.composing import newest
from services.notices.locking import locked
from services.notices.reading import found
from services.notices.steps import Asked
from services.notices.values import draft_of
from services.staff import events
from services.staff.actors import Actor
from services.staff.permissions import Permission

SHOWN = 100
LEAST_REASON, MOST_REASON = 4, 200


@dataclass(frozen=True)
class Entry:
    """One line of a list: no word of who it is. `state` is in or waiting; `came` is None until
    somebody notes it.
    """

    number: int
    state: str
    at: datetime
    came: bool | None
    has_contact: bool


async def entries(
    session: AsyncSession, actor: Actor, number: int, *, page: int = 1
) -> Sequence[Entry]:
    """Who is in and who waits, first come first, a page at a time. Raises NotFound, NotAllowed."""
    await _listed(session, actor, number)
    rows = await SignupRepository(session).page(number, (page - 1) * SHOWN, SHOWN)
    return [Entry(*row) for row in rows]


async def take_along(
    session: AsyncSession, clock: Clock, actor: Actor, number: int, file: str
) -> Sequence[Entry]:
    """All of them for a file; that this actor took it is put on record. Raises as `entries` does,
    and BadInput for no such format.
    """
    await _listed(session, actor, number)
    await exporting.taken(session, clock, actor, number, file, kind="signups_taken")
    return [Entry(*row) for row in await SignupRepository(session).page(number, 0, None)]


async def set_places(
    session: AsyncSession, library: Library, clock: Clock, asked: Asked, places: int | None
) -> None:
    """Raise the places, None taking the limit away; who waits moves up and is told.

    With as many as there are it fills what came free after the list closed. Raises BadInput for
    fewer.
    """
    notice = await _kept(session, asked)
    before = await signups.set_places(session, library, clock, notice.number, places)
    if places != before:
        data = {"places": places, "before": before}
        _note(notice, "set_places", asked, clock, data)


async def close(session: AsyncSession, clock: Clock, asked: Asked) -> None:
    """Take no more sign-ups. Raises NotAllowed where none are taken any more."""
    notice = await _kept(session, asked)
    await signups.close(session, clock, notice.number)
    _note(notice, "close_signups", asked, clock)


async def mark_came(
    session: AsyncSession, actor: Actor, number: int, signup: int, *, came: bool | None
) -> None:
    """Note whether somebody came, or with None that it is not known. Raises NotFound."""
    notice = await _listed(session, actor, number)
    _need_reach(notice, actor)
    await signups.mark(session, number, signup, came=came, by=actor.id)


async def reveal(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    number: int,
    numbers: Sequence[int],
    *,
    reason: str,
) -> Mapping[int, str]:
    """How to reach those with these numbers, by number, at most a page of them. Who looked at
    whose and why is put on record.

    Raises BadInput without a reason or a number, NotFound where none of them left anything, and
    vault.BadMasterKey where it was sealed under another master key.
    """
    notice = await _listed(session, actor, number)
    _need_reach(notice, actor)
    why = tidy(reason)
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        raise BadInput("console.reason_missing", least=LEAST_REASON, most=MOST_REASON)
    if not 0 < len(numbers) <= SHOWN:
        raise BadInput("notices.none_chosen")
    left = await signups.unsealed(session, number, numbers)
    if not left:
        raise NotFound("notices.no_contacts")
    events.note(
        *(session, clock(), "signup_contacts_seen"),
        by=actor.id,
        to=None,
        address=actor.address,
        notice=number,
        numbers=list(left),
        reason=why,
    )
    return left


async def _listed(session: AsyncSession, actor: Actor, number: int) -> Notice:
    notice = await found(session, actor, number)
    if await SignupRepository(session).listed(number) is None:
        raise NotFound("notices.no_signups")
    return notice


async def _kept(session: AsyncSession, asked: Asked) -> Notice:
    """The notice, locked, for who may change what it offers."""
    notice = await locked(session, asked.number, asked.seen)
    _need_reach(notice, asked.actor)
    return notice


def _need_reach(notice: Notice, actor: Actor) -> None:
    audience.need_reach(actor, Permission.WRITE_NOTICES, draft_of(newest(notice)).audience)


def _note(
    notice: Notice,
    step: str,
    asked: Asked,
    clock: Clock,
    data: Mapping[str, int | None] | None = None,
) -> None:
    states.append(notice, step, notice.state, asked.actor.id, clock(), note=asked.note, data=data)
