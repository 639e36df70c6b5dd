"""Staff settle what people at the door said of a stop, and who said it hears the answer once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow, StopCheck, StopReport
from db.repositories.rest_stops import WITHDRAWN
from db.repositories.stop_reports import StopReportRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import BadInput, NotAllowed
from services import outbox
from services.rest_stops import editing, fields, history, waits
from services.rest_stops.editing import Signed, Stale
from services.rest_stops.fields import BadFields
from services.staff.actors import Actor
from services.turns import Reply

RIGHT, CHANGED, GONE = "right", "changed", "withdrawn"
OUTCOMES = (RIGHT, CHANGED, GONE)


@dataclass(frozen=True)
class Look:
    """What a form brings: what came of the look, the staff's own sentence, and what was shown."""

    actor: Actor
    outcome: str
    answer: str
    heard: str = field(repr=False)


async def settle(
    session: AsyncSession, library: Library, clock: Clock, stop_id: str, look: Look
) -> None:
    """Close what was said of a stop since staff last looked, and tell all who said it.

    `right` means that it is as it is published: it counts as checked today. `withdrawn` takes the
    stop off the map. Raises NotFound; NotAllowed when another settled it already; Stale when more
    was said since the form was shown; BadFields.
    """
    row = await editing.find(session, look.actor, stop_id, lock=True)
    rows = StopReportRepository(session)
    # Whoever says otherwise of today now waits, and what he says then is open again.
    waiting = await rows.unsettled([row.id], lock=True)
    if not waiting:
        raise NotAllowed("console.stop_settled")
    if heard(waiting) != look.heard:
        raise Stale("console.stop_new_voices")
    entries = await history.history(session, library, row)
    answer = _checked(library, look, edited=edited_since(waiting, entries))
    check = StopCheck(
        id=ids.new_id(),
        stop_id=row.id,
        staff_id=look.actor.id,
        outcome=look.outcome,
        answer=answer,
        at=clock(),
    )
    rows.add(check)
    await session.flush()
    await rows.settle([report.id for report in waiting], check.id)
    await _bring(session, library, clock, row, check)
    answers = dict(_answers(library, row, check, waiting))
    for worker_id, text in answers.items():
        await outbox.put(session, clock, worker_id, f"check:{check.id}", Reply(text))
    if look.outcome != GONE:  # That answer says all that they waited for.
        await waits.end(session, answers, row.id)


def heard(waiting: Sequence[StopReport]) -> str:
    """What a form carries to prove which reports it showed; empty for none."""
    shown = [(report.id, report.kind, report.at.isoformat()) for report in waiting]
    return ids.digest(json.dumps(shown)) if shown else ""


def edited_since(waiting: Sequence[StopReport], entries: Iterable[history.Entry]) -> bool:
    """Whether staff changed the stop after the first of these reports was made."""
    if not waiting:
        return False
    first = waiting[0].at
    return any(entry.road == "staff" and entry.at >= first for entry in entries)


def _checked(library: Library, look: Look, *, edited: bool) -> str | None:
    faults: dict[str, str] = {}
    if look.outcome not in OUTCOMES:
        faults["outcome"] = fields.told(library, "outcome", BadInput("stops_import.missing"))
    elif look.outcome == CHANGED and not edited:
        faults["outcome"] = library.say("stop_checks.not_changed")
    answer = None
    if look.answer.strip():
        answer = fields.sentence(library, "answer", look.answer, faults)
    if faults:
        raise BadFields(faults)
    return answer


async def _bring(
    session: AsyncSession, library: Library, clock: Clock, row: RestStopRow, check: StopCheck
) -> None:
    """What the outcome says of the stop itself goes into its history like any edit."""
    values: dict[str, object] = {}
    if check.outcome == RIGHT:
        values["checked_on"] = in_shanghai(clock()).date()
    elif check.outcome == GONE:
        values["status"] = WITHDRAWN
    reason = library.say(f"stop_checks.reason_{check.outcome}")
    await editing.change(session, clock, row, values, Signed(check.staff_id, reason))


def _answers(
    library: Library, row: RestStopRow, check: StopCheck, waiting: Sequence[StopReport]
) -> Iterable[tuple[str, str]]:
    """What each reporter is told, by the newest of his words."""
    newest = {report.worker_id: report.kind for report in waiting if report.worker_id}
    for worker_id, kind in newest.items():
        what = library.say(f"rest_stops.report_{kind}")
        text = library.say(f"stop_checks.told_{check.outcome}", what=what, name=row.name)
        if check.answer:
            text += "\n" + library.say("stop_checks.in_words", answer=check.answer)
        yield worker_id, text
