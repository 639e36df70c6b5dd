"""The states of a notice, and the one table of steps: from where, to where, who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models import Notice, NoticeEvent
from kit import ids
from kit.errors import NotAllowed
from services.staff.permissions import Permission

DRAFT, WAITING, APPROVED, SCHEDULED = "draft", "waiting", "approved", "scheduled"
SENDING, SENT, PAUSED, STOPPED, RECALLED = "sending", "sent", "paused", "stopped", "recalled"
STATES = (DRAFT, WAITING, APPROVED, SCHEDULED, SENDING, SENT, PAUSED, STOPPED, RECALLED)
# Where rows may be made.
GOING = frozenset({SCHEDULED, SENDING})
# Where somebody has to do something.
OPEN = frozenset({DRAFT, WAITING, APPROVED, SCHEDULED, SENDING, PAUSED})

OF_STEP = ""  # the step itself says where it leads


@dataclass(frozen=True)
class Rule:
    """One step. Any one of the permissions will do; without any it is the system's."""

    step: str
    before: frozenset[str]
    after: str
    permissions: tuple[Permission, ...] = ()
    needs_note: bool = False


_WRITE, _APPROVE = Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES


def _in(*states: str) -> frozenset[str]:
    return frozenset(states)


_RULES = (
    Rule("edit", _in(DRAFT, WAITING, APPROVED, SCHEDULED, PAUSED, SENT), DRAFT, (_WRITE,)),
    Rule("submit", _in(DRAFT), WAITING, (_WRITE,)),
    Rule("approve", _in(WAITING), APPROVED, (_APPROVE,)),
    Rule("send_back", _in(WAITING), DRAFT, (_APPROVE,), needs_note=True),
    Rule("schedule", _in(APPROVED, SCHEDULED), SCHEDULED, (_WRITE,)),
    # A new version of what has gone out goes where that went.
    Rule("correct", _in(APPROVED), SENT, (_WRITE,)),
    Rule("begin", _in(SCHEDULED), SENDING),
    Rule("finish", _in(SENDING), OF_STEP),
    Rule("pause", _in(SCHEDULED, SENDING), PAUSED, (_WRITE, _APPROVE)),
    Rule("resume", _in(PAUSED), OF_STEP, (_WRITE, _APPROVE)),
    Rule("stop", OPEN, STOPPED, (_WRITE, _APPROVE)),
    Rule(
        *("recall", _in(SCHEDULED, SENDING, SENT, PAUSED, STOPPED), RECALLED),
        *((_WRITE, _APPROVE), True),
    ),
)
STEPS: Mapping[str, Rule] = {rule.step: rule for rule in _RULES}


def check(notice: Notice, step: str) -> Rule:
    """The rule of a step; raises NotAllowed where the notice does not stand there."""
    rule = STEPS[step]
    if notice.state not in rule.before:
        raise NotAllowed("notices.cannot_move")
    return rule


def append(
    notice: Notice,
    step: str,
    state: str,
    actor_id: str | None,
    now: datetime,
    *,
    note: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> NoticeEvent:
    """Write one more line of a notice's history: the one place where its state is written."""
    event = NoticeEvent(
        id=ids.new_id(),
        number=len(notice.events) + 1,
        step=step,
        state=state,
        version=notice.version,
        actor_id=actor_id,
        note=note,
        data=dict(data) if data else None,
        at=now,
    )
    notice.events.append(event)
    notice.state = state
    return event
