"""Releasing a case to the public board: the form, its preview, and taking it off again."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, page_number
from kit.errors import AppError, NotFound
from services import cases
from services.board import listing, releasing
from services.staff.actors import Actor
from services.staff.permissions import Permission

DECIDE = Depends(Needs(Permission.DECIDE_CASES, applies_limits=True))

router = APIRouter(dependencies=[DECIDE])


@router.get("/cases/board")
async def listed(
    request: Request, session: Session, parts: Parts, actor: SignedIn, page: str = "1"
) -> Response:
    """Every post whose case one decides on, withdrawn or not."""
    number = page_number(page)
    found = await listing.page(session, actor, number)
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(request, "board/list.html", found=found)


@router.get("/cases/{code}/board")
async def form(
    request: Request, code: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """What stands on the board of this case, and the form for it."""
    return await _page(request, session, parts, actor, code)


@router.post("/cases/{code}/board/preview")
async def preview(
    request: Request, code: str, session: Session, parts: Parts, sent: Posted
) -> Response:
    """What the public would read, and what looks personal in it. Nothing is released."""
    return await _page(request, session, parts, sent.actor, code, sent=sent)


@router.post("/cases/{code}/board/release")
async def release(
    request: Request, code: str, session: Session, parts: Parts, sent: Posted
) -> Response:
    """Put it on the board, or change what stands there."""
    written = await cases.reached(session, sent.actor, Permission.DECIDE_CASES, code)
    try:
        await releasing.release(
            *(session, parts.library, parts.clock, sent.actor, written),
            words=releasing.read(sent.fields),
            seen=sent["seen"],
            looked=sent["looked"] == "yes",
        )
    except AppError as error:
        return await _page(request, session, parts, sent.actor, code, sent=sent, error=error)
    return RedirectResponse(f"/cases/{written}/board", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/board/withdraw")
async def withdraw(
    request: Request, code: str, session: Session, parts: Parts, sent: Posted
) -> Response:
    """Take it off the board."""
    written = await cases.reached(session, sent.actor, Permission.DECIDE_CASES, code)
    try:
        await releasing.withdraw(
            *(session, parts.clock, sent.actor, written),
            reason=sent["reason"],
            seen=sent["seen"],
        )
    except AppError as error:
        return await _page(request, session, parts, sent.actor, code, sent=sent, error=error)
    return RedirectResponse(f"/cases/{written}/board", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    code: str,
    *,
    sent: Filled | None = None,
    error: AppError | None = None,
) -> Response:
    """The page with what was typed. That this member of staff saw the case is put on record."""
    written = await cases.reached(session, actor, Permission.DECIDE_CASES, code)
    case = await cases.show(session, parts.library, parts.clock, written, actor)
    state = await releasing.state_of(session, written)
    typed = asdict(state.words)
    words, doubts = None, []
    if sent is not None and "text" in sent.fields:
        typed |= {name: sent[name] for name in typed}
        try:
            words = releasing.read(sent.fields)
            doubts = await releasing.doubts(session, parts.library, written, words)
        except AppError as unread:
            error = error or unread
    return parts.pages.show(
        request,
        "board/release.html",
        status=error.status if error else HTTPStatus.OK,
        case=case,
        state=state,
        typed=typed,
        # Who saw an older one is shown the present one below, and sends the next on top of it.
        words=words,
        doubts=doubts,
        most=releasing.MOST,
        most_reason=releasing.MOST_REASON,
        reason=sent["reason"] if sent else "",
        sentence=parts.pages.sentence_for(error) if error else None,
    )
