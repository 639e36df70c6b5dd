"""What a worker does with a notice: read, opened, replied to; and which topics he wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.notice_schema import NoticeTopic
from db.models import NoticeOccurrence, NoticeReply
from db.repositories.notice_answers import NoticeAnswerRepository
from db.repositories.notices import NoticeRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotFound, TooFast
from kit.text import is_readable, normalise, tidy
from services import consents
from services.masking import masker

REPLY_MOST = 500
REPLIES_A_DAY = 20
LOOKED_BACK = 50
DAY = timedelta(days=1)
MEANT = timedelta(days=7)  # so long after a notice an opting out is counted as its


@dataclass(frozen=True)
class Read:
    """What a worker read: the number of the notice, and its link."""

    number: int
    link: str | None


async def mark_read(
    session: AsyncSession, clock: Clock, worker_id: str, occurrence_id: str
) -> Read:
    """Note that a worker read it. Raises NotFound where it was not sent to him."""
    rows = NoticeAnswerRepository(session)
    going = await NoticeRepository(session).occurrence(occurrence_id)
    if going is None or not await rows.got(occurrence_id, worker_id):
        raise NotFound("talk.choice_past")
    await rows.mark(occurrence_id, worker_id, "read", clock())
    version = await NoticeRepository(session).version(going.notice, going.version)
    return Read(going.notice, version.link if version else None)


async def open_link(
    session: AsyncSession, clock: Clock, worker_id: str, occurrence_id: str
) -> Read:
    """Note that a worker wants to see the link, and give it. Raises NotFound for none."""
    read = await mark_read(session, clock, worker_id, occurrence_id)
    if read.link is None:
        raise NotFound("talk.choice_past")
    await NoticeAnswerRepository(session).mark(occurrence_id, worker_id, "clicked", clock())
    return read


async def read_by_number(session: AsyncSession, clock: Clock, worker_id: str, number: int) -> None:
    """Note that a worker read what he names by its number. Raises NotFound where it was not sent
    to him.
    """
    rows = NoticeAnswerRepository(session)
    going = await _newest(rows, worker_id, number)
    await rows.mark(going.id, worker_id, "read", clock())


async def number_of(session: AsyncSession, account_id: str, message_id: int) -> int | None:
    """The number of the notice that a message of a chat is, if it is a recent one."""
    listed = await NoticeAnswerRepository(session).messages_of(account_id, LOOKED_BACK)
    return next((number for number, known in listed if message_id in known), None)


async def reply(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    *,
    number: int,
    text: str,
) -> None:
    """Hand what a worker says to a notice to staff, masked.

    Raises NotFound for a notice that he was not sent, BadInput for nothing or too much, TooFast
    from the 21st of a day on.
    """
    rows, words = NoticeAnswerRepository(session), tidy(text)
    going = await _newest(rows, worker_id, number)
    if not is_readable(words) or len(words) > REPLY_MOST:
        raise BadInput("notices.bad_reply", most=REPLY_MOST, number=number)
    if await rows.count_replies(worker_id, clock() - DAY) >= REPLIES_A_DAY:
        raise TooFast("notices.too_many_replies")
    rows.add(
        NoticeReply(
            id=ids.new_id(),
            notice=number,
            worker_id=worker_id,
            masked=masker(library)(words),
            at=clock(),
        )
    )
    await rows.mark(going.id, worker_id, "read", clock())


async def wanted_topics(
    session: AsyncSession, library: Library, worker_id: str
) -> Mapping[str, bool]:
    """Which topics a worker gets, by id, in the order of the list."""
    topics = library.notices.topics
    if await consents.is_withdrawn(session, worker_id, consents.NEWS):
        return dict.fromkeys(topics, False)
    said = await NoticeAnswerRepository(session).wishes(worker_id)
    return {key: said.get(key, topic.unasked) for key, topic in topics.items()}


async def subscribe(
    session: AsyncSession, clock: Clock, worker_id: str, topic: str | None
) -> None:
    """Send a worker the notices of a topic; None: all messages again, topics as he chose them."""
    if await consents.is_withdrawn(session, worker_id, consents.NEWS) or topic is None:
        await consents.give(session, clock, worker_id, consents.NEWS)
    if topic is not None:
        await NoticeAnswerRepository(session).wish(worker_id, topic, clock(), wanted=True)


async def unsubscribe(
    session: AsyncSession, clock: Clock, worker_id: str, topic: str | None
) -> None:
    """Send a worker no more notices of a topic, or with None no messages at all.

    What waits for him is not sent any more.
    """
    rows = NoticeAnswerRepository(session)
    newest = await rows.newest_of(worker_id)
    of_it = newest is not None and topic in {None, newest[1].topic}
    if newest is not None and of_it and clock() - (newest[0].begun_at or clock()) <= MEANT:
        await rows.mark(newest[0].id, worker_id, "opted_out", clock())
    if topic is None:
        await consents.withdraw(session, clock, worker_id, consents.NEWS)
    else:
        await rows.wish(worker_id, topic, clock(), wanted=False)
    await session.flush()
    await rows.drop_waiting(worker_id, None if topic is None else [topic])


def topic_in(library: Library, text: str) -> NoticeTopic | None:
    """The one topic that a text names; None for none, or several."""
    words = normalise(text)
    named = [
        topic
        for topic in library.notices.topics.values()
        if topic.name in words or any(word in words for word in topic.words)
    ]
    return named[0] if len(named) == 1 else None


async def _newest(rows: NoticeAnswerRepository, worker_id: str, number: int) -> NoticeOccurrence:
    """How a notice came to a worker last; raises NotFound where it did not."""
    newest = await rows.newest_of(worker_id, number)
    if newest is None:
        raise NotFound("notices.not_sent_to_you", number=number)
    return newest[0]
