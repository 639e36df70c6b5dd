"""Releasing a case to the public board, changing what stands there, taking it off again.

The public reads what a reviewer wrote, never what a worker did. What looks personal is pointed
out, and is only released when the reviewer says that he has seen it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import BoardChange, BoardPost, Case, CaseAnswer
from db.repositories.board import BoardRepository
from db.repositories.case_flow import CaseFlowRepository
from db.repositories.case_parts import CasePartRepository
from db.repositories.staff import StaffRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import AppError, BadInput, NotAllowed
from kit.text import normalise, tidy
from services.cases import rules, states
from services.cases.reading import of_code
from services.masking import masker
from services.staff.actors import Actor
from services.staff.permissions import Permission

MOST = {"title": 40, "text": 600, "answer": 1_000, "unit": 40}
LEAST_TITLE, LEAST_TEXT, LEAST_REASON, MOST_REASON = 4, 6, 4, 200
SAME_WORDS = 10  # characters in a row that were the worker's
# What no feed can carry, and nobody can see.
_NO_XML = {0xFFFE: None, 0xFFFF: None}
# Before somebody has decided on it, a case is nobody's to show.
NOT_YET = frozenset({states.HELD, states.RECEIVED, states.WITHDRAWN, states.MERGED})


class Stale(AppError):
    """Another changed the post after the form was made."""

    key = "board.stale"
    status = 409


class Personal(AppError):
    """Something in it looks personal, and nobody said that he has looked at it."""

    key = "board.personal"
    status = 422


@dataclass(frozen=True)
class Words:
    """What the public is to read."""

    title: str = ""
    text: str = ""
    answer: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Doubt:
    """Why a field may tell too much: `masked` shows what was found, hidden; `own_words` that it
    repeats a worker, `private` an answer that was for him alone; `place` that it names the very
    place.
    """

    field: str
    why: str
    shown: str


@dataclass(frozen=True)
class Change:
    """One line of a post's history."""

    what: str
    by: str | None
    at: datetime
    reason: str | None
    body: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """What stands on the board of a case, and `seen`, which proves in a form what it showed."""

    number: int | None
    public: bool
    words: Words
    seen: str
    allowed: bool
    history: tuple[Change, ...] = ()


async def state_of(session: AsyncSession, code: str) -> State:
    """The post of a case; without one, what its form begins with: the public answer."""
    case = await of_code(session, code)
    rows = BoardRepository(session)
    post = await rows.of_case(case.id)
    if post is None:
        first = await _first_words(session, case)
        return State(None, public=False, words=first, seen="", allowed=_may_show(case))
    changes = await rows.changes(post.number)
    names = await StaffRepository(session).names({each.staff_id for each in changes})
    words = Words(post.title, post.text, post.answer or "", post.unit or "")
    return State(
        post.number,
        public=post.withdrawn_at is None,
        words=words,
        seen=_seen(post),
        allowed=_may_show(case),
        history=tuple(
            Change(e.what, names.get(e.staff_id), e.at, e.reason, e.body) for e in changes
        ),
    )


def read(sent: Mapping[str, str]) -> Words:
    """The words of a form. Raises BadInput where one is missing or too long."""
    given = {each.name: sent.get(each.name, "").translate(_NO_XML) for each in fields(Words)}
    words = Words(**{name: tidy(text) for name, text in given.items()})
    for name, most in MOST.items():
        if len(getattr(words, name)) > most:
            raise BadInput(f"board.long_{name}", most=most)
    if len(words.title) < LEAST_TITLE or "\n" in words.title:
        raise BadInput("board.no_title", least=LEAST_TITLE)
    if len(words.text) < LEAST_TEXT:
        raise BadInput("board.no_text", least=LEAST_TEXT)
    return words


async def doubts(session: AsyncSession, library: Library, code: str, words: Words) -> list[Doubt]:
    """Where the words may tell too much about somebody."""
    case = await of_code(session, code)
    hide, found = masker(library), list[Doubt]()
    added = [each.words for each in await CasePartRepository(session).additions(case.id)]
    wrote = (case.subject, case.remedy, *map(str, case.extras.values()), *added)
    said = [normalise(each) for each in wrote if each]
    apart = [normalise(each) for each in await _private(session, case)]
    place = normalise(case.place or "")
    for name, text in asdict(words).items():
        masked = hide(text)
        if masked != text:
            found.append(Doubt(name, "masked", masked))
        plain = normalise(text)
        if run := _shared(plain, said):
            found.append(Doubt(name, "own_words", run))
        if run := _shared(plain, apart):
            found.append(Doubt(name, "private", run))
        if len(place) >= LEAST_TITLE and place in plain:
            found.append(Doubt(name, "place", place))
    return found


async def release(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    words: Words,
    seen: str,
    looked: bool,
) -> int:
    """Put it on the board, or change what stands there; gives the number.

    Raises Personal where something looks personal and `looked` was not said, Stale where another
    was faster, NotAllowed for a case that is not decided on.
    """
    case = await _case(session, actor, code)
    if not _may_show(case):
        raise NotAllowed("board.not_yet")
    rows, now = BoardRepository(session), clock()
    post = await rows.of_case(case.id)
    if seen != _seen(post):
        raise Stale
    if not looked and await doubts(session, library, code, words):
        raise Personal
    what = "released" if post is None or post.withdrawn_at else "changed"
    if post is None:
        post = BoardPost(
            case_id=case.id, received_on=in_shanghai(case.created_at).date(), released_at=now
        )
        rows.add(post)
    elif what == "released":
        post.released_at = now
    post.kind, post.category = case.kind, case.category
    post.province, post.city, post.district = case.province, case.city, case.district
    post.title, post.text = words.title, words.text
    post.answer, post.unit = words.answer or None, words.unit or None
    post.changed_at, post.withdrawn_at = now, None
    await session.flush()
    _note(rows, post, actor, what)
    return post.number


async def withdraw(
    session: AsyncSession, clock: Clock, actor: Actor, code: str, *, reason: str, seen: str
) -> None:
    """Take it off the board; its history stays. Raises BadInput without a reason."""
    case = await _case(session, actor, code)
    why = " ".join(tidy(reason).split())
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        raise BadInput("board.reason", least=LEAST_REASON, most=MOST_REASON)
    rows, now = BoardRepository(session), clock()
    post = await rows.of_case(case.id)
    if post is None or seen != _seen(post):
        raise Stale
    post.withdrawn_at = post.changed_at = now
    _note(rows, post, actor, "withdrawn", reason=why)


async def _case(session: AsyncSession, actor: Actor, code: str) -> Case:
    """The case, held until the commit; raises NotAllowed for who keeps out of it."""
    case = await of_code(session, code, lock=True)
    if not actor.may_for(Permission.DECIDE_CASES, rules.reach_of(case)):
        raise NotAllowed("staff.no_permission")
    return case


async def _first_words(session: AsyncSession, case: Case) -> Words:
    """What staff wrote for the public already; of the worker's own words nothing."""
    answers: Sequence[CaseAnswer] = await CaseFlowRepository(session).answers(case.id)
    public = [each.text for each in answers if each.is_public and each.state == "approved"]
    return Words(answer=public[-1] if public else "", unit=rules.lead_of(case) or "")


async def _private(session: AsyncSession, case: Case) -> Sequence[str]:
    """Answers that were for the author alone, but for what stands in a public one as well."""
    answers: Sequence[CaseAnswer] = await CaseFlowRepository(session).answers(case.id)
    public = {each.text for each in answers if each.is_public}
    return [each.text for each in answers if not each.is_public and each.text not in public]


def _may_show(case: Case) -> bool:
    return case.state not in NOT_YET


def _seen(post: BoardPost | None) -> str:
    return post.changed_at.isoformat() if post else ""


def _note(
    rows: BoardRepository, post: BoardPost, actor: Actor, what: str, reason: str | None = None
) -> None:
    words = Words(post.title, post.text, post.answer or "", post.unit or "")
    rows.add(
        BoardChange(
            id=ids.new_id(),
            number=post.number,
            what=what,
            body=asdict(words),
            reason=reason,
            staff_id=actor.id,
            at=post.changed_at,
        )
    )


def _shared(text: str, others: Sequence[str]) -> str:
    """The first run of characters that stands in one of the others as well."""
    for start in range(len(text) - SAME_WORDS + 1):
        run = text[start : start + SAME_WORDS]
        if any(run in each for each in others):
            return run
    return ""
