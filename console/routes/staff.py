"""Signing in by a one-time link, and out."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from console import auth
from console.deps import Parts, Session
from kit.ids import new_token
from services import staff

router = APIRouter()
log = structlog.get_logger()


@router.get("/sign-in", dependencies=[Depends(auth.anyone)])
async def how_to_sign_in(request: Request, parts: Parts) -> Response:
    """Where to get a link."""
    return parts.pages.show(request, "staff/signed_out.html", sentence=None)


@router.get("/sign-in/{token}", dependencies=[Depends(auth.anyone)])
async def ask_to_redeem(request: Request, token: str, session: Session, parts: Parts) -> Response:
    """A page with one button: chat programs and browsers fetch links before anyone reads them."""
    await staff.check_link(session, parts.clock, token)
    csrf_token = new_token()
    page = parts.pages.show(request, "staff/sign_in.html", token=token, csrf_token=csrf_token)
    auth.bind_form(page, parts.settings, csrf_token)
    return page


@router.post(
    "/sign-in/{token}", dependencies=[Depends(auth.anyone), Depends(auth.own_sign_in_form)]
)
async def redeem(token: str, session: Session, parts: Parts) -> Response:
    """Use the link up and leave its address at once."""
    session_token = await staff.redeem_link(session, parts.clock, token)
    answer = RedirectResponse("/cases", HTTPStatus.SEE_OTHER)
    auth.keep_session(answer, parts.settings, session_token)
    log.info("signed_in")
    return answer


@router.post("/sign-out", dependencies=[Depends(auth.own_form)])
async def sign_out(
    request: Request, actor: auth.SignedIn, session: Session, parts: Parts
) -> Response:
    """End this browser's session."""
    cookie = auth.session_cookie(parts.settings)
    await staff.sign_out(session, parts.clock, request.cookies[cookie])
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    auth.drop_cookie(answer, parts.settings, cookie)
    log.info("signed_out", staff_id=actor.id)
    return answer
