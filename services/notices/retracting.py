"""Recalling and correcting what has gone out: by editing or deleting where the channel can, by a
message behind it where it cannot.

The rows say what is to be done (`outbox.change`); a channel does it and says how it ended. To do
it twice does no harm, so nothing need be known of a request that ended without an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Account, Notice, NoticeVersion, OutboxRow
from db.repositories.notice_audience import NOTICE
from db.repositories.notices import NoticeRepository
from db.repositories.outbox import NEWS, OutboxRepository
from kit.clock import Clock
from kit.errors import NotAllowed
from services import accounts, outbox, signups
from services.notices import rendering, sending, states
from services.notices.steps import Asked, begun, hold_back
from services.notices.values import draft_of
from services.turns import Channel, Reply

DELETE, EDIT = "delete", "edit"
DONE = {DELETE: "deleted", EDIT: "edited"}
FOLLOWED = "followed"

Outcome = Literal["sent", "later", "refused", "gone", "unknown"]


@dataclass(frozen=True)
class Change:
    """Messages of a chat that are to be edited to a reply, or deleted where there is none."""

    row: int
    account_id: str
    number: int
    message_ids: tuple[int, ...]
    kind: str
    reply: dict[str, Any] | None = field(repr=False)


async def recall(session: AsyncSession, clock: Clock, asked: Asked) -> int:
    """Take a notice back: what waits is not sent, what has gone out is deleted or called void.

    The note is the reason, and workers read it. Returns how many rows have gone out.
    """
    notice = await begun(session, asked, "recall")
    held = await hold_back(session, notice, states.RECALLED)
    await signups.end(session, notice.number, states.RECALLED)
    goings = await NoticeRepository(session).occurrences(notice.number)
    count = await OutboxRepository(session).to_change(
        [each.id for each in goings], DELETE, reason="recalled"
    )
    data = {"held_back": held, "count": count}
    states.append(
        notice, "recall", states.RECALLED, asked.actor.id, clock(), note=asked.note, data=data
    )
    return count


async def correct(session: AsyncSession, clock: Clock, asked: Asked) -> int:
    """Bring the approved version to all who got an older one. Returns how many rows those are.

    Raises NotAllowed where none has gone out.
    """
    notice = await begun(session, asked, "correct")
    goings = await NoticeRepository(session).occurrences(notice.number)
    count = await OutboxRepository(session).to_change([each.id for each in goings], EDIT)
    if not count:
        raise NotAllowed("notices.cannot_move")
    data = {"count": count}
    states.append(
        notice, "correct", states.SENT, asked.actor.id, clock(), note=asked.note, data=data
    )
    return count


async def next_changes(
    session: AsyncSession, library: Library, clock: Clock, channel: Channel, limit: int
) -> Sequence[Change]:
    """Messages of a channel to be changed. Where it knows no message to change, a message behind
    it is queued at once; who is gone is left in peace.
    """
    changes = []
    for row, account in await OutboxRepository(session).changes(channel, limit):
        notice, version = await _of(session, row)
        if account.gone_at is not None:
            row.change = None
            continue
        if row.change == DELETE:
            await _tell_signed_up(session, library, clock, account, notice)
        if not row.message_ids or channel != "telegram":
            await _follow_up(session, library, clock, row, notice=notice, version=version)
        else:
            reply = None
            if row.change == EDIT:
                draft = draft_of(version)
                said = rendering.reply_of(library, notice.number, draft, str(row.occurrence_id))
                row.reply = reply = sending.offered(session, account.worker_id, draft, said)
            changes.append(
                Change(
                    row.number,
                    account.id,
                    int(account.key),
                    tuple(row.message_ids),
                    str(row.change),
                    reply,
                )
            )
    await session.flush()
    return changes


async def changed(
    session: AsyncSession, library: Library, clock: Clock, change: Change, outcome: Outcome
) -> None:
    """Note how a change ended. What surely or perhaps was not done is asked for again."""
    row = await OutboxRepository(session).by_number(change.row)
    if row is None or row.change != change.kind:
        return  # he had his data deleted, or something else is wanted of it by now
    if outcome == "sent":
        row.change = DONE[change.kind]
    elif outcome == "gone":
        row.change = None
        await accounts.mark_gone(session, clock, change.account_id)
    elif outcome == "refused":
        notice, version = await _of(session, row)
        await _follow_up(session, library, clock, row, notice=notice, version=version)


async def _of(session: AsyncSession, row: OutboxRow) -> tuple[Notice, NoticeVersion]:
    """The notice of a row and the version that holds now."""
    rows = NoticeRepository(session)
    going = await rows.occurrence(str(row.occurrence_id))
    notice = await rows.by_number(going.notice) if going else None
    version = await rows.version(notice.number, notice.version) if notice else None
    if notice is None or version is None:
        raise LookupError(row.number)
    return notice, version


async def _follow_up(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    row: OutboxRow,
    *,
    notice: Notice,
    version: NoticeVersion,
) -> None:
    draft, number = draft_of(version), notice.number
    if row.change == DELETE:
        text = library.say("notices.recalled", number=number, reason=_reason(notice))
    else:
        said = rendering.reply_of(library, number, draft, "").text
        text = f"{library.say('notices.changed', number=number)}\n{said}"
    await outbox.put_for(
        session,
        clock,
        row.account_id,
        f"change:{row.number}:{notice.version}:{row.change}",
        Reply(text).as_json(),
        priority=NEWS if draft.urgent else NOTICE,
    )
    row.change = FOLLOWED


async def _tell_signed_up(
    session: AsyncSession, library: Library, clock: Clock, account: Account, notice: Notice
) -> None:
    """Who signed up must hear of a recall: that a message is gone from his chat says nothing."""
    if not await signups.is_on_list(session, account.worker_id, notice.number):
        return
    text = library.say("signups.called_off", notice=notice.number, reason=_reason(notice))
    cause = f"signup:{notice.number}:recalled"
    await outbox.put_for(session, clock, account.id, cause, Reply(text).as_json(), priority=NEWS)


def _reason(notice: Notice) -> str:
    """Why it was recalled."""
    told = (event.note for event in reversed(notice.events) if event.step == "recall")
    return next((note for note in told if note), "")
