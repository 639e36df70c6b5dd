"""The page of one case, with what was typed into a form of it that was not taken."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.deps import Console
from console.reading import Filled
from content.library import Library
from kit.errors import AppError
from services import cases, texts
from services.cases import drafts, presence
from services.cases.duplicates import Near, beside
from services.cases.rules import reach_of
from services.staff.actors import Actor
from services.staff.permissions import Permission

# Fields of the page's other forms, shown again where they were not taken.
TYPED = ("words", "reason", "contact_reason")


@dataclass(frozen=True)
class Refused:
    """A form of a case's page that was not taken, and why; `step` where it was one.

    `seen` is the number of the newest event when the form was made.
    """

    error: AppError
    form: Filled
    step: str | None = None
    seen: int | None = None


async def case_page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    code: str,
    *,
    refused: Refused | None = None,
) -> Response:
    """The page of a case. That this member of staff saw it is put on record."""
    library, clock = parts.library, parts.clock
    case = await cases.show(session, library, clock, code, actor)
    offer = await cases.offer(session, library, clock, actor, code)
    step = refused.step if refused else None
    kept = await drafts.of_case(session, actor, code)
    may = await _may(session, actor, code)
    other = refused.form if refused and not step else None
    own_draft = next((each for each in kept if each.is_own), None)
    return parts.pages.show(
        request,
        "cases/one.html",
        status=refused.error.status if refused else HTTPStatus.OK,
        case=case,
        offer=offer,
        rules=cases.STEPS,
        tried=step,
        given=refused.form.fields if refused and step else {},
        meanwhile=_meanwhile(case, refused),
        typed={name: other[name] if other else "" for name in TYPED},
        sentence=parts.pages.sentence_for(refused.error) if refused else None,
        may=may,
        own_draft=_as_given(own_draft),
        drafts=[each for each in kept if each is not own_draft],
        others=await presence.look(session, clock, actor, code),
        twins=await _twins(session, library, actor, case) if may["decide_cases"] else (),
        refusals=await texts.refusals(session, library, clock),
        categories=library.categories,
        names=_names(library),
    )


def _as_given(draft: drafts.Kept | None) -> dict[str, object]:
    """A draft as the fields of its form have it."""
    if draft is None:
        return {}
    public = "yes" if draft.is_public else ""
    return {
        "text": draft.text,
        "grade": draft.grade or "",
        "is_public": public,
        "saved_at": draft.saved_at,
    }


async def _twins(
    session: AsyncSession, library: Library, actor: Actor, case: cases.CaseDetail
) -> tuple[Near, ...]:
    """What may be the same, while there is something to be done about it."""
    code, state = case.summary.code, case.summary.state
    return await beside(session, library, actor, code) if state in cases.OPEN else ()


def _names(library: Library) -> dict[str, dict[str, str]]:
    """What can be chosen with a step, by its field: the value and its words."""
    return {
        "grade": {each: library.say(f"case_steps.grade_{each.lower()}") for each in cases.GRADES},
        "route": {each: library.say(f"case_steps.route_{each}") for each in cases.ROUTES},
        "kind": {each: library.say(f"case_steps.kind_{each}") for each in cases.REWARDS},
    }


def _meanwhile(case: cases.CaseDetail, refused: Refused | None) -> tuple[cases.Step, ...]:
    """What others did since a form was made that came too late."""
    if refused is None or refused.seen is None or not isinstance(refused.error, cases.Stale):
        return ()
    seen = refused.seen
    return tuple(step for step in case.history if step.number > seen)


async def _may(session: AsyncSession, actor: Actor, code: str) -> dict[str, bool]:
    """Which of the page's other forms this actor may send for this case."""
    reach = reach_of(await cases.of_code(session, code))
    asked = (Permission.DECIDE_CASES, Permission.REVEAL_CONTACT)
    return {each.value: actor.may_for(each, reach) for each in asked}
