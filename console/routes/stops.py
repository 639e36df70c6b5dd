"""Stops that staff should look at: the list, any stop, an edit of it, and the answer to riders."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Posted, page_number
from kit.errors import AppError, NotFound
from services.rest_stops import checking, deciding, editing, fields, settling
from services.rest_stops.editing import Clash, Edit, Stale
from services.rest_stops.fields import BadFields
from services.rest_stops.settling import Look
from services.staff.actors import Actor
from services.staff.permissions import Permission

# What stands in an edit's form beside the fields of the stop.
BESIDE = frozenset({"seen", "reason", "checked"})

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_STOPS, applies_limits=True))])


@router.get("/stops")
async def listed(
    request: Request,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    q: str = "",
    page: str = "1",
) -> Response:
    """Stops that riders complained of; or, with words, the stops that fit them."""
    number, words = page_number(page), q.strip()
    waiting = await deciding.count_waiting(session, actor)
    if words:
        found = await checking.search(session, actor, words, number)
        total = await checking.count_to_check(session, actor)
        return parts.pages.show(
            request, "stops/found.html", found=found, q=words, total=total, waiting=waiting
        )
    to_check = await checking.to_check(session, parts.clock, actor, number)
    if number != to_check.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(
        request, "stops/to_check.html", found=to_check, q="", total=to_check.total, waiting=waiting
    )


@router.get("/stops/{stop_id}")
async def one(
    request: Request, stop_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One stop with what was said of it, its form and its history."""
    return await _page(request, session, parts, actor, stop_id)


@router.post("/stops/{stop_id}/edit")
async def edit(
    request: Request, stop_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Change a stop; what cannot be taken is shown again with what was typed."""
    typed = {name: text for name, text in form.fields.items() if name not in BESIDE}
    checked = form["checked"] == "yes"
    made = Edit(form.actor, typed, form["reason"], checked=checked, seen=form["seen"])
    try:
        await editing.edit(session, parts.library, parts.clock, stop_id, made)
    except (BadFields, Stale) as error:
        return await _page(request, session, parts, form.actor, stop_id, error=error, made=made)
    return _to(stop_id)


@router.post("/stops/{stop_id}/settle")
async def settle(
    request: Request, stop_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Say what came of a look, to all who reported."""
    look = Look(form.actor, form["outcome"], form["answer"], form["heard"])
    try:
        await settling.settle(session, parts.library, parts.clock, stop_id, look)
    except (BadFields, Stale) as error:
        return await _page(request, session, parts, form.actor, stop_id, error=error, look=look)
    return _to(stop_id)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    stop_id: str,
    *,
    error: AppError | None = None,
    made: Edit | None = None,
    look: Look | None = None,
) -> Response:
    """A stop, with what was typed and why it was not taken."""
    detail = await checking.show(session, parts.library, parts.clock, actor, stop_id)
    form: dict[str, str] = {**detail.form}
    clashes: tuple[Clash, ...] = ()
    if made and isinstance(error, Stale):
        form, clashes = editing.rebased(made.seen, made.form, detail.seen)
    elif made:
        form |= {name: text for name, text in made.form.items() if name in form}
    return parts.pages.show(
        request,
        "stops/one.html",
        status=error.status if error else HTTPStatus.OK,
        stop=detail,
        form=form,
        made=made,
        look=look or Look(actor, _likely(detail), "", detail.heard),
        clashes=clashes,
        faults=error.faults if isinstance(error, BadFields) else {},
        sentence=parts.pages.sentence_for(error) if error else None,
        books=books(parts),
    )


def books(parts: Console) -> dict[str, object]:
    """What the selects of a stop's form offer."""
    return {
        "regions": parts.library.regions,
        "kinds": sorted({stop.kind for stop in parts.library.stops.values()}),
        "has": fields.HAS,
    }


def _likely(detail: checking.StopDetail) -> str:
    """What the form offers first: who has just changed the stop wants to say so."""
    return settling.CHANGED if detail.edited_since else ""


def _to(stop_id: str) -> Response:
    return RedirectResponse(f"/stops/{quote(stop_id, safe='')}", HTTPStatus.SEE_OTHER)
