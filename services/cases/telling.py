"""News of a case: to its author, unless he wants none, and to all who stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseEvent
from db.repositories.case_parts import CasePartRepository
from kit.clock import Clock
from services import outbox
from services.cases import clocks, rules
from services.cases.given import RATINGS
from services.cases.merging import authors_behind
from services.cases.reading import card
from services.cases.states import WORKER
from services.turns import Choice, Reply, Task

RATE, SUPPLY = "case_steps.rate", "cases.add"


@dataclass(frozen=True)
class News:
    """What is told of a step: `heard` to the author, `behind` to those who stand behind the case,
    both as `case_steps.news_…` with these fields.
    """

    heard: str
    behind: str
    fields: Mapping[str, object] = field(repr=False)


async def step(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    case: Case,
    event: CaseEvent,
    *,
    news: News,
) -> None:
    """Tell a step: the author, unless it was his own, and those who stand behind the case."""
    heard, fields = news.heard, {"by": by_when(library, case), **news.fields}
    what = library.say(f"case_steps.news_{heard}", **fields)
    cause = f"case:{case.code}:{event.number}:{heard}"
    if event.actor != WORKER:
        buttons = _answers_it(library, case) if heard == "asked" else ()
        await _author(session, library, clock, case, cause=cause, what=what, buttons=buttons)
    if heard in {"asked", "supplied"}:
        return  # a question is between two
    what = library.say(f"case_steps.news_{news.behind}", **fields)
    # He handed in the same himself, and waits for an answer of his own.
    apart = "answered_apart_own" if news.behind == "answered_apart" else news.behind
    own = library.say(f"case_steps.news_{apart}", **fields)
    told = await _behind(session, library, case, what=what, own=own)
    for worker_id, text in told.items():
        reply = Reply(text, cards=(card(library, case),))
        await outbox.put(session, clock, worker_id, cause, reply)


def ratings(library: Library, code: str) -> tuple[Choice, ...]:
    """The buttons by which an author says what he thinks of the answer to his case."""
    return tuple(
        Choice(
            library.say(f"case_steps.rating_{rating}"),
            Task(RATE, {"code": code, "rating": rating}),
        )
        for rating in RATINGS
    )


async def ask_rating(session: AsyncSession, library: Library, clock: Clock, case: Case) -> None:
    """Ask the author what he thinks of the answer."""
    cause = f"case:{case.code}:{len(case.events)}:rating"
    what = library.say("case_steps.ask_rating")
    await _author(
        session, library, clock, case, cause=cause, what=what, buttons=ratings(library, case.code)
    )


async def ask_again(session: AsyncSession, library: Library, clock: Clock, case: Case) -> None:
    """Bring the question to mind that its author was asked last; once for each question."""
    asked = next(event for event in reversed(case.events) if event.step == "ask")
    what = library.say("case_steps.ask_again", question=(asked.data or {}).get("question", ""))
    cause = f"case:{case.code}:{asked.number}:again"
    buttons = _answers_it(library, case)
    await _author(
        session, library, clock, case, cause=cause, what=what, buttons=buttons, passes=True
    )


async def looked(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    case: Case,
    *,
    look: str,
    kind: str,
    reason: str,
) -> None:
    """Tell the author that staff looked at what only few may see, and why; whether or not he
    wants an answer: it is his.
    """
    if case.worker_id is None:
        return
    what = library.say(f"case_steps.looked_{kind}", reason=reason)
    news = Reply(library.say("case_steps.own", code=case.code, what=what))
    await outbox.put(session, clock, case.worker_id, f"case:{case.code}:look:{look}", news)


async def eve(
    session: AsyncSession, library: Library, clock: Clock, case: Case, *, due: date
) -> None:
    """Tell author and supporters, on the working day before, until when the answer is due."""
    is_tomorrow = due - clocks.day_of(clock()) == timedelta(days=1)
    what = library.say(
        f"case_steps.eve_{'tomorrow' if is_tomorrow else 'next'}",
        due=due.isoformat(),
        who=rules.lead_of(case) or library.say("case_steps.eve_staff"),
    )
    told = await _behind(session, library, case, what=what, own=what)
    if case.worker_id is not None and case.wants_answer:
        told[case.worker_id] = library.say("case_steps.own", code=case.code, what=what)
    cause = f"case:{case.code}:{due.isoformat()}"
    for worker_id, text in told.items():
        news = Reply(text, cards=(card(library, case),))
        await outbox.remind(session, clock, worker_id, cause, news)


async def _behind(
    session: AsyncSession, library: Library, case: Case, *, what: str, own: str
) -> dict[str, str]:
    """What each is told who stands behind a case: `own` to whom a case was merged into it, under
    its code, unless he wanted to hear nothing of that.
    """
    merged = await authors_behind(session, case)
    told: dict[str, str] = {}
    for worker_id in await CasePartRepository(session).supporters(case.id):
        his = merged.get(worker_id)
        if his is None:
            told[worker_id] = library.say("case_steps.supported", code=case.code, what=what)
        elif his.wants_answer:
            told[worker_id] = library.say(
                "case_steps.merged_in", own=his.code, code=case.code, what=own
            )
    return told


async def _author(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    case: Case,
    *,
    cause: str,
    what: str,
    buttons: tuple[Choice, ...] = (),
    passes: bool = False,
) -> None:
    if case.worker_id is None or not case.wants_answer:
        return
    text = library.say("case_steps.own", code=case.code, what=what)
    news = Reply(text, buttons, (card(library, case),))
    queue = outbox.remind if passes else outbox.put
    await queue(session, clock, case.worker_id, cause, news)


def _answers_it(library: Library, case: Case) -> tuple[Choice, ...]:
    title = library.say("case_steps.supply_title")
    return (Choice(title, Task(SUPPLY, {"code": case.code})),)


def by_when(library: Library, case: Case) -> str:
    """The promised day in words."""
    if case.due is not None:
        return library.say("case_steps.by_day", due=case.due.isoformat())
    return library.say("case_steps.by_days", days=case.answer_days or 0)
