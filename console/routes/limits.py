"""The limits of cases (promises, returns, what one may hand in): proposed by one, approved by
another, with their history.
"""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, is_number
from content.case_schema import CaseLimits
from kit.errors import AppError, BadInput
from services import changes, right_looks
from services.cases import parameters
from services.staff.actors import Actor
from services.staff.permissions import Permission

MAX_DIGITS = 6

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_CONTENT))])


@router.get("/limits")
async def limits(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """The limits as they hold, what waits for a yes, the form, the history."""
    return await _page(request, session, parts, actor)


@router.post("/limits/propose")
async def propose(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Write a change down for another's approval."""
    try:
        await parameters.propose(
            *(session, parts.library, parts.clock, form.actor),
            values=_read(form),
            reason=form["reason"],
            seen=form["seen"],
        )
    except AppError as error:
        return await _page(request, session, parts, form.actor, refused=(error, form))
    return RedirectResponse("/limits", HTTPStatus.SEE_OTHER)


@router.post("/limits/changes/{revision_id}/approve")
async def approve(revision_id: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Bring a change into force."""
    await parameters.approve(session, parts.clock, form.actor, revision_id)
    return RedirectResponse("/limits", HTTPStatus.SEE_OTHER)


@router.post("/limits/changes/{revision_id}/decline")
async def decline(revision_id: str, session: Session, form: Posted) -> Response:
    """Say no to a change, or take one's own back."""
    await parameters.decline(session, form.actor, revision_id)
    return RedirectResponse("/limits", HTTPStatus.SEE_OTHER)


def _read(form: Filled) -> dict[str, int]:
    """The limits that a form has; raises BadInput for one that is no number."""
    typed = {name: form[name].strip() for name in CaseLimits.model_fields if name in form.fields}
    if not all(is_number(text, MAX_DIGITS) for text in typed.values()):
        raise BadInput("case_steps.bad_limits")
    return {name: int(text) for name, text in typed.items()}


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    *,
    refused: tuple[AppError, Filled] | None = None,
) -> Response:
    found = await parameters.show(session, parts.library, parts.clock, actor)
    error, form = refused or (None, None)
    now = found.now.model_dump()
    return parts.pages.show(
        request,
        "texts/limits.html",
        status=error.status if error else HTTPStatus.OK,
        now=now,
        shipped=found.shipped.model_dump(),
        found=found.changes,
        typed={name: form[name] if form else value for name, value in now.items()},
        reason=form["reason"] if form else "",
        most_reason=changes.MOST_REASON,
        stale=isinstance(error, changes.Stale),
        to_review=await right_looks.count(session, parts.library, parts.clock, actor),
        sentence=parts.pages.sentence_for(error) if error else None,
    )
