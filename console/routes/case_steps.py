"""Taking a step of a case: one route for each step of the table, behind that step's permission."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from console.auth import Needs
from console.case_page import Refused, case_page
from console.deps import Parts, Session
from console.reading import Filled, Posted, is_number
from kit.errors import BadInput, NotAllowed, NotFound
from kit.text import tidy
from services import cases
from services.cases.rules import reach_of
from services.cases.states import Rule
from services.staff.actors import may_see
from services.staff.permissions import Permission

MAX_DAYS_DIGITS, MAX_NUMBER_DIGITS = 3, 6
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
    )


def _add(rule: Rule, permission: Permission) -> None:
    """The route of one step; the worker's own steps have no permission, hence no route."""

    async def taken(
        request: Request, code: str, session: Session, parts: Parts, form: Posted
    ) -> Response:
        actor = form.actor
        written = await cases.reached(session, actor, permission, code)
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


for _rule in cases.STEPS.values():
    if _rule.permission is not None:
        _add(_rule, _rule.permission)
