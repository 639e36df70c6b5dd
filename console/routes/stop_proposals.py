"""Places that riders recommend: the list, and one to decide on."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Posted, page_number
from console.routes.stops import books
from kit.errors import NotFound
from services.rest_stops import checking, deciding
from services.rest_stops.fields import BadFields
from services.rest_stops.proposals import STATES, WAITING
from services.staff.actors import Actor
from services.staff.permissions import Permission

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_STOPS, applies_limits=True))])


@router.get("/stops/proposals")
async def listed(
    request: Request,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    state: str = WAITING,
    page: str = "1",
) -> Response:
    """A page of the recommended places in one state, the oldest first."""
    if state not in STATES:
        raise NotFound("console.no_such_page")
    number = page_number(page)
    found = await deciding.page(session, actor, state, number)
    if number != found.page:
        raise NotFound("console.no_such_page")
    total = await checking.count_to_check(session, actor)
    return parts.pages.show(
        request, "stops/proposals.html", found=found, state=state, states=STATES, total=total
    )


@router.get("/stops/proposals/{proposal_id}")
async def one(
    request: Request, proposal_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One recommended place, with the form of the stop that could be made of it."""
    return await _page(request, session, parts, actor, proposal_id)


@router.post("/stops/proposals/{proposal_id}/accept")
async def accept(
    request: Request,
    proposal_id: str,
    session: Session,
    parts: Parts,
    form: Posted,
) -> Response:
    """Make a stop of it, and go there."""
    try:
        stop_id = await deciding.accept(
            session, parts.library, parts.clock, proposal_id, form.fields, actor=form.actor
        )
    except BadFields as error:
        return await _page(
            request, session, parts, form.actor, proposal_id, error=error, typed=form.fields
        )
    return RedirectResponse(f"/stops/{quote(stop_id, safe='')}", HTTPStatus.SEE_OTHER)


@router.post("/stops/proposals/{proposal_id}/decline")
async def decline(
    request: Request,
    proposal_id: str,
    session: Session,
    parts: Parts,
    form: Posted,
) -> Response:
    """Leave it off the map, with a reason."""
    answer = form["answer"]
    try:
        await deciding.decline(
            session, parts.library, parts.clock, proposal_id, answer, actor=form.actor
        )
    except BadFields as error:
        return await _page(
            request, session, parts, form.actor, proposal_id, error=error, answer=answer
        )
    return RedirectResponse("/stops/proposals", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    proposal_id: str,
    *,
    error: BadFields | None = None,
    typed: dict[str, str] | None = None,
    answer: str = "",
) -> Response:
    """A recommended place, with what was typed and why it was not taken."""
    proposal = await deciding.show(session, actor, proposal_id)
    form = deciding.prefilled(parts.library, parts.clock, proposal)
    form |= {name: text for name, text in (typed or {}).items() if name in form}
    return parts.pages.show(
        request,
        "stops/proposal.html",
        status=error.status if error else HTTPStatus.OK,
        proposal=proposal,
        form=form,
        answer=answer,
        faults=error.faults if error else {},
        sentence=parts.pages.sentence_for(error) if error else None,
        books=books(parts),
    )
