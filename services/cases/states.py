"""The states of a case, and the one table of steps: from where, to where, who may, what it takes.

All else reads this table: what a page offers, what is refused, who hears what, ADR 0031.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models import Case, CaseEvent
from kit import ids
from kit.errors import NotAllowed
from services.staff.permissions import Permission

HELD, RECEIVED, IN_REVIEW, WITHDRAWN = "held", "received", "in_review", "withdrawn"
NEEDS_MORE, ACCEPTED, ASSIGNED, RETURNED = "needs_more", "accepted", "assigned", "returned"
HANDLING, PAUSED, TO_APPROVE = "handling", "paused", "to_approve"
ANSWERED, RATED, ARCHIVED = "answered", "rated", "archived"
REFUSED, MERGED, FORWARDED = "refused", "merged", "forwarded"

# In the order in which a case goes through them.
STATES = (
    *(HELD, RECEIVED, IN_REVIEW, NEEDS_MORE, ACCEPTED, ASSIGNED, RETURNED, HANDLING, PAUSED),
    *(TO_APPROVE, ANSWERED, RATED, ARCHIVED, REFUSED, MERGED, FORWARDED, WITHDRAWN),
)
# Where its author may still add to it or take it back, and where others may join him.
OPEN = frozenset(STATES[: STATES.index(ANSWERED)])
PUBLIC = OPEN - {HELD}
ALL = frozenset(STATES)
# Where no clock of ours runs: another has the word.
STOPPED = frozenset({NEEDS_MORE, PAUSED})
RUNNING = OPEN - STOPPED
UNDER_REVIEW = frozenset({RECEIVED, IN_REVIEW})
ANSWERS = frozenset({ANSWERED, RATED, ARCHIVED})

WORKER, STAFF, SYSTEM = "worker", "staff", "system"
STAYS = ""  # the state that it has
BACK = "back"  # the state from which it came into this one

# What a rule asks beyond a permission; each is a function of services/cases/rules.py.
LEAD = "lead"
NOT_AUTHOR = "not_author"
MAY_HEAR = "may_hear"
MAY_ASSIGN = "may_assign"
NEWLY_ASSIGNED = "newly_assigned"
NOT_RULED = "not_ruled"
MAY_EXTEND = "may_extend"
FIRST_TIME = "first_time"
NOT_RATED = "not_rated"
ADOPTED = "adopted"


@dataclass(frozen=True)
class Rule:
    """One step. `hears` is what author and supporters are told, as `case_steps.news_…`."""

    step: str
    before: frozenset[str]
    after: str
    permission: Permission | None
    needs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    hears: str | None = None

    @property
    def who(self) -> str:
        """Whose step it is."""
        return STAFF if self.permission else WORKER


_DECIDE, _HANDLE = Permission.DECIDE_CASES, Permission.HANDLE_CASES
_ANSWER, _APPROVE = Permission.ANSWER_CASES, Permission.APPROVE_ANSWERS


def _in(*states: str) -> frozenset[str]:
    return frozenset(states)


_BEFORE_HANDS = _in(HELD, RECEIVED, IN_REVIEW, NEEDS_MORE, ACCEPTED, RETURNED)
_RULES = (
    # First look.
    Rule("release", _in(HELD), RECEIVED, _DECIDE, hears="released"),
    Rule("take_up", _in(RECEIVED), IN_REVIEW, _DECIDE, hears="in_review"),
    Rule("sort", OPEN, STAYS, _DECIDE, ("category",)),
    Rule("accept", UNDER_REVIEW, ACCEPTED, _DECIDE, hears="accepted"),
    Rule("refuse", _BEFORE_HANDS, REFUSED, _DECIDE, ("reason",), hears="refused"),
    Rule(
        *("ask", _in(RECEIVED, IN_REVIEW, ACCEPTED, HANDLING), NEEDS_MORE, _HANDLE, ("text",)),
        *((LEAD, MAY_HEAR), "asked"),
    ),
    Rule("merge", OPEN - {TO_APPROVE}, MERGED, _DECIDE, ("target",), hears="merged"),
    Rule(
        *("forward", UNDER_REVIEW | {ACCEPTED, RETURNED}, FORWARDED, _DECIDE, ("system",)),
        *((), "forwarded"),
    ),
    # Into whose hands.
    Rule(
        *("assign", _in(ACCEPTED, RETURNED), ASSIGNED, _DECIDE, ("unit",)),
        *((MAY_ASSIGN,), "assigned"),
    ),
    Rule("rule", _in(RETURNED), ASSIGNED, _DECIDE, ("unit", "note"), hears="ruled"),
    Rule(
        *("reassign", _in(ASSIGNED, HANDLING, PAUSED), ASSIGNED, _DECIDE, ("unit", "note")),
        *((), "reassigned"),
    ),
    Rule("recall", _in(ASSIGNED), BACK, _DECIDE, ("note",), (NEWLY_ASSIGNED,), "recalled"),
    Rule("sign_for", _in(ASSIGNED), HANDLING, _HANDLE, (), (LEAD,), "handling"),
    Rule("send_back", _in(ASSIGNED), RETURNED, _HANDLE, ("note",), (LEAD, NOT_RULED), "returned"),
    # Dealing with it.
    Rule(
        "extend", _in(HANDLING), STAYS, _HANDLE, ("days", "note"), (LEAD, MAY_EXTEND), "extended"
    ),
    Rule("pause", _in(HANDLING), PAUSED, _HANDLE, ("note",), (LEAD,), "paused"),
    Rule("resume", STOPPED, BACK, _HANDLE, (), (LEAD,), "resumed"),
    Rule("answer", _in(HANDLING), TO_APPROVE, _ANSWER, ("text", "grade"), (LEAD,)),
    Rule("approve", _in(TO_APPROVE), ANSWERED, _APPROVE, (), (NOT_AUTHOR,), "answered"),
    Rule("return_answer", _in(TO_APPROVE), HANDLING, _APPROVE, ("note",), (NOT_AUTHOR,)),
    # What becomes of it.
    Rule("adopt", ANSWERS, STAYS, _DECIDE, ("route",), hears="adopted"),
    Rule("reward", ANSWERS, STAYS, _DECIDE, ("kind", "note"), (ADOPTED,), "rewarded"),
    Rule("archive", _in(ANSWERED, RATED), ARCHIVED, _DECIDE, hears="archived"),
    Rule(
        *("reopen", ANSWERS | {REFUSED, FORWARDED, MERGED}, IN_REVIEW, _DECIDE, ("note",)),
        *((), "reopened"),
    ),
    # Beside it.
    Rule("label", ALL, STAYS, _DECIDE, ("labels",)),
    Rule("step_aside", OPEN, STAYS, _HANDLE, ("note",)),
    Rule("note", ALL, STAYS, _HANDLE, ("note",)),
    # The worker's own.
    Rule("supply", _in(NEEDS_MORE), BACK, None, hears="supplied"),
    Rule("rate", _in(ANSWERED), RATED, None, ("rating",), (NOT_RATED,)),
    Rule(
        "object", _in(ANSWERED), HANDLING, None, ("rating",), (NOT_RATED, FIRST_TIME), "objected"
    ),
    Rule("withdraw", OPEN, WITHDRAWN, None, hears="withdrawn"),
)
STEPS: Mapping[str, Rule] = {rule.step: rule for rule in _RULES}
_STOPPED_IN = STEPS["ask"].before | {HANDLING}
_BACK_TO = {"supply": _STOPPED_IN, "resume": _STOPPED_IN, "recall": STEPS["assign"].before}
# The same as moves: who may take a case from where to where, by whatever step.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (before, after): rule.who
    for rule in _RULES
    for before in rule.before
    for after in (_BACK_TO.get(rule.step, {rule.after}))
    if after != STAYS
}


def state_of(case: Case) -> str:
    """The state that a loaded history gives a case."""
    return case.events[-1].state


def came_from(case: Case) -> str:
    """The state that a case was in before the one it is in."""
    now = state_of(case)
    return next((e.state for e in reversed(case.events) if e.state != now), now)


def to_state(case: Case, rule: Rule) -> str:
    """Where a step takes a case; raises NotAllowed where it cannot be taken."""
    now = state_of(case)
    if now not in rule.before:
        raise NotAllowed("cases.cannot_move")
    return {STAYS: now, BACK: came_from(case)}.get(rule.after, rule.after)


def append(
    case: Case,
    state: str,
    actor: str,
    actor_id: str | None,
    now: datetime,
    *,
    step: str,
    note: str | None = None,
    unit: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Write one more line of a case's history: the one place where a state is written."""
    event = CaseEvent(
        id=ids.new_id(),
        number=len(case.events) + 1,
        state=state,
        actor=actor,
        actor_id=actor_id,
        step=step,
        note=note,
        unit=unit,
        data=dict(data) if data else None,
        at=now,
    )
    case.events.append(event)
    case.state = state
    return event
