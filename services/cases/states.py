"""The states of a case, who may move it from where to where, and its appended history."""

from collections.abc import Mapping
from datetime import datetime

from db.models import Case, CaseEvent
from kit import ids
from kit.errors import NotAllowed

HELD, RECEIVED, IN_REVIEW, WITHDRAWN = "held", "received", "in_review", "withdrawn"
# Who may move a case from where to where. Later issues add rows, not branches.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (HELD, RECEIVED): "staff",
    (HELD, WITHDRAWN): "worker",
    (RECEIVED, IN_REVIEW): "staff",
    (RECEIVED, WITHDRAWN): "worker",
    (IN_REVIEW, WITHDRAWN): "worker",
}
# Where its author may still add to it, and where others may join him.
OPEN = frozenset({HELD, RECEIVED, IN_REVIEW})
PUBLIC = frozenset({RECEIVED, IN_REVIEW})


def state_of(case: Case) -> str:
    """The state that a loaded history gives a case."""
    return case.events[-1].state


def may_move(case: Case, state: str) -> bool:
    """Whether anybody may move a case to a state."""
    return (state_of(case), state) in TRANSITIONS


def move(case: Case, state: str, actor: str, actor_id: str, now: datetime) -> None:
    """Move a case, where the table lets this actor do so."""
    if TRANSITIONS.get((state_of(case), state)) != actor:
        raise NotAllowed("cases.cannot_move")
    append(case, state, actor, actor_id, now)


def append(
    case: Case, state: str, actor: str, actor_id: str, now: datetime, *, note: str | None = None
) -> None:
    """Write one more line of a case's history."""
    event = CaseEvent(
        id=ids.new_id(),
        number=len(case.events) + 1,
        state=state,
        actor=actor,
        actor_id=actor_id,
        note=note,
        at=now,
    )
    case.events.append(event)
