"""The worker's side of a talk: into the queue, leaving word, speaking, and back to the bot."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover
from db.repositories.handovers import HandoverRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotFound
from services import vault
from services.handovers.ending import close
from services.handovers.rows import (
    CLOSING,
    IDLE,
    LEFT,
    SILENT,
    TAKEN,
    UNTAKEN,
    WAITING,
    append,
    note,
    stop_waiting,
    wait,
)
from services.masking import masker


@dataclass(frozen=True)
class Said:
    """What a worker says: words, the ids of his photos and voices."""

    words: str = field(default="", repr=False)
    photos: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    is_urgent: bool = False


async def is_live(session: AsyncSession, worker_id: str) -> bool:
    """Whether what a worker says now goes to staff, and to nobody else."""
    return await HandoverRepository(session).is_live(worker_id)


async def live_of(session: AsyncSession, worker_id: str) -> Handover | None:
    """The talk that a worker is in, held until the commit; None while the bot answers him."""
    if not await HandoverRepository(session).is_live(worker_id):
        return None
    talk = await HandoverRepository(session).open_of(worker_id, lock=True)
    # Staff may have ended it while we waited for them.
    return talk if talk is not None and talk.is_live else None


async def place_of(session: AsyncSession, talk: Handover) -> int:
    """Which place in the queue a talk has, from 1."""
    return await HandoverRepository(session).count_before(talk) + 1


async def ask(session: AsyncSession, library: Library, clock: Clock, worker_id: str) -> Handover:
    """Put a worker into the queue, with what he left before; who has somebody goes on with him."""
    talk = await _open(session, clock, worker_id, WAITING)
    if talk.state == TAKEN:
        return await _go_on(session, library, clock, talk)
    talk.state = WAITING
    await stop_waiting(session, talk, IDLE)
    await wait(session, library, clock, talk, UNTAKEN)
    await wait(session, library, clock, talk, CLOSING)
    return talk


async def leave_word(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str
) -> Handover:
    """Let what a worker says from now on wait for staff, whenever they come."""
    talk = await _open(session, clock, worker_id, LEFT)
    if talk.state == TAKEN:
        return await _go_on(session, library, clock, talk)
    talk.state = LEFT
    await stop_waiting(session, talk)
    await wait(session, library, clock, talk, IDLE)
    return talk


async def join(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str
) -> Handover | None:
    """Answer staff who wrote to him; None where that talk is over."""
    talk = await HandoverRepository(session).open_of(worker_id, lock=True)
    return None if talk is None else await _go_on(session, library, clock, talk)


async def hear(
    session: AsyncSession, library: Library, clock: Clock, talk: Handover, said: Said
) -> None:
    """Put what a worker says into the talk: masked for staff, sealed as he wrote it."""
    original = None
    if said.words and talk.worker_id is not None:
        original = await vault.seal(session, talk.worker_id, said.words)
    await append(
        *(session, clock, talk),
        words=masker(library)(said.words) if said.words else None,
        original=original,
        photos=list(said.photos),
        recordings=list(said.recordings),
        is_urgent=said.is_urgent,
    )
    talk.is_urgent = talk.is_urgent or said.is_urgent
    if talk.state == TAKEN and talk.unanswered_since is None:
        talk.unanswered_since = clock()
        await wait(session, library, clock, talk, SILENT)
    if talk.state in {TAKEN, LEFT}:
        await wait(session, library, clock, talk, IDLE)


async def go_back(session: AsyncSession, clock: Clock, talk: Handover) -> bool:
    """Let the bot answer again; returns whether what he left waits for staff all the same."""
    if talk.state == LEFT and await HandoverRepository(session).has_words(talk.id):
        talk.is_live = False
        await stop_waiting(session, talk)
        return True
    await close(session, clock, talk, "worker")
    return False


async def hand_in(
    session: AsyncSession, clock: Clock, worker_id: str, talk_id: str, number: int
) -> tuple[str, str]:
    """What staff wrote for him to hand in: its kind and words. The talk is over with it.

    Raises NotFound where it is gone or not his.
    """
    talks = HandoverRepository(session)
    talk = await talks.by_id(talk_id, lock=True)
    word = await talks.word(talk_id, number)
    if talk is None or talk.worker_id != worker_id or word is None or not word.case_kind:
        raise NotFound("talk.choice_past")
    if talk.closed_at is None:
        await close(session, clock, talk, "case")
    return word.case_kind, word.words or ""


async def _go_on(
    session: AsyncSession, library: Library, clock: Clock, talk: Handover
) -> Handover:
    """Let what he says go to staff again, in whatever state his talk is."""
    talk.is_live = True
    await wait(session, library, clock, talk, IDLE)
    if talk.state == TAKEN:
        await wait(session, library, clock, talk, CLOSING)
    return talk


async def _open(session: AsyncSession, clock: Clock, worker_id: str, state: str) -> Handover:
    talks, now = HandoverRepository(session), clock()
    talk = await talks.open_of(worker_id, lock=True)
    if talk is None:
        talk = Handover(
            id=ids.new_id(),
            worker_id=worker_id,
            state=state,
            is_live=True,
            is_urgent=False,
            opened_at=now,
            last_at=now,
        )
        talks.add(talk)
        await session.flush()
        await note(session, clock, talk, "asked")
    talk.is_live = True
    return talk
