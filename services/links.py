"""Links: one worker on two channels, by a code shown in one chat and typed in the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Account, ChoiceRow, DialogueRow, LinkCode, LinkTry, Worker
from db.repositories.accounts import AccountRepository
from db.repositories.links import LinkRepository
from db.repositories.outbox import NEWS
from db.repositories.turns import ChoiceRepository, DialogueRepository, TurnRepository
from db.repositories.workers import WorkerRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError, NotFound
from kit.text import bare
from services import outbox, signups
from services.handovers import ending
from services.scene import FORMS
from services.turns import Channel, Choice, Reply, Task, Turn

DIGITS = 6
VALID = timedelta(minutes=10)
# So long an ended code is still known to be one that ended, and not one that never was.
REMEMBERED = timedelta(hours=1)
# How many draws to make for digits that nobody else is shown at the moment.
DRAWS = 20

# Wrong codes in `WINDOW`, by one account and by all. A guess is right once in 1,000,000, so all
# guesses that are taken find one code with 60 / 1,000,000 in the ten minutes that it lives. An
# account costs nothing: it is the second number that protects. Whoever guesses for a whole day
# in which some code is always living gets in with 1 in 116; both chats are told at once, and each
# can undo it.
WINDOW = timedelta(minutes=10)
WRONG_BY_ONE = 5
WRONG_BY_ALL = 60

UNLINK = "links.ask_unlink"
# The choices of a turn's replies count from one, and zero is services/replies.py's. This one
# stands in another chat.
NUMBER_OF_UNLINK = -1

ELSEWHERE: Mapping[Channel, Channel] = {"web": "telegram", "telegram": "web"}


class Refused(AppError):
    """Why these chats are not linked, and what to do; nothing was changed."""

    key = "links.no_such_code"
    status = 409


@dataclass(frozen=True)
class Shown:
    """Digits to be typed in the other chat."""

    code: str
    minutes: int


async def channels(session: AsyncSession, worker_id: str) -> tuple[Channel, ...]:
    """The channels on which a worker is himself; only one while nothing is linked."""
    own = {row.channel for row in await AccountRepository(session).of_worker(worker_id)}
    return tuple(channel for channel in ELSEWHERE if channel in own)


async def linked(session: AsyncSession, turn: Turn) -> Channel | None:
    """The other channel that this worker is linked with, if any."""
    others = [each for each in await channels(session, turn.worker_id) if each != turn.channel]
    return others[0] if others else None


def read_code(text: str) -> str | None:
    """The six digits that a text is, with whatever gaps and width; None where it says more."""
    digits = bare(text).replace(" ", "").replace("-", "")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None


async def show(session: AsyncSession, clock: Clock, turn: Turn) -> Shown:
    """New digits for the chat of this turn; those it was shown before no longer hold."""
    here, others = await _accounts(session, turn)
    _refuse_linked(others)
    links = LinkRepository(session)
    await links.forget_codes([here.id])
    for _ in range(DRAWS):
        code = ids.new_digits(DIGITS)
        if await links.by_code(code) is None:
            row = LinkCode(code=code, account_id=here.id, expires_at=clock() + VALID)
            links.add(row)
            await session.flush()  # The digits must be proved free before they are shown.
            return Shown(code, int(VALID.total_seconds()) // 60)
    raise AppError


async def redeem(
    session: AsyncSession, library: Library, clock: Clock, turn: Turn, code: str
) -> Channel:
    """Link the chat of this turn with the one that was shown these digits; returns its channel.

    The worker of that chat becomes the worker of this turn, who goes on being himself. Raises
    Refused where that may not be; a wrong code is counted all the same.
    """
    here, others = await _accounts(session, turn)
    _refuse_linked(others)
    there = await _account_shown(session, clock, here, code)
    if there.id == here.id:
        raise Refused("links.own_code")
    if there.channel == here.channel:
        raise Refused("links.same_channel")
    leaving, staying = there.worker_id, turn.worker_id
    await signups.hold(session, (leaving, staying))
    await _take_hold(session, leaving)
    await _merge_dialogues(session, clock, leaving, staying)
    await _merge_profiles(session, leaving, staying)
    await LinkRepository(session).forget_codes([here.id, there.id])
    await ending.make_room(session, clock, leaving, staying)
    await signups.join(session, library, clock, leaving, staying)
    await LinkRepository(session).merge(leaving, staying)
    await WorkerRepository(session).forget(leaving)
    news = await _news_of_link(session, library, turn)
    await outbox.put_for(session, clock, there.id, f"link:{turn.id}", news, priority=NEWS)
    return there.channel


async def part(
    session: AsyncSession, library: Library, clock: Clock, turn: Turn, told: str
) -> tuple[Channel, ...]:
    """Let the chat of this turn keep everything, and the others begin anew; each is told why.

    Returns the channels of the others.
    """
    here, others = await _accounts(session, turn)
    every = [here.id, *(other.id for other in others)]
    await LinkRepository(session).forget_codes(every)
    for other in others:
        # What waits for it is news of somebody else from now on.
        await LinkRepository(session).forget_news(other.id)
        worker = Worker(id=ids.new_id(), created_at=clock())
        WorkerRepository(session).add(worker)
        await session.flush()
        other.worker_id = worker.id
        news = Reply(library.say(told, there=name(library, here.channel))).as_json()
        await outbox.put_for(session, clock, other.id, f"part:{turn.id}", news, priority=NEWS)
    return tuple(other.channel for other in others)


def name(library: Library, channel: Channel) -> str:
    """What a worker calls a channel."""
    return library.say(f"links.channel_{channel}")


async def _accounts(session: AsyncSession, turn: Turn) -> tuple[Account, list[Account]]:
    """The account that this turn came from, and the worker's others: never two of one channel."""
    rows = await AccountRepository(session).of_worker(turn.worker_id)
    here = [row for row in rows if row.channel == turn.channel]
    if not here:
        raise NotFound
    return here[0], [row for row in rows if row is not here[0]]


def _refuse_linked(others: Sequence[Account]) -> None:
    if others:
        raise Refused("links.already")


async def _account_shown(session: AsyncSession, clock: Clock, here: Account, code: str) -> Account:
    """The account that was shown a living code; what is wrong is counted and refused."""
    links, now = LinkRepository(session), clock()
    await links.one_at_a_time()
    await links.tidy(now - REMEMBERED, now - WINDOW)
    by_all = await links.count_tries(now - WINDOW)
    by_one = await links.count_tries(now - WINDOW, here.id)
    if by_all >= WRONG_BY_ALL or by_one >= WRONG_BY_ONE:
        raise Refused("links.too_many", minutes=int(WINDOW.total_seconds()) // 60)
    row = await links.by_code(code, lock=True)
    account = await AccountRepository(session).by_id(row.account_id) if row else None
    if row is None or account is None or row.expires_at <= now:
        links.add(LinkTry(id=ids.new_id(), account_id=here.id, at=now))
        raise Refused("links.code_over" if row else "links.no_such_code")
    return account


async def _take_hold(session: AsyncSession, worker_id: str) -> None:
    """Have the worker of the other chat to ourselves until the commit.

    Without waiting: who is being answered there may be typing our own code.
    """
    free = await WorkerRepository(session).lock(worker_id)
    if not free or await TurnRepository(session).being_answered(worker_id):
        raise Refused("links.busy")


async def _merge_dialogues(
    session: AsyncSession, clock: Clock, leaving: str, staying: str
) -> None:
    dialogues = DialogueRepository(session)
    theirs, mine = await dialogues.of(leaving, clock()), await dialogues.of(staying, clock())
    drafts = _drafts(theirs)
    if drafts.keys() & _drafts(mine).keys():
        raise Refused("links.two_drafts")
    mine.drafts = {**mine.drafts, **drafts}
    mine.region = mine.region or theirs.region


def _drafts(state: DialogueRow) -> dict[str, Any]:
    """What a worker wrote and did not hand in, the form that is open included."""
    if state.name not in FORMS or not state.answers:
        return state.drafts
    return {**state.drafts, state.name: {"step": state.step, "answers": state.answers}}


async def _merge_profiles(session: AsyncSession, leaving: str, staying: str) -> None:
    """What the one who stays did not tell, the one who leaves may have."""
    workers = WorkerRepository(session)
    theirs, mine = await workers.by_id(leaving), await workers.by_id(staying)
    if theirs is None or mine is None:
        raise NotFound
    mine.trade = mine.trade or theirs.trade
    mine.platform = mine.platform or theirs.platform
    if mine.area is None:
        for name in ("area", "province", "city", "district"):
            setattr(mine, name, getattr(theirs, name))


async def _news_of_link(session: AsyncSession, library: Library, turn: Turn) -> dict[str, Any]:
    """What the chat that showed the code is told, with a button that works there."""
    title, token = library.say("links.unlink_title"), ids.new_token(12)
    button = ChoiceRow(
        token=token,
        worker_id=turn.worker_id,
        turn_id=turn.id,
        number=NUMBER_OF_UNLINK,
        title=title,
        task=UNLINK,
        args={},
    )
    ChoiceRepository(session).add_all([button])
    text = library.say("links.news_linked", there=name(library, turn.channel))
    return Reply(text, (Choice(title, Task(UNLINK), token),)).as_json()
