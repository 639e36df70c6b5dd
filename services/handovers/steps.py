"""The staff's side of a talk: take it, write, pass it on, give it back, end it."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover
from db.repositories.handovers import HandoverRepository
from db.repositories.staff import StaffRepository
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotFound
from kit.text import tidy
from services.handovers import duty, telling
from services.handovers.duty import need
from services.handovers.ending import BY_STAFF, close_and_tell, set_free
from services.handovers.rows import (
    CLOSED,
    FREE,
    IDLE,
    SILENT,
    TAKEN,
    UNTAKEN,
    append,
    note,
    stop_waiting,
    wait,
)
from services.staff.actors import Actor
from services.turns import Reply

TEXT_MOST = 1000
CASE_KINDS = ("suggestion", "hazard")


class NotYours(AppError):
    """Somebody else has the talk, or nobody has it, or it is over."""

    key = "handover_staff.taken_by"
    status = 409


async def found(session: AsyncSession, talk_id: str, *, lock: bool = False) -> Handover:
    """A talk; raises NotFound."""
    talk = None
    if talk_id.isascii() and talk_id.isalnum():
        talk = await HandoverRepository(session).by_id(talk_id, lock=lock)
    if talk is None:
        raise NotFound("handover_staff.no_such_talk")
    return talk


async def take(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, talk_id: str
) -> None:
    """Take a talk that nobody has; raises NotYours, which says who was faster."""
    need(actor)
    talk = await found(session, talk_id)
    if not await HandoverRepository(session).take(talk.id, FREE, actor.id):
        await _own(session, actor, talk_id)
        return  # it was his already
    talk = await found(session, talk_id, lock=True)
    talk.unanswered_since = clock()
    await note(session, clock, talk, "taken", by=actor.id)
    await stop_waiting(session, talk, UNTAKEN)
    for kind in (SILENT, IDLE):
        await wait(session, library, clock, talk, kind)
    if talk.is_live:
        back = telling.button(library, "handovers.back_title", telling.BACK)
        reply = Reply(library.say("handovers.taken"), (back,))
        await telling.tell(session, clock, talk, reply)


async def write(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    talk_id: str,
    *,
    text: str,
    form: str,
    case_kind: str | None = None,
) -> None:
    """Say something to the worker; the same form again says nothing more.

    With a `case_kind` it is what he may hand in himself, by a button below it.
    """
    need(actor)
    talk = await _own(session, actor, talk_id)
    if form and await HandoverRepository(session).has_form(form):
        return
    words = tidy(text)
    if not 0 < len(words) <= TEXT_MOST:
        raise BadInput("handover_staff.bad_text", most=TEXT_MOST)
    if case_kind is not None and case_kind not in CASE_KINDS:
        raise BadInput("handover_staff.bad_kind")
    word = await append(
        *(session, clock, talk),
        staff_id=actor.id,
        words=words,
        case_kind=case_kind,
        form=form or None,
    )
    talk.unanswered_since = None
    await stop_waiting(session, talk, SILENT)
    await wait(session, library, clock, talk, IDLE)
    buttons = []
    if case_kind is not None:
        args = {"talk": talk.id, "number": word.number}
        buttons.append(telling.button(library, "handovers.hand_in_title", telling.HAND_IN, **args))
    if not talk.is_live:
        buttons.append(telling.button(library, "handovers.join_title", telling.JOIN))
    key = "handovers.staff_proposes" if case_kind else "handovers.staff_says"
    reply = Reply(library.say(key, text=words), tuple(buttons))
    await telling.send(session, clock, talk, word.number, reply)


async def pass_on(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, talk_id: str, *, to: str
) -> None:
    """Give a talk of one's own to a colleague who is there."""
    need(actor)
    talk = await _own(session, actor, talk_id)
    if to == actor.id or to not in await duty.there(session, clock):
        raise BadInput("handover_staff.not_there")
    talk.taken_by, talk.unanswered_since = to, clock()
    await note(session, clock, talk, "passed", by=actor.id, to=to)
    for kind in (SILENT, IDLE):
        await wait(session, library, clock, talk, kind)
    if talk.is_live:
        reply = Reply(library.say("handovers.passed"))
        await telling.tell(session, clock, talk, reply)


async def give_back(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, talk_id: str
) -> None:
    """Put a talk of one's own back to the front of the queue."""
    need(actor)
    talk = await _own(session, actor, talk_id)
    await note(session, clock, talk, "given_back", by=actor.id)
    await set_free(session, library, clock, talk, "handovers.given_back")


async def end(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, talk_id: str, *, why: str
) -> None:
    """End a talk of one's own, with a reason."""
    need(actor)
    talk = await _own(session, actor, talk_id)
    if why not in BY_STAFF:
        raise BadInput("handover_staff.needs_reason")
    await close_and_tell(session, library, clock, talk, why, by=actor.id)


async def _own(session: AsyncSession, actor: Actor, talk_id: str) -> Handover:
    """A talk that this member of staff has, held until the commit; raises NotYours."""
    talk = await found(session, talk_id, lock=True)
    if talk.state == CLOSED:
        raise NotYours("handover_staff.over")
    if talk.state != TAKEN or talk.taken_by is None:
        raise NotYours("handover_staff.free")
    if talk.taken_by != actor.id:
        names = await StaffRepository(session).names([talk.taken_by])
        raise NotYours(name=names.get(talk.taken_by, ""))
    return talk
