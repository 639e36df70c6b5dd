"""Two cases that are one matter: the older words stay, and all who spoke hear the end of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case, CaseRecusal, CaseSupporter
from db.repositories.case_parts import CasePartRepository
from db.repositories.cases import CaseRepository
from kit import ids
from kit.errors import BadInput, NotAllowed
from services.cases import states
from services.cases.reading import of_code
from services.cases.rules import kept_out_of


async def merge_into(session: AsyncSession, now: datetime, case: Case, code: str) -> Case:
    """Let a case go on in another; its author and supporters stand behind that one from now on.

    They are known by the moment, which its history has too, should they part again. Both rows are
    locked by the caller. Of two promised days the earlier one holds: it was promised. Raises
    NotAllowed where the other one is closed, as it is when somebody merged it into this one just
    before.
    """
    target = await of_code(session, code)
    if target.id == case.id:
        raise BadInput("case_steps.needs_target")
    if states.state_of(target) not in states.PUBLIC:
        raise NotAllowed("case_steps.target_closed")
    _keep_out(case, target)
    if case.due is not None and target.due is not None:
        target.due = min(case.due, target.due)
    parts = CasePartRepository(session)
    behind = [case.worker_id, *await parts.supporters(case.id)]
    there = {target.worker_id, *await parts.supporters(target.id)}
    for worker_id in dict.fromkeys(filter(None, behind)):
        if worker_id not in there:
            parts.add(
                CaseSupporter(id=ids.new_id(), case_id=target.id, worker_id=worker_id, at=now)
            )
    await session.flush()
    return target


async def sources_of(session: AsyncSession, case: Case, *, lock: bool = False) -> Sequence[Case]:
    """The cases that go on in this one, with their history; in the order of their codes."""
    cases, codes = CaseRepository(session), taken_in(case)
    found = [await cases.by_code(code, lock=lock) for code in codes]
    return [each for each in found if each is not None and each.merged_into == case.id]


def taken_in(case: Case) -> Sequence[str]:
    """The codes of cases that were merged into this one at any time."""
    data = [event.data or {} for event in case.events if event.step == "take_in"]
    return sorted({each["source"] for each in data})


async def authors_behind(session: AsyncSession, case: Case) -> dict[str, Case]:
    """Who handed in himself what goes on in this case, straight or by way of others; of several
    cases of one worker that of which he wants to hear.
    """
    found: dict[str, Case] = {}
    left, seen = [case], {case.id}
    while left:
        for each in await sources_of(session, left.pop()):
            if each.id in seen:
                continue
            seen.add(each.id)
            left.append(each)
            known = found.get(each.worker_id or "")
            if each.worker_id and (known is None or not known.wants_answer):
                found[each.worker_id] = each
    return found


def _keep_out(case: Case, target: Case) -> None:
    """Who keeps out of a case keeps out of the one in which it goes on: it is one matter.

    Raises NotAllowed where that one is in the hands of a unit that the other speaks of.
    """
    if kept_out_of(case) & {each.unit for each in target.units}:
        raise NotAllowed("case_steps.unit_recused")
    there = kept_out_of(target)
    for each in case.recusals:
        if (each.staff_id or each.unit) not in there:
            target.recusals.append(
                CaseRecusal(id=ids.new_id(), staff_id=each.staff_id, unit=each.unit, at=each.at)
            )
