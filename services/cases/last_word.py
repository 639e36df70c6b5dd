"""What staff said last of a case, for its author and who stands behind it to read when they ask.

Who wants no messages, or lost his, finds here what he would have been told.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.case_flow import CaseFlowRepository
from db.repositories.case_parts import CasePartRepository
from kit.clock import Clock
from services import texts
from services.cases import states
from services.cases.reading import of_code

# By which step a case came into such a state.
_SAID_BY = {
    states.REFUSED: "refuse",
    states.FORWARDED: "forward",
    states.MERGED: "merge",
    states.NEEDS_MORE: "ask",
}


async def last_word(
    session: AsyncSession, library: Library, clock: Clock, code: str, worker_id: str
) -> str | None:
    """The answer, the reason against it, the question that waits, where it goes on: what the news
    said of the state that the case is in. None where it said nothing more, and for all others.
    """
    case = await of_code(session, code)
    is_own = case.worker_id == worker_id
    if not is_own and not await CasePartRepository(session).is_supporter(case.id, worker_id):
        return None
    state = states.state_of(case)
    if state in states.ANSWERS:
        return await _answer(session, library, case, is_own=is_own)
    step = _SAID_BY.get(state)
    if step is None or (step == "ask" and not is_own):
        return None  # a question is between two
    data = next((e.data or {} for e in reversed(case.events) if e.step == step), {})
    fields = await _fields(session, library, clock, step, data)
    return library.say(f"case_steps.news_{states.STEPS[step].hears}", **fields) if fields else None


async def _answer(
    session: AsyncSession, library: Library, case: Case, *, is_own: bool
) -> str | None:
    """The newest answer; of a private one others hear no more than that there is one."""
    answers = await CaseFlowRepository(session).answers(case.id)
    given = next((each for each in reversed(answers) if each.state == "approved"), None)
    if given is None:
        return None
    grade = library.say(f"case_steps.grade_{given.grade.lower()}")
    heard = "answered" if is_own or given.is_public else "answered_apart"
    return library.say(f"case_steps.news_{heard}", grade=grade, answer=given.text)


async def _fields(
    session: AsyncSession, library: Library, clock: Clock, step: str, data: Mapping[str, Any]
) -> Mapping[str, object]:
    if step != "refuse":
        return {name: data[name] for name in ("system", "target", "question") if name in data}
    held = await texts.refusals(session, library, clock)
    refusal = held.get(str(data.get("reason")))
    return {"reason": refusal.text, "way_on": refusal.way_on} if refusal else {}
