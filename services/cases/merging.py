"""Two cases that are one matter: the older words stay, and all who spoke hear the end of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case, CaseRecusal, CaseSupporter
from db.repositories.case_parts import CasePartRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed
from services.cases import states
from services.cases.reading import of_code
from services.cases.rules import kept_out_of


async def merge_into(session: AsyncSession, clock: Clock, case: Case, code: str) -> Case:
    """Let a case go on in another; its author and supporters stand behind that one from now on.

    Both rows are locked by the caller. Of two promised days the earlier one holds: it was
    promised. Raises NotAllowed where the other one is closed, as it is when somebody merged it
    into this one just before.
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
                CaseSupporter(id=ids.new_id(), case_id=target.id, worker_id=worker_id, at=clock())
            )
    await session.flush()
    return target


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
