"""What each step does beside moving the case: units, answers, promises, other cases."""

from collections.abc import Awaitable, Callable, Mapping

from db.models import CaseAnswer, CaseRecusal, CaseReward, CaseUnit
from kit import ids
from kit.errors import BadInput, NotAllowed, NotFound
from kit.text import tidy
from services import texts, units, working_days
from services.cases import clocks, drafts, labels, parameters, parting, rules, states, templates
from services.cases.merging import merge_into
from services.cases.moves import Move, Told
from services.cases.reading import of_code
from services.staff.actors import may_see
from services.staff.permissions import Permission


async def _sort(move: Move) -> Told:
    """Another category; its promise is taken over only where that is longer, and told then."""
    case, category = move.case, str(move.given.category)
    was, case.category = case.category, category
    days = await parameters.days_to_answer(move.session, move.library, move.clock, category)
    more = days - (case.answer_days or days)
    if more > 0:
        case.answer_days = days
        clocks.lengthen(case, more, move.library.calendar)
    return Told({"was": was, "category": category}, hears="longer" if more > 0 else None)


async def _refuse(move: Move) -> Told:
    held = await texts.refusals(move.session, move.library, move.clock)
    refusal = held[str(move.given.reason)]
    fields = {"reason": refusal.text, "way_on": refusal.way_on}
    return Told({"reason": refusal.id}, fields)


async def _ask(move: Move) -> Told:
    text = tidy(str(move.given.text))
    return Told({"question": text}, {"question": text})


async def _go_on(move: Move) -> Told | None:
    """The promise gets back the working days on which the case stood still."""
    case, years = move.case, move.library.calendar
    since = next(
        event.at
        for event in reversed(case.events)
        if event.step in {"ask", "pause"} and event.state in states.STOPPED
    )
    clocks.lengthen(case, working_days.between(clocks.day_of(since), move.today, years), years)
    return None


async def _merge(move: Move) -> Told:
    """Into a case that one decides on as well; there it stands in the history too."""
    target = await of_code(move.session, str(move.given.target))
    reach = rules.reach_of(target)
    if move.staff is not None and not may_see(move.staff, reach):
        raise NotFound("console.no_such_case")
    if move.staff is not None and not move.staff.may_for(Permission.DECIDE_CASES, reach):
        raise NotAllowed("staff.no_permission")
    if states.state_of(move.case) in states.STOPPED:  # else the day that stood still passes on
        await _go_on(move)
    now = move.clock()
    target = await merge_into(move.session, now, move.case, target.code)
    source = {"source": move.case.code}
    state, given = states.state_of(target), (move.actor, move.actor_id, now)
    states.append(target, state, *given, step="take_in", unit=rules.lead_of(target), data=source)
    limits = move.facts.limits
    await clocks.set_going(move.session, move.library, target, limits=limits)
    return Told({"target": target.code}, {"target": target.code}, target.id)


async def _forward(move: Move) -> Told:
    system = tidy(str(move.given.system))
    return Told({"system": system}, {"system": system})


async def _hand_over(move: Move) -> Told:
    """To a lead unit and its helpers, in place of those before."""
    names = [str(move.given.unit), *move.given.helpers]
    found = [(await units.known(move.session, name)).name for name in names]
    if len(set(found)) != len(found):
        raise BadInput("case_steps.unit_twice")
    if set(found) & move.facts.kept_out:
        raise NotAllowed("case_steps.unit_recused")
    if states.state_of(move.case) in states.STOPPED:
        await _go_on(move)
    case, lead = move.case, found[0]
    parts = dict.fromkeys(found[1:], "helper") | {lead: "lead"}
    old = {each.unit: each for each in case.units}
    for name, each in old.items():
        if name not in parts:
            case.units.remove(each)
    for name, part in parts.items():
        if name in old:
            old[name].part = part
        else:
            case.units.append(CaseUnit(case_id=case.id, unit=name, part=part))
    return Told({"helpers": found[1:]}, {"unit": lead})


async def _recall(move: Move) -> Told:
    """Out of the hands of a unit that has not signed for it: nobody's again."""
    lead = rules.lead_of(move.case)
    move.case.units.clear()
    return Told({"unit": lead}, {"unit": lead})


async def _label(move: Move) -> Told:
    given = move.given
    return Told(
        await labels.change(move.session, move.case, on=given.labels_on, off=given.labels_off)
    )


async def _extend(move: Move) -> Told:
    days, most = move.given.days, move.facts.limits.extension_days
    if days > most:
        raise BadInput("case_steps.too_many_days", most=most)
    clocks.lengthen(move.case, days, move.library.calendar)
    return Told({"days": days}, {"days": days, "reason": _why(move)})


async def _pause(move: Move) -> Told:
    return Told(fields={"reason": _why(move)})


async def _answer(move: Move) -> Told:
    given, facts = move.given, move.facts
    text = tidy(str(given.text))
    left = await templates.gaps_left(move.session, move.library, move.clock, text)
    if left:
        raise BadInput("case_steps.gaps_left", gaps="、".join(left))
    answer = CaseAnswer(
        id=ids.new_id(),
        case_id=move.case.id,
        number=len(facts.answers) + 1,
        author_id=str(move.actor_id),
        unit=rules.lead_of(move.case),
        grade=str(given.grade),
        is_public=given.is_public,
        text=text,
        written_at=move.clock(),
        state="waiting",
    )
    move.session.add(answer)
    await drafts.drop(move.session, move.case, str(move.actor_id))
    return Told({"answer": answer.number, "grade": answer.grade})


async def _decide(move: Move) -> Told:
    """Approve or return the answer that waits; its author may do neither."""
    answer = move.facts.waiting
    if answer is None:
        raise NotAllowed("cases.cannot_move")
    approved = move.rule.step == "approve"
    answer.state = "approved" if approved else "returned"
    answer.decided_by, answer.decided_at = move.actor_id, move.clock()
    grade = move.library.say(f"case_steps.grade_{answer.grade.lower()}")
    behind = None if answer.is_public else "answered_apart"
    return Told({"answer": answer.number}, {"answer": answer.text, "grade": grade}, behind=behind)


async def _rate(move: Move) -> Told:
    answer, rating = move.facts.given, str(move.given.rating)
    if answer is None:
        raise NotAllowed("cases.cannot_move")
    answer.rating, answer.rated_at = rating, move.clock()
    if move.rule.step == "object":
        case, limits = move.case, move.facts.limits
        days = case.answer_days or limits.answer_days
        clocks.promise(case, days, move.today, move.library.calendar)
    return Told({"answer": answer.number, "rating": rating})


async def _adopt(move: Move) -> Told:
    move.case.adopted = route = str(move.given.route)
    return Told({"route": route}, {"route": move.library.say(f"case_steps.route_{route}")})


async def _reward(move: Move) -> Told:
    kind = str(move.given.kind)
    reward = CaseReward(
        id=ids.new_id(),
        case_id=move.case.id,
        kind=kind,
        note=str(move.given.note),
        given_by=str(move.actor_id),
        at=move.clock(),
    )
    move.session.add(reward)
    return Told({"kind": kind}, {"kind": move.library.say(f"case_steps.kind_{kind}")})


async def _archive(move: Move) -> Told | None:
    """Not before the author was asked what he thinks of the answer, and had the day for it."""
    case, limits = move.case, move.facts.limits
    asked = case.wants_answer and case.worker_id is not None
    if states.state_of(case) == states.ANSWERED and asked and not _rated(move):
        day = working_days.after(
            clocks.entered_on(case), limits.rating_days, move.library.calendar
        )
        if day is not None and move.today <= day:
            raise NotAllowed("case_steps.not_asked_yet", day=day.isoformat())
    return None


async def _reopen(move: Move) -> Told | None:
    """A new promise counts from today; who was dealing with it is asked anew."""
    case = move.case
    await parting.leave(move.session, case)
    case.units.clear()
    days = await parameters.days_to_answer(move.session, move.library, move.clock, case.category)
    clocks.promise(case, days, move.today, move.library.calendar)
    return None


async def _withdraw(move: Move) -> Told | None:
    await parting.go_on_apart(move.session, move.library, move.clock, move.case)
    return None


async def _release(move: Move) -> Told | None:
    move.case.released_by, move.case.released_at = move.actor_id, move.clock()
    return None


async def _step_aside(move: Move) -> Told | None:
    """The actor keeps out; or a unit, where one who decides says that it is what is spoken of."""
    unit = move.given.unit
    if unit is not None:
        await units.known(move.session, unit)
        if move.staff is None or not move.staff.may(Permission.DECIDE_CASES):
            raise NotAllowed("staff.no_permission")
    if (unit or move.actor_id) not in move.facts.kept_out:
        staff_id = None if unit else move.actor_id
        recusal = CaseRecusal(id=ids.new_id(), staff_id=staff_id, unit=unit, at=move.clock())
        move.case.recusals.append(recusal)
    return Told({"unit": unit} if unit else {})


def _why(move: Move) -> str:
    return tidy(str(move.given.note))


def _rated(move: Move) -> bool:
    return move.facts.given is not None and move.facts.given.rating is not None


Effect = Callable[[Move], Awaitable[Told | None]]
EFFECTS: Mapping[str, Effect] = {
    "release": _release,
    "sort": _sort,
    "refuse": _refuse,
    "ask": _ask,
    "supply": _go_on,
    "resume": _go_on,
    "merge": _merge,
    "forward": _forward,
    "assign": _hand_over,
    "rule": _hand_over,
    "reassign": _hand_over,
    "recall": _recall,
    "label": _label,
    "extend": _extend,
    "pause": _pause,
    "answer": _answer,
    "approve": _decide,
    "return_answer": _decide,
    "rate": _rate,
    "object": _rate,
    "adopt": _adopt,
    "reward": _reward,
    "archive": _archive,
    "reopen": _reopen,
    "step_aside": _step_aside,
    "withdraw": _withdraw,
}
