"""What became of a notice, in numbers; the dead letters, and sending these once more."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Notice
from db.repositories.notice_answers import HOUR, NoticeAnswerRepository
from db.repositories.notices import NoticeRepository
from kit.clock import Clock
from kit.errors import NotAllowed
from services import signups
from services.notices import audience, states
from services.notices.composing import newest
from services.notices.locking import locked
from services.notices.reading import found
from services.notices.values import DeadLetter, Report, draft_of
from services.staff.actors import Actor
from services.staff.permissions import Permission

SHOWN = 100


async def report(session: AsyncSession, actor: Actor, number: int) -> Report:
    """The numbers of a notice over all its moments. Raises NotFound, NotAllowed."""
    await found(session, actor, number)
    rows = NoticeAnswerRepository(session)
    by_state, marks = await rows.states(number), await rows.marks(number)
    goings = await NoticeRepository(session).occurrences(number)
    counts: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for (state, reason), count in by_state.items():
        counts["waiting" if state in {"claimed", "sending"} else state] += count
        if state == "failed":
            failed[reason or "refused"] += count
    hours = await rows.by_hour(number)
    return Report(
        planned=sum(going.planned or 0 for going in goings),
        waiting=counts["waiting"],
        sent=counts["sent"],
        unknown=counts["unknown"],
        failed=dict(failed),
        deleted=max(0, sum(going.made for going in goings) - counts.total()),
        read=marks.get("read", 0),
        clicked=marks.get("clicked", 0),
        opted_out=marks.get("opted_out", 0),
        replies=await rows.count_replies_to(number),
        changed=await rows.changes(number),
        by_hour={
            datetime.fromtimestamp(hour * HOUR, UTC): count
            for hour, count in sorted(hours.items())
        },
        signups=await signups.look(session, number),
    )


async def dead_letters(
    session: AsyncSession, actor: Actor, number: int, *, page: int = 1
) -> Sequence[DeadLetter]:
    """Rows that were refused or given up, a page at a time. Raises as `report` does."""
    await found(session, actor, number)
    rows = NoticeAnswerRepository(session)
    listed = await rows.dead(number, (page - 1) * SHOWN, SHOWN)
    return [DeadLetter(*row) for row in listed]


async def resend(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    number: int,
    rows: Sequence[int] | None = None,
) -> int:
    """Send dead letters once more, all or these; returns how many. What is `unknown` never is.

    Raises NotAllowed for one that was stopped or recalled.
    """
    notice = await locked(session, number)
    _may_resend(notice, actor)
    count = await NoticeAnswerRepository(session).revive(number, rows, clock())
    states.append(notice, "resend", notice.state, actor.id, clock(), data={"count": count})
    return count


def _may_resend(notice: Notice, actor: Actor) -> None:
    audience.need_reach(actor, Permission.WRITE_NOTICES, draft_of(newest(notice)).audience)
    if notice.state not in {states.SENDING, states.SENT, states.SCHEDULED}:
        raise NotAllowed("notices.cannot_move")
