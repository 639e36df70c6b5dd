"""Who may take a step: permission, reach, and what a step's own rules ask."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import CaseLimits
from db.models import Case, CaseAnswer
from db.repositories.case_flow import CaseFlowRepository
from kit.errors import AppError, NotAllowed
from services import consents
from services.cases import states
from services.cases.states import Rule
from services.staff.actors import Actor
from services.staff.permissions import ROLES

# From these on a promise is a new one.
ANEW = frozenset({"reopen", "object"})  # a case that was done with is dealt with again
NEW_PROMISES = ANEW | {"hand_in"}


@dataclass(frozen=True)
class Reach:
    """A case as the limits of roles see it (services.staff.actors.CaseLike)."""

    province: str | None
    city: str | None
    district: str | None
    category: str | None
    units: Iterable[str]
    kept_out: Collection[str]


@dataclass(frozen=True)
class Facts:
    """What rules ask about a case: the row, its answers, the limits in force, who keeps out."""

    case: Case
    answers: tuple[CaseAnswer, ...]
    limits: CaseLimits
    kept_out: frozenset[str]
    is_heard: bool = True  # whether its author gets messages

    @property
    def waiting(self) -> CaseAnswer | None:
        """The answer that waits for a yes."""
        return next((a for a in self.answers if a.state == "waiting"), None)

    @property
    def given(self) -> CaseAnswer | None:
        """The newest answer that the worker has."""
        return next((a for a in reversed(self.answers) if a.state == "approved"), None)


async def facts_of(session: AsyncSession, case: Case, limits: CaseLimits) -> Facts:
    """What the rules need to know of a case whose history, units and recusals are loaded."""
    answers = await CaseFlowRepository(session).answers(case.id)
    author = case.worker_id
    silent = author is None or await consents.is_withdrawn(session, author, consents.NEWS)
    return Facts(case, tuple(answers), limits, kept_out_of(case), not silent)


def reach_of(case: Case) -> Reach:
    """A case for `Actor.may_for`; its units and recusals must be loaded."""
    units = tuple(each.unit for each in case.units)
    area = (case.province, case.city, case.district)
    return Reach(*area, case.category, units, kept_out_of(case))


def kept_out_of(case: Case) -> frozenset[str]:
    """Who keeps out of a case: ids of staff and names of units."""
    return frozenset(each.staff_id or str(each.unit) for each in case.recusals)


def lead_of(case: Case) -> str | None:
    """The unit that leads a case."""
    return next((each.unit for each in case.units if each.part == "lead"), None)


def count_steps(case: Case, step: str) -> int:
    """How often a step was taken since the case was last promised anew."""
    count = 0
    for event in reversed(case.events):
        if event.step in NEW_PROMISES:
            break
        count += event.step == step
    return count


def check(facts: Facts, rule: Rule, actor: Actor | None) -> None:
    """Raise NotAllowed, with the reason, where a step may not be taken (by this actor)."""
    states.to_state(facts.case, rule)
    if actor is not None:
        _check_actor(facts, rule, actor)
    for name in rule.only:
        if name in _ONLY:
            _ONLY[name](facts, actor)


def is_open_to(facts: Facts, rule: Rule, actor: Actor) -> bool:
    """Whether this actor may take the step now."""
    try:
        check(facts, rule, actor)
    except AppError:
        return False
    return rule.who == states.STAFF


def _check_actor(facts: Facts, rule: Rule, actor: Actor) -> None:
    if actor.id in facts.kept_out:
        raise NotAllowed("case_steps.recused")
    case, reach = facts.case, reach_of(facts.case)
    granting = [grant for grant in actor.grants if rule.permission in ROLES[grant.role]]
    grants = [grant for grant in granting if grant.reaches(reach)]
    if rule.permission is None or not actor.may_for(rule.permission, reach):
        raise NotAllowed("staff.no_permission")
    # Who is bound to no unit stands in for one that has nobody in the console.
    if states.LEAD in rule.only and not any(g.unit in {None, lead_of(case)} for g in grants):
        raise NotAllowed("case_steps.not_lead")


def _not_author(facts: Facts, actor: Actor | None) -> None:
    if facts.waiting is None or (actor and facts.waiting.author_id == actor.id):
        raise NotAllowed("case_steps.own_answer")


def _may_hear(facts: Facts, _actor: Actor | None) -> None:
    """A question that reaches nobody would stop the clock for ever."""
    if not facts.is_heard or not facts.case.wants_answer:
        raise NotAllowed("case_steps.nobody_to_ask")


def _may_assign(facts: Facts, _actor: Actor | None) -> None:
    if count_steps(facts.case, "send_back") >= facts.limits.returns:
        raise NotAllowed("case_steps.must_rule")


def _newly_assigned(facts: Facts, _actor: Actor | None) -> None:
    """What was taken from another unit cannot be given back to it by taking it from this one."""
    if states.came_from(facts.case) not in states.STEPS["assign"].before:
        raise NotAllowed("case_steps.not_newly_assigned")


def _not_ruled(facts: Facts, _actor: Actor | None) -> None:
    if count_steps(facts.case, "rule"):
        raise NotAllowed("case_steps.ruled")


def _may_extend(facts: Facts, _actor: Actor | None) -> None:
    if count_steps(facts.case, "extend") >= facts.limits.extensions:
        raise NotAllowed("case_steps.too_many_extensions")


def _not_rated(facts: Facts, _actor: Actor | None) -> None:
    if facts.given is None or facts.given.rating:
        raise NotAllowed("case_steps.rated_already")


def _first_time(facts: Facts, _actor: Actor | None) -> None:
    if any(event.step == "object" for event in facts.case.events):
        raise NotAllowed("case_steps.handled_twice")


def _adopted(facts: Facts, _actor: Actor | None) -> None:
    if facts.case.adopted is None:
        raise NotAllowed("case_steps.not_adopted")


_ONLY: Mapping[str, Callable[[Facts, Actor | None], None]] = {
    states.NOT_AUTHOR: _not_author,
    states.MAY_HEAR: _may_hear,
    states.MAY_ASSIGN: _may_assign,
    states.NEWLY_ASSIGNED: _newly_assigned,
    states.NOT_RULED: _not_ruled,
    states.MAY_EXTEND: _may_extend,
    states.NOT_RATED: _not_rated,
    states.FIRST_TIME: _first_time,
    states.ADOPTED: _adopted,
}
