"""Taking a step of a case: one route for each step of the table, behind that step's permission."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs
from console.case_page import Refused, case_page
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, is_number
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from kit.text import tidy
from services import cases
from services.cases import drafts
from services.cases.rules import reach_of
from services.cases.states import Rule
from services.staff.actors import may_see
from services.staff.permissions import Permission

MAX_DAYS_DIGITS, MAX_NUMBER_DIGITS = 3, 6
# A label that is ticked, and one that was when the form was made.
ON, WAS = "label-", "labelled-"
HELPERS_APART = str.maketrans(dict.fromkeys("\u3001\uff0c\uff1b;\n", ","))
NOT_TAKEN = (BadInput, NotAllowed, NotFound, cases.Stale)

router = APIRouter()


def read_given(form: Filled) -> cases.Given:
    """What a form gives with a step; what it leaves empty is not given."""
    text = {name: value for name, value in form.fields.items() if value.strip()}
    helpers = text.get("helpers", "").translate(HELPERS_APART).split(",")
    days = text.get("days", "").strip()
    return cases.Given(
        note=text.get("note"),
        text=text.get("text"),
        reason=text.get("reason"),
        category=text.get("category"),
        unit=text.get("unit"),
        helpers=tuple(filter(None, map(tidy, helpers))),
        target=text.get("target"),
        system=text.get("system"),
        days=int(days) if is_number(days, MAX_DAYS_DIGITS) else 0,
        grade=text.get("grade"),
        is_public=text.get("is_public") == "yes",
        route=text.get("route"),
        kind=text.get("kind"),
        labels_on=tuple(sorted(_named(text, ON) - _named(text, WAS))),
        labels_off=tuple(sorted(_named(text, WAS) - _named(text, ON))),
    )


def _named(text: dict[str, str], prefix: str) -> set[str]:
    """What the names of fields say that begin in a way."""
    return {name.removeprefix(prefix) for name in text if name.startswith(prefix)}


def _add(rule: Rule, permission: Permission) -> None:
    """The route of one step; the worker's own steps have no permission, hence no route."""

    async def taken(
        request: Request, code: str, session: Session, parts: Parts, form: Posted
    ) -> Response:
        actor = form.actor
        try:
            written = await cases.reached(session, actor, permission, code)
        except (NotAllowed, NotFound) as error:
            return _out_of_reach(request, parts, form, rule, error)
        number = form["seen"]
        # A form without the number saw nothing: it is shown what there is.
        seen = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
        try:
            async with session.begin_nested():
                await cases.take_and_learn(
                    *(session, parts.library, parts.clock, actor, written),
                    step=rule.step,
                    given=read_given(form),
                    seen=seen,
                )
        except NOT_TAKEN as error:
            if rule.step == "answer" and form["text"].strip():
                await keep_draft(session, parts, form, written)
            refused = Refused(error, form, rule.step, seen)
            return await case_page(request, session, parts, actor, written, refused=refused)
        # Who stepped aside, or put it beyond his limits, has no page of it any more.
        there = may_see(actor, reach_of(await cases.of_code(session, written)))
        return RedirectResponse(f"/cases/{written}" if there else "/cases", HTTPStatus.SEE_OTHER)

    router.add_api_route(
        f"/cases/{{code}}/steps/{rule.step}",
        taken,
        methods=["POST"],
        name=f"step_{rule.step}",
        dependencies=[Depends(Needs(permission, applies_limits=True))],
    )


async def keep_draft(session: AsyncSession, parts: Console, form: Filled, code: str) -> None:
    """Keep what a form has of an answer."""
    await drafts.keep(
        *(session, parts.clock, form.actor, code),
        text=form["text"],
        grade=form["grade"],
        is_public=form["is_public"] == "yes",
    )


def _out_of_reach(
    request: Request, parts: Console, form: Filled, rule: Rule, error: AppError
) -> Response:
    """The case went into other hands while somebody wrote: his words are given back to him."""
    typed = [form[name] for name in ("text", "note") if form[name].strip()]
    if not typed:
        raise error
    return parts.pages.show(
        request,
        "cases/kept.html",
        status=error.status,
        sentence=parts.pages.sentence_for(error),
        step=rule.step,
        typed=typed,
    )


for _rule in cases.STEPS.values():
    if _rule.permission is not None:
        _add(_rule, _rule.permission)
