"""Making the outbox rows of a notice whose moment has come: a batch at a time, each once.

Each call is a short transaction of the caller's. What ends in between goes on behind the account
that was done last; whoever holds the moment meanwhile is passed over.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import ChoiceRow, Notice, NoticeOccurrence, NoticeVersion
from db.repositories.notice_audience import NOTICE, NoticeAudienceRepository, Recipient
from db.repositories.notices import NoticeRepository
from db.repositories.outbox import NEWS, OutboxRepository
from db.repositories.turns import ChoiceRepository
from kit import ids
from kit.clock import Clock
from services.notices import audience, rendering, scheduling, states, timing
from services.notices.values import Draft, draft_of
from services.turns import Reply

DUE_AT_ONCE = 20
SECONDS_A_BATCH, MOST_A_BATCH = 3, 300
# In this order: Telegram has a pace, the inbox of the web chat fetches by itself.
CHANNELS = ("telegram", "web")


async def due(session: AsyncSession, clock: Clock) -> Sequence[str]:
    """The moments that have come and whose rows are not all made."""
    return await NoticeRepository(session).due(clock(), states.GOING, DUE_AT_ONCE)


def batch_for(library: Library, per_second: int) -> int:
    """How many rows to make at once for a channel of this pace: what goes out in three seconds,
    so that a pause acts as soon on a fast one, and the next batch is there when that one is out.
    """
    least = library.notices.limits.batch
    return max(least, min(per_second * SECONDS_A_BATCH, MOST_A_BATCH))


async def make_batch(
    session: AsyncSession, library: Library, clock: Clock, occurrence_id: str, limit: int
) -> int:
    """Make the next rows of a moment, at most `limit`; returns how many. None while the last batch
    still waits for its channel, in quiet hours, and where another process is at it.
    """
    rows = NoticeRepository(session)
    going = await rows.claim(occurrence_id)
    if going is None or going.state not in {"waiting", "sending"}:
        return 0
    notice = await rows.by_number(going.notice)
    version = await rows.version(going.notice, going.version)
    if notice is None or version is None or not _may_go(notice, going, clock()):
        return 0
    quiet_until = scheduling.behind_quiet(library, clock(), urgent=version.urgent)
    if quiet_until > clock():
        going.at = quiet_until
        return 0
    if going.state == "waiting":
        await _begin(session, library, clock, notice, going=going, version=version)
    if going.last_channel == CHANNELS[0]:
        waiting = await OutboxRepository(session).count_due(going.id, clock(), limit)
        if waiting > limit // 2:
            return 0
    return await _make(session, library, clock, notice, going=going, version=version, limit=limit)


def _may_go(notice: Notice, going: NoticeOccurrence, now: datetime) -> bool:
    approved = notice.approved == going.version == notice.version
    return approved and notice.state in states.GOING and going.at <= now


async def _begin(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    notice: Notice,
    *,
    going: NoticeOccurrence,
    version: NoticeVersion,
) -> None:
    counted = await audience.count_audience(session, library, clock, draft_of(version))
    going.state, going.begun_at, going.planned = "sending", clock(), counted.accounts
    going.last_channel = CHANNELS[0]
    data = {"planned": counted.accounts, "excluded": dict(counted.excluded)}
    states.append(notice, "begin", states.SENDING, None, clock(), data=data)


async def _make(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    notice: Notice,
    *,
    going: NoticeOccurrence,
    version: NoticeVersion,
    limit: int,
) -> int:
    draft = draft_of(version)
    asked = await audience.wanted(session, library, clock, draft)
    found = await NoticeAudienceRepository(session).batch(
        asked, going.last_channel, going.last_account, limit
    )
    reply = rendering.reply_of(library, notice.number, draft, going.id)
    if found:
        await _put(session, clock, found, going, reply=reply, draft=draft)
        going.made += len(found)
        going.last_account = found[-1].account_id
    if len(found) < limit:
        await _next_channel(session, library, clock, notice, going)
    await session.flush()
    return len(found)


async def _next_channel(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    notice: Notice,
    going: NoticeOccurrence,
) -> None:
    """All accounts of a channel are done: the next one, or the end."""
    following = CHANNELS.index(going.last_channel) + 1
    if following < len(CHANNELS):
        going.last_channel, going.last_account = CHANNELS[following], ""
        return
    going.state, going.done_at = "sent", clock()
    again = timing.read(notice.timing).rule is not None
    after = states.SCHEDULED if again else states.SENT
    states.append(notice, "finish", after, None, clock(), data={"made": going.made})
    if again:
        await session.flush()
        await scheduling.set_next(session, library, notice, max(clock(), going.planned_at))


async def _put(
    session: AsyncSession,
    clock: Clock,
    found: Sequence[Recipient],
    going: NoticeOccurrence,
    *,
    reply: Reply,
    draft: Draft,
) -> None:
    """The rows, each with an id that the same row would have again, and buttons of its own."""
    now, state = clock(), "waiting" if going.last_channel == CHANNELS[0] else "claimed"
    messages: list[dict[str, Any]] = [
        {
            "id": ids.digest(f"{going.id}:{each.account_id}")[:32],
            "account_id": each.account_id,
            "cause": f"notice:{going.id}",
            "reply": offered(session, each.worker_id, draft, reply),
            "priority": NEWS if draft.urgent else NOTICE,
            "state": state,
            "parts_sent": 0,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
            "occurrence_id": going.id,
        }
        for each in found
    ]
    await OutboxRepository(session).add_all(messages)


def offered(session: AsyncSession, worker_id: str, draft: Draft, reply: Reply) -> dict[str, Any]:
    """The reply as it is stored for a worker, with a token for each button."""
    tokens = [ids.new_token(12) for _ in reply.choices]
    ChoiceRepository(session).add_all(_choices(worker_id, reply, tokens))
    stored = rendering.stored(draft, reply)
    for choice, token in zip(stored["choices"], tokens, strict=True):
        choice["token"] = token
    return stored


def _choices(worker_id: str, reply: Reply, tokens: Sequence[str]) -> list[ChoiceRow]:
    return [
        ChoiceRow(
            token=token,
            worker_id=worker_id,
            turn_id=None,
            number=number,
            title=choice.title,
            task=choice.task.name,
            args=dict(choice.task.args),
        )
        for number, (choice, token) in enumerate(zip(reply.choices, tokens, strict=True), 1)
    ]
