"""What staff see: who waits and for how long, and one talk with its masked words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover, HandoverWord
from db.repositories.handovers import HandoverRepository
from db.repositories.staff import StaffRepository
from kit import ids
from kit.clock import Clock
from kit.text import shorten
from services import photos, recordings
from services.accounts import is_out_of_reach
from services.handovers import duty, hours
from services.handovers.duty import need
from services.handovers.rows import CLOSED, LEFT, TAKEN, WAITING, note
from services.handovers.steps import found
from services.staff.actors import Actor

SHOWN, WORDS_SHOWN, LAST_WORDS = 200, 300, 60
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Item:
    """A talk in a list. `minutes` is how long it waits, or goes on."""

    id: str
    state: str
    is_live: bool
    is_urgent: bool
    opened_at: datetime
    minutes: int
    holder: str | None
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Board:
    """All that is open, oldest first, and who is there."""

    waiting: tuple[Item, ...]
    left: tuple[Item, ...]
    mine: tuple[Item, ...]
    others: tuple[Item, ...]
    closed: tuple[Item, ...]
    there: tuple[str, ...]
    am_there: bool
    is_open: bool


@dataclass(frozen=True)
class Line:
    """Something that was said; without `by` the worker said it. Files by their numbers."""

    number: int
    by: str | None
    at: datetime
    is_urgent: bool
    case_kind: str | None
    photos: tuple[int, ...]
    recordings: tuple[int, ...]
    words: str | None = field(repr=False)


@dataclass(frozen=True)
class Happening:
    """Something that was done with a talk; without `by` the worker did it, or the clock."""

    kind: str
    at: datetime
    by: str | None
    to: str | None


@dataclass(frozen=True)
class Thread:
    """One talk. `form` is a new token for what is written next, `is_gone` says that its worker
    closed the chat: nothing arrives.
    """

    item: Item
    reason: str | None
    is_mine: bool
    is_free: bool
    is_gone: bool
    lines: tuple[Line, ...]
    history: tuple[Happening, ...]
    colleagues: Mapping[str, str]
    form: str


async def board(session: AsyncSession, library: Library, clock: Clock, actor: Actor) -> Board:
    """The queue as a member of staff sees it."""
    need(actor)
    talks, now = HandoverRepository(session), clock()
    rows = await talks.in_states([WAITING, LEFT, TAKEN], SHOWN)
    closed = await talks.closed_of(actor.id, now - LATELY, 10)
    # What is being left is not done yet.
    shown = [*(row for row in rows if row.state != LEFT or not row.is_live), *closed]
    items = await _items(session, clock, shown)
    there = await duty.there(session, clock)
    own = {row.id for row in rows if row.taken_by == actor.id}
    return Board(
        waiting=tuple(each for each in items if each.state == WAITING),
        left=tuple(each for each in items if each.state == LEFT),
        mine=tuple(each for each in items if each.state == TAKEN and each.id in own),
        others=tuple(each for each in items if each.state == TAKEN and each.id not in own),
        closed=tuple(each for each in items if each.state == CLOSED),
        there=tuple(there.values()),
        am_there=actor.id in there,
        is_open=hours.is_open(library.handovers, library.calendar, now),
    )


async def thread(session: AsyncSession, clock: Clock, actor: Actor, talk_id: str) -> Thread:
    """One talk, for whoever may talk with workers; raises NotFound."""
    need(actor)
    talk = await found(session, talk_id)
    (item,) = await _items(session, clock, [talk])
    talks = HandoverRepository(session)
    words = await talks.words(talk.id, WORDS_SHOWN)
    events = await talks.events(talk.id)
    people = {
        *(row.staff_id for row in words),
        *(who for row in events for who in (row.staff_id, row.to_id)),
    }
    names = await StaffRepository(session).names({who for who in people if who})
    there = await duty.there(session, clock)
    worker_id = talk.worker_id
    return Thread(
        item=item,
        reason=talk.reason,
        is_mine=talk.state == TAKEN and talk.taken_by == actor.id,
        is_free=talk.state in {WAITING, LEFT},
        is_gone=worker_id is not None and await is_out_of_reach(session, worker_id),
        lines=_lines(words, names),
        history=tuple(
            Happening(row.kind, row.at, names.get(row.staff_id or ""), names.get(row.to_id or ""))
            for row in events
        ),
        colleagues={who: name for who, name in there.items() if who != actor.id},
        form=ids.new_token(),
    )


async def file_of(
    session: AsyncSession, clock: Clock, actor: Actor, talk_id: str, *, kind: str, number: int
) -> str | None:
    """The digest of a photo or voice of a talk; that this member of staff opened it is noted.

    None where it is deleted: what belongs to no case is not kept for long.
    """
    need(actor)
    talk = await found(session, talk_id, lock=True)
    words = await HandoverRepository(session).words(talk.id, WORDS_SHOWN)
    sent = [each for word in words for each in (getattr(word, kind))]
    if talk.worker_id is None or not 1 <= number <= len(sent):
        return None
    shelf = photos.SHELF if kind == "photos" else recordings.SHELF
    digest = await shelf.digest_of(session, talk.worker_id, sent[number - 1])
    if digest is not None:
        await note(session, clock, talk, f"saw_{kind}", by=actor.id)
    return digest


async def _items(session: AsyncSession, clock: Clock, rows: Sequence[Handover]) -> list[Item]:
    names = await StaffRepository(session).names({row.taken_by for row in rows if row.taken_by})
    last = await HandoverRepository(session).last_words([row.id for row in rows])
    now = clock()
    return [
        Item(
            id=row.id,
            state=row.state,
            is_live=row.is_live,
            is_urgent=row.is_urgent,
            opened_at=row.opened_at,
            minutes=int(((row.closed_at or now) - row.opened_at).total_seconds()) // 60,
            holder=names.get(row.taken_by or ""),
            words=shorten(last[row.id].words or "", LAST_WORDS) if row.id in last else None,
        )
        for row in rows
    ]


def _lines(words: Sequence[HandoverWord], names: Mapping[str, str]) -> tuple[Line, ...]:
    lines = []
    photos_seen = recordings_seen = 0
    for word in words:
        first_photo, first_recording = photos_seen + 1, recordings_seen + 1
        photos_seen += len(word.photos)
        recordings_seen += len(word.recordings)
        lines.append(
            Line(
                number=word.number,
                by=names.get(word.staff_id or ""),
                at=word.at,
                is_urgent=word.is_urgent,
                case_kind=word.case_kind,
                photos=tuple(range(first_photo, photos_seen + 1)),
                recordings=tuple(range(first_recording, recordings_seen + 1)),
                words=word.words,
            )
        )
    return tuple(lines)
