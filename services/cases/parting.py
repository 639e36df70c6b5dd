"""Cases that went on in another one: whose they are, and how they stand by themselves again."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.case_parts import CasePartRepository
from db.repositories.cases import CaseRepository
from kit.clock import Clock
from services.cases import clocks, parameters, states, telling
from services.cases.merging import sources_of


async def leave(session: AsyncSession, case: Case) -> None:
    """Take those who came along with a merged case out of the one in which it went on, and of
    those in which that one did: they would go on to be counted there, and to hear of a matter
    that is not theirs.
    """
    cases, parts = CaseRepository(session), CasePartRepository(session)
    going = [case.worker_id, *await parts.supporters(case.id)]
    here, leaving = case, set(filter(None, going))
    while here.merged_into is not None and leaving:
        code = await cases.code_of(here.merged_into)
        there = await cases.by_code(code) if code else None
        if there is None:
            return
        taken = [e for e in there.events if (e.data or {}).get("source") == here.code]
        # Who was there of his own accord came at another moment.
        leaving = await parts.leave(there.id, leaving, taken[-1].at) if taken else set()
        here = there


async def go_on_apart(
    session: AsyncSession, library: Library, clock: Clock, withdrawn: Case
) -> None:
    """The author of a case takes it back: those of others that went on in it are looked at anew.

    Nobody took these back, and nobody else would see them.
    """
    limits = await parameters.in_force(session, library, clock)
    for case in await sources_of(session, withdrawn, lock=True):
        if case.worker_id is not None and case.worker_id == withdrawn.worker_id:
            continue
        await leave(session, case)
        case.units.clear()
        days = await parameters.days_to_answer(session, library, clock, case.category)
        clocks.promise(case, days, clocks.day_of(clock()), library.calendar)
        case.merged_into = None  # with the state, at once
        event = states.append(
            *(case, states.IN_REVIEW, states.SYSTEM, None, clock()),
            step="reopen",
            note=library.say("case_steps.apart_note"),
        )
        await clocks.set_going(session, library, case, limits=limits)
        news = telling.News("apart", "apart", {})
        await telling.step(session, library, clock, case, event, news=news)
