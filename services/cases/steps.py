"""Taking a step of a case: one way for all of them, by the table of services/cases/states.py.

The case is locked, the rules are asked, the step does what it does, the history and the clocks
follow, and whoever it concerns is told: all in the caller's one transaction.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.cases import CaseRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError, NotFound
from services.cases import clocks, given, merging, parameters, rules, states, telling
from services.cases.effects import EFFECTS
from services.cases.given import Given
from services.cases.moves import Move, Told
from services.cases.states import STEPS, Rule
from services.staff.actors import Actor

NOTHING = Given()


class Stale(AppError):
    """Somebody took a step since this page was opened; what was typed is the caller's to keep.

    `by` is what was done meanwhile.
    """

    key = "case_steps.stale"
    status = 409


async def take(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    step: str,
    given: Given = NOTHING,
    seen: int | None = None,
) -> Case:
    """Let a member of staff take a step. `seen` is the number of the newest event he saw.

    Raises NotFound for no such case or step, NotAllowed with the reason, BadInput for what is
    missing, Stale when the history has gone on.
    """
    rule = _staff_rule(step)
    case = await _locked(session, code, given.target if "target" in rule.needs else None)
    if seen is not None and case.events[-1].number != seen:
        raise Stale(by=case.events[-1].step)
    move = await _begun(session, library, clock, case, rule=rule, given=given)
    rules.check(move.facts, rule, actor)
    return await _finished(replace(move, actor=states.STAFF, actor_id=actor.id, staff=actor))


async def take_own(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    code: str,
    *,
    step: str,
    given: Given = NOTHING,
) -> Case:
    """Let a worker take a step of his own case; raises as `take` does."""
    rule = STEPS[step]
    others = await _merged_into(session, code) if step == "withdraw" else ()
    case = await _locked(session, code, *others)
    if case.worker_id != worker_id:
        raise NotFound("cases.not_yours")
    move = await _begun(session, library, clock, case, rule=rule, given=given)
    rules.check(move.facts, rule, None)
    return await _finished(replace(move, actor=states.WORKER, actor_id=worker_id))


async def rate(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    code: str,
    *,
    rating: str,
) -> Case:
    """What a worker thinks of the answer to his case; the first time he is not content it is
    dealt with once more.
    """
    case = await _locked(session, code)
    again = rating == "poor" and not any(event.step == "object" for event in case.events)
    step = "object" if again else "rate"
    return await take_own(
        session, library, clock, worker_id, code, step=step, given=Given(rating=rating)
    )


async def open_to(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, code: str
) -> Sequence[str]:
    """The steps that this actor may take now, in the order of the table: a page's buttons."""
    case = await CaseRepository(session).by_code(ids.read_code(code) or "")
    if case is None:
        raise NotFound("cases.no_such_code")
    limits = await parameters.in_force(session, library, clock)
    facts = await rules.facts_of(session, case, limits)
    return [rule.step for rule in STEPS.values() if rules.is_open_to(facts, rule, actor)]


def _staff_rule(step: str) -> Rule:
    rule = STEPS.get(step)
    if rule is None or rule.who != states.STAFF:
        raise NotFound("case_steps.no_such_step")
    return rule


async def _merged_into(session: AsyncSession, code: str) -> Sequence[str]:
    """The codes of cases that were merged into this one: they go on when it does not."""
    case = await CaseRepository(session).by_code(ids.read_code(code) or "")
    return merging.taken_in(case) if case else ()


async def _locked(session: AsyncSession, code: str, *others: str | None) -> Case:
    """The case, locked until the commit; others beside it first where they sort before it.

    Two who merge two cases into each other then wait for one another instead of for ever.
    """
    read = ids.read_code(code)
    cases = CaseRepository(session)
    if read is None:
        raise NotFound("cases.no_such_code")
    for each in sorted({read, *(ids.read_code(other or "") or read for other in others)}):
        await cases.by_code(each, lock=True)
    case = await cases.by_code(read)
    if case is None:
        raise NotFound("cases.no_such_code")
    return case


async def _begun(
    session: AsyncSession, library: Library, clock: Clock, case: Case, *, rule: Rule, given: Given
) -> Move:
    limits = await parameters.in_force(session, library, clock)
    facts = await rules.facts_of(session, case, limits)
    return Move(session, library, clock, case, facts, rule, given)


async def _finished(move: Move) -> Case:
    case, rule = move.case, move.rule
    given.check(move.library, rule, move.given)
    after = states.to_state(case, rule)
    effect = EFFECTS.get(rule.step)
    told = (await effect(move) if effect else None) or Told()
    # With the state, at once: the database holds the two together.
    stays = told.merged_into or case.merged_into
    case.merged_into = stays if after == states.MERGED else None
    event = states.append(
        case,
        after,
        move.actor,
        move.actor_id,
        move.clock(),
        step=rule.step,
        note=move.given.note,
        unit=rules.lead_of(case),
        data=told.data,
    )
    limits = move.facts.limits
    await clocks.set_going(move.session, move.library, case, limits=limits)
    if heard := told.hears or rule.hears:
        news = telling.News(heard, told.behind or heard, told.fields)
        await telling.step(move.session, move.library, move.clock, case, event, news=news)
    return case
