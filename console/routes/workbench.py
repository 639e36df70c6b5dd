"""What staff keep for their work: views of the inbox, labels, drafts, and who is looking."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted
from console.routes.case_steps import keep_draft as save
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from services import cases
from services.cases import labels, presence, views
from services.staff.actors import Actor
from services.staff.permissions import Permission

SEE = Depends(Needs(Permission.SEE_CASES, applies_limits=True))
DECIDE = Depends(Needs(Permission.DECIDE_CASES, applies_limits=True))
ANSWER = Depends(Needs(Permission.ANSWER_CASES, applies_limits=True))
NOT_TAKEN = (BadInput, NotAllowed, NotFound)

router = APIRouter()


@router.get("/cases/views", dependencies=[SEE])
async def own_views(
    request: Request, session: Session, parts: Parts, actor: SignedIn, query: str = ""
) -> Response:
    """One's own views, and a form to keep the filters of an inbox as another."""
    return await _views_page(request, session, parts, actor, query=query)


@router.post("/cases/views", dependencies=[SEE])
async def save_view(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Keep the filters that the inbox was narrowed by under a name."""
    query, name = form["query"], form["name"]
    try:
        await views.save(session, parts.clock, form.staff_id, name=name, query=query)
    except NOT_TAKEN as error:
        return await _views_page(
            request, session, parts, form.actor, query=query, name=name, error=error
        )
    return RedirectResponse(f"/cases?{query}", HTTPStatus.SEE_OTHER)


@router.post("/cases/views/{view_id}/rename", dependencies=[SEE])
async def rename_view(
    request: Request, view_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Give a view another name."""
    try:
        await views.rename(session, form.staff_id, view_id, form[f"name-{view_id}"])
    except NOT_TAKEN as error:
        return await _views_page(request, session, parts, form.actor, error=error)
    return RedirectResponse("/cases/views", HTTPStatus.SEE_OTHER)


@router.post("/cases/views/{view_id}/delete", dependencies=[SEE])
async def delete_view(view_id: str, session: Session, form: Posted) -> Response:
    """Delete a view; the cases stay as they are."""
    await views.delete(session, form.staff_id, view_id)
    return RedirectResponse("/cases/views", HTTPStatus.SEE_OTHER)


async def _views_page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    *,
    query: str = "",
    name: str = "",
    error: AppError | None = None,
) -> Response:
    return parts.pages.show(
        request,
        "cases/views.html",
        status=error.status if error else HTTPStatus.OK,
        views=await views.of(session, actor.id),
        query=query[: views.LONGEST_QUERY],
        name=name,
        sentence=parts.pages.sentence_for(error) if error else None,
    )


@router.get("/cases/labels", dependencies=[DECIDE])
async def list_of_labels(
    request: Request, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """The list of labels, to be kept by those who decide."""
    return await _labels_page(request, session, parts, actor)


@router.post("/cases/labels", dependencies=[DECIDE])
async def add_label(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Put a word on the list."""
    try:
        await labels.add(
            *(session, parts.library, parts.clock, form.actor),
            word=form["word"],
            area=form["area"],
        )
    except NOT_TAKEN as error:
        return await _labels_page(request, session, parts, form.actor, form=form, error=error)
    return RedirectResponse("/cases/labels", HTTPStatus.SEE_OTHER)


@router.post("/cases/labels/{label_id}/retire", dependencies=[DECIDE])
async def retire_label(label_id: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Put a word on no more cases."""
    await labels.retire(session, parts.clock, form.actor, label_id)
    return RedirectResponse("/cases/labels", HTTPStatus.SEE_OTHER)


async def _labels_page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    *,
    form: Filled | None = None,
    error: AppError | None = None,
) -> Response:
    return parts.pages.show(
        request,
        "cases/labels.html",
        status=error.status if error else HTTPStatus.OK,
        labels=await cases.known_labels(session, actor),
        longest=labels.LONGEST,
        typed={name: form[name] if form else "" for name in ("word", "area")},
        everywhere=labels.looks_after(actor, ""),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


@router.post("/cases/{code}/draft", dependencies=[ANSWER])
async def keep_draft(code: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Keep what was typed of an answer; a script of the page asks for no page back."""
    written = await cases.reached(session, form.actor, Permission.ANSWER_CASES, code)
    await save(session, parts, form, written)
    if form["quietly"]:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/presence", dependencies=[SEE])
async def look(code: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Asked by a page that is open: that it is, and who else has the case before him."""
    written = await cases.reached(session, form.actor, Permission.SEE_CASES, code)
    does = form["writing"]
    others = await presence.look(
        *(session, parts.clock, form.actor, written), writes=does == "yes", ended=does == "no"
    )
    return JSONResponse(
        {"looking": others.looking, "writing": others.writing, "seen": others.seen}
    )
