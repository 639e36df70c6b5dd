"""The states of what is sent: waiting, sending, then sent, failed, or unknown.

A message whose sending ended without a clear answer may have arrived. It is `unknown` for good:
the worker is asked whether he saw it, never sent it again unasked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import OutboxRow
from db.repositories.accounts import AccountRepository
from db.repositories.notices import NoticeRepository
from db.repositories.outbox import NEWS, OutboxRepository
from db.repositories.turns import ChoiceRepository, TurnRepository
from kit.clock import Clock
from services import accounts, outbox, replies
from services.outbox import LIVE
from services.turns import Channel, Reply
from services.windows import wait_until

# Seconds before the next try, by how many there were; the last holds for all later ones.
WAITS = (1, 5, 30, 60, 300, 900)
TRIED_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=7)
# The same of a notice; after the last of them it is a dead letter.
NOTICE_WAITS = (60, 300, 900, 3600)
FAILED = "failed:"


@dataclass(frozen=True)
class Parcel:
    """A message that is due, with the channel's number of the one it goes to."""

    row: int
    account_id: str
    number: int
    cause: str
    reply: dict[str, Any] = field(repr=False)
    priority: int
    parts_sent: int
    attempts: int
    created_at: datetime
    occurrence_id: str | None = None
    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """A part of a message that goes out now; `first` when this sender sent nothing of it before.

    `message_ids` is what the channel calls the messages that it became so far.
    """

    parcel: Parcel
    parts_sent: int
    first: bool
    message_ids: tuple[int, ...] = ()


# A message that arrived, and what the channel calls those that it became.
Arrived = tuple[Parcel, Sequence[int]]


async def accounts_due(
    session: AsyncSession, clock: Clock, channel: Channel, limit: int
) -> Sequence[str]:
    """Accounts with a message that is due, live replies first."""
    return await OutboxRepository(session).accounts_due(channel, clock(), limit)


async def next_for(
    session: AsyncSession, clock: Clock, account_ids: Sequence[str]
) -> dict[str, Parcel]:
    """The next message of each of these accounts that has one which is due, and has not gone."""
    found = await OutboxRepository(session).next_of(account_ids, clock())
    return {row.account_id: _parcel(row, int(account.key)) for row, account in found}


async def begin(session: AsyncSession, leaving: Sequence[Leaving]) -> Sequence[bool]:
    """Note that these parts go out now.

    False for one whose message was taken back meanwhile, or which another sender has.
    """
    alike: dict[tuple[bool, int, tuple[int, ...]], list[int]] = defaultdict(list)
    for each in leaving:
        known = each.message_ids if each.parcel.occurrence_id else ()
        alike[each.first, each.parts_sent, known].append(each.parcel.row)
    begun: set[int] = set()
    for (first, parts_sent, message_ids), numbers in alike.items():
        values: dict[str, object] = {"state": "sending", "parts_sent": parts_sent}
        if message_ids:
            values["message_ids"] = list(message_ids)
        was = "waiting" if first else "sending"
        begun |= await OutboxRepository(session).move_all(numbers, was, **values)
    return [each.parcel.row in begun for each in leaving]


async def sent(session: AsyncSession, clock: Clock, arrived: Sequence[Arrived]) -> None:
    """These arrived. Nobody asks for an old live reply: it stands in its turn."""
    rows = OutboxRepository(session)
    live = [parcel.row for parcel, _ in arrived if parcel.priority == LIVE]
    if live:
        await rows.delete(*live)
    kept = [
        (parcel.row, list(message_ids) if parcel.occurrence_id else None)
        for parcel, message_ids in arrived
        if parcel.priority != LIVE
    ]
    if kept:
        await rows.mark_arrived(kept, clock())


async def try_later(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    parcel: Parcel,
    *,
    seconds: float,
    parts_sent: int | None,
) -> None:
    """It surely did not arrive: once more after a while, for a day at most; a notice as often as
    `NOTICE_WAITS` says. `seconds` is how long the channel told us to wait.

    `parts_sent` is given where the last part could not even be begun.
    """
    values = _later(library, clock, parcel, seconds)
    ended = await _ended(session, parcel)
    if ended is not None:
        values |= {"state": "failed", "reason": ended}
    if parts_sent is not None:
        values["parts_sent"] = parts_sent
    await _settle(session, parcel, **values)


async def _ended(session: AsyncSession, parcel: Parcel) -> str | None:
    """Whether its notice was stopped or recalled while it was being sent."""
    if parcel.occurrence_id is None:
        return None
    state = await NoticeRepository(session).state_of(parcel.occurrence_id)
    return state if state in {"stopped", "recalled"} else None


def _later(library: Library, clock: Clock, parcel: Parcel, seconds: float) -> dict[str, object]:
    """The values of a row that is to be tried once more, or no more."""
    now = clock()
    over = now - parcel.created_at >= TRIED_FOR
    if parcel.occurrence_id is None:
        wait = max(seconds, WAITS[min(parcel.attempts, len(WAITS) - 1)])
        due = now + timedelta(seconds=wait)
        if outbox.is_reminder(parcel.cause):
            due = wait_until(due, library.notices.limits.windows)
        state = "failed" if over else "waiting"
        return {"state": state, "attempts": parcel.attempts + 1, "due_at": due}
    # That all have to wait says nothing of this one: it is no try of his.
    counts = int(not seconds)
    if over or (counts and parcel.attempts >= len(NOTICE_WAITS)):
        return {"state": "failed", "reason": "given_up", "attempts": parcel.attempts + counts}
    due = now + timedelta(seconds=seconds or NOTICE_WAITS[parcel.attempts])
    if parcel.priority != NEWS:
        due = wait_until(due, library.notices.limits.windows)
    return {"state": "waiting", "attempts": parcel.attempts + counts, "due_at": due}


async def failed(session: AsyncSession, library: Library, clock: Clock, parcel: Parcel) -> None:
    """The channel will never take it; whoever waits for an answer is told so, once."""
    await _settle(session, parcel, state="failed", **_because(parcel, "refused"))
    if parcel.priority == LIVE and not parcel.cause.startswith(FAILED):
        said = Reply(library.say("errors.unexpected")).as_json()
        cause = f"{FAILED}{parcel.row}"
        await outbox.put_for(session, clock, parcel.account_id, cause, said, priority=LIVE)


async def gone(session: AsyncSession, clock: Clock, parcel: Parcel) -> None:
    """He closed his side. News of his waits until he is back; an answer to a closed chat does not,
    and neither does a notice or reminder: by then it may be over; he finds it among the latest.
    """
    await accounts.mark_gone(session, clock, parcel.account_id)
    await outbox.hold_back_passing(session, parcel.account_id)
    if parcel.priority == LIVE:
        await OutboxRepository(session).delete(parcel.row)
    elif parcel.occurrence_id is not None or outbox.is_reminder(parcel.cause):
        await _settle(session, parcel, state="failed", reason="gone")
    else:
        await _settle(session, parcel, state="waiting")


async def unknown(session: AsyncSession, library: Library, clock: Clock, parcel: Parcel) -> None:
    """It may have arrived. For a live reply the worker is offered to see it again."""
    await _settle(session, parcel, state="unknown")
    message_id = parcel.cause.rpartition(":")[0]
    account = await AccountRepository(session).by_id(parcel.account_id)
    if account is None or parcel.priority != LIVE:
        return
    turn = await TurnRepository(session).by_message(account.worker_id, message_id)
    choices = ChoiceRepository(session)
    if turn is None or any(c.task == replies.AGAIN for c in await choices.of_turn(turn.id)):
        return
    reply, choice = replies.offer_again(library, turn)
    choices.add_all([choice])
    cause = f"again:{turn.id}"
    await outbox.put_for(session, clock, account.id, cause, reply, priority=LIVE)


async def give_up_interrupted(session: AsyncSession, library: Library, clock: Clock) -> None:
    """What was being sent when the sender ended may have arrived: nobody can tell."""
    for row in await OutboxRepository(session).interrupted():
        await unknown(session, library, clock, _parcel(row, 0))


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many messages stand in each state."""
    return await OutboxRepository(session).counts()


async def forget(session: AsyncSession, clock: Clock) -> None:
    """Delete live replies that nobody will see any more."""
    await OutboxRepository(session).forget_live(LIVE, clock() - KEPT_FOR)


async def _settle(session: AsyncSession, parcel: Parcel, **values: object) -> None:
    rows = OutboxRepository(session)
    if not await rows.move(parcel.row, "sending", **values):
        await rows.move(parcel.row, "waiting", **values)


def _because(parcel: Parcel, reason: str) -> dict[str, object]:
    """Why it failed, where staff will ask."""
    return {"reason": reason} if parcel.occurrence_id else {}


def _parcel(row: OutboxRow, number: int) -> Parcel:
    return Parcel(
        row=row.number,
        account_id=row.account_id,
        number=number,
        cause=row.cause,
        reply=row.reply,
        priority=row.priority,
        parts_sent=row.parts_sent,
        attempts=row.attempts,
        created_at=row.created_at,
        occurrence_id=row.occurrence_id,
        message_ids=tuple(row.message_ids or ()),
    )
