"""What members of staff see of notices: the list, one with its history, what was replied."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Notice, NoticeEvent, NoticeOccurrence
from db.repositories.notice_answers import NoticeAnswerRepository
from db.repositories.notices import NoticeRepository
from db.repositories.staff import StaffRepository
from kit.clock import Clock, in_shanghai
from kit.errors import NotAllowed, NotFound
from services import signups
from services.calendar import is_day_off
from services.notices import audience, states, timing
from services.notices.composing import newest
from services.notices.states import STEPS
from services.notices.steps import why_not
from services.notices.values import (
    Going,
    Happened,
    NoticeDetail,
    NoticeSummary,
    Said,
    draft_of,
)
from services.staff.actors import Actor
from services.staff.permissions import Permission

PAGE_SIZE, REPLIES_SHOWN, SCHEDULED_SHOWN = 50, 100, 200
# Who may open a notice.
READERS = (Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES)


async def page(
    session: AsyncSession,
    actor: Actor,
    wanted: Collection[str] = states.STATES,
    *,
    number: int = 1,
) -> Sequence[NoticeSummary]:
    """A page of the notices in these states, newest first. Raises NotAllowed."""
    _need_reader(actor)
    rows = NoticeRepository(session)
    listed = await rows.page(wanted, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    numbers = [notice.number for notice, _ in listed]
    names = await StaffRepository(session).names({version.author_id for _, version in listed})
    changed, following = await rows.changed(numbers), await rows.next_moments(numbers)
    replies = await rows.new_replies(numbers)
    return [
        NoticeSummary(
            number=notice.number,
            state=notice.state,
            title=version.title,
            topic=version.topic,
            urgent=version.urgent,
            author=names.get(version.author_id, ""),
            changed_at=changed.get(notice.number, notice.created_at),
            next_at=following.get(notice.number),
            new_replies=replies.get(notice.number, 0),
        )
        for notice, version in listed
    ]


async def counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many notices stand in each state. Raises NotAllowed."""
    _need_reader(actor)
    return await NoticeRepository(session).counts()


async def show(session: AsyncSession, actor: Actor, number: int) -> NoticeDetail:
    """A notice on its page. Raises NotFound, NotAllowed."""
    notice = await found(session, actor, number)
    version = newest(notice)
    people = {event.actor_id for event in notice.events} | {version.author_id, version.approved_by}
    names = await StaffRepository(session).names({who for who in people if who})
    goings = await NoticeRepository(session).occurrences(number)
    return NoticeDetail(
        number=number,
        state=notice.state,
        draft=draft_of(version),
        digest=version.digest,
        author=names.get(version.author_id, ""),
        approved_by=names.get(version.approved_by or ""),
        version=version.number,
        seen=notice.events[-1].number,
        open=tuple(step for step in STEPS if _is_open(notice, step, actor, goings)),
        history=tuple(_happened(event, names) for event in notice.events),
        goings=tuple(
            Going(each.id, each.planned_at, each.at, each.state, each.planned, each.made)
            for each in goings
        ),
        timing=timing.read(notice.timing),
        is_set=notice.timing is not None,
        signups=await signups.look(session, number),
    )


async def history(session: AsyncSession, actor: Actor, number: int) -> Sequence[Happened]:
    """Every step of a notice by whom, oldest first. Raises as `show` does."""
    return (await show(session, actor, number)).history


async def found(session: AsyncSession, actor: Actor, number: int) -> Notice:
    """A notice that an actor may see. Raises NotFound, NotAllowed."""
    _need_reader(actor)
    notice = await NoticeRepository(session).by_number(number)
    if notice is None:
        raise NotFound("notices.no_such_notice")
    return notice


async def replies(
    session: AsyncSession, actor: Actor, number: int | None = None, *, page: int = 1
) -> Sequence[Said]:
    """What workers replied, masked, to one notice or all, newest first. Raises NotAllowed."""
    _need_reader(actor)
    rows = await NoticeRepository(session).replies(
        number, (page - 1) * REPLIES_SHOWN, REPLIES_SHOWN
    )
    names = await StaffRepository(session).names({row.seen_by for row in rows if row.seen_by})
    return [
        Said(row.id, row.notice, row.masked, row.at, names.get(row.seen_by or "")) for row in rows
    ]


async def may_mark(session: AsyncSession, actor: Actor, number: int) -> bool:
    """Whether an actor's limits let him say that he read what was replied to a notice."""
    reach = draft_of(newest(await found(session, actor, number))).audience
    return any(audience.reaches(actor, each, reach) for each in READERS)


async def mark_seen(
    session: AsyncSession, clock: Clock, actor: Actor, number: int, reply_id: str
) -> None:
    """Note who read a reply first. Raises NotFound, NotAllowed."""
    if not await may_mark(session, actor, number):
        raise NotAllowed("notices.out_of_reach")
    row = await NoticeAnswerRepository(session).reply(reply_id, lock=True)
    if row is None or row.notice != number:
        raise NotFound("notices.no_such_reply")
    if row.seen_at is None:
        row.seen_by, row.seen_at = actor.id, clock()


async def warnings(session: AsyncSession, library: Library, clock: Clock) -> Sequence[int]:
    """Scheduled notices that wait for a year's calendar; loud on the page while there are any."""
    today = in_shanghai(clock()).date()
    known = all(
        is_day_off(date(year, 1, 1), library.calendar) is not None
        for year in (today.year, today.year + 1)
    )
    return () if known else await NoticeRepository(session).without_moment(SCHEDULED_SHOWN)


def _is_open(notice: Notice, step: str, actor: Actor, goings: Sequence[NoticeOccurrence]) -> bool:
    rule, reach = STEPS[step], draft_of(newest(notice)).audience
    if notice.state not in rule.before:
        return False
    if not any(audience.reaches(actor, each, reach) for each in rule.permissions):
        return False
    if step == "correct":
        return any(going.made for going in goings)
    return step != "approve" or why_not(notice, actor) is None


def _happened(event: NoticeEvent, names: dict[str, str]) -> Happened:
    return Happened(
        event.step,
        event.state,
        event.version,
        names.get(event.actor_id or ""),
        event.note,
        event.at,
        event.data or {},
    )


def _need_reader(actor: Actor) -> None:
    if not any(actor.may(each) for each in READERS):
        raise NotAllowed("staff.no_permission")
