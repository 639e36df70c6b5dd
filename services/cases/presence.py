"""Who else has a case before him, and who writes at it: rows that fade by themselves."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.workbench import WorkbenchRepository
from kit.clock import Clock
from services.cases.reading import of_code
from services.cases.rules import reach_of
from services.staff.actors import Actor, may_see
from services.staff.sessions import grants_of

# A page asks again every twenty seconds; one without scripts is believed in as long.
LOOKS, WRITES = timedelta(seconds=90), timedelta(seconds=60)


@dataclass(frozen=True)
class Others:
    """The names of those who look, and of those among them who write."""

    looking: tuple[str, ...]
    writing: tuple[str, ...]
    # The number of the case's newest event, so that a page knows when it is over.
    seen: int


async def look(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    writes: bool = False,
    ended: bool = False,
) -> Others:
    """Note that an actor looks at a case, writes at it or has ended to; tells who else does.

    Only those are named who may see the case now. Raises NotFound.
    """
    case, now, rows = await of_code(session, code), clock(), WorkbenchRepository(session)
    await rows.look(case.id, actor.id, now, writes=writes, ended=ended)
    reach = reach_of(case)
    there = [
        (staff.name, wrote)
        for staff, wrote in await rows.lookers(case.id, now - LOOKS, actor.id)
        if may_see(Actor(staff.id, staff.name, "", grants_of(staff)), reach)
    ]
    writing = tuple(name for name, wrote in there if wrote is not None and wrote > now - WRITES)
    looking = tuple(name for name, _ in there if name not in writing)
    return Others(looking, writing, case.events[-1].number)
