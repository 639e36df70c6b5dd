"""Signing in, the first time by a link and later by name, password and code; and out."""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from console import auth, qr
from console.deps import Console, Parts, Session
from kit.errors import AppError, BadInput
from kit.ids import new_token
from services.staff import links, passwords, second_factor, sessions, signing_in
from services.staff.sessions import Pending
from services.staff.signing_in import Outcome

router = APIRouter()
log = structlog.get_logger()

Typed = Annotated[str, Form()]
STEPS = {sessions.CODE: "/sign-in/code", sessions.SETUP: "/sign-in/setup"}
SIGN_IN_FORM = [Depends(auth.anyone), Depends(auth.own_sign_in_form)]


@router.get("/sign-in", dependencies=[Depends(auth.anyone)])
async def ask_password(request: Request, parts: Parts) -> Response:
    """The form of name and password."""
    csrf_token = new_token()
    page = parts.pages.show(
        request, "staff/sign_in.html", csrf_token=csrf_token, name="", sentence=None
    )
    auth.bind_form(page, parts.settings, csrf_token)
    return page


@router.post("/sign-in", dependencies=SIGN_IN_FORM)
async def give_password(
    request: Request,
    session: Session,
    parts: Parts,
    visitor: auth.From,
    *,
    name: Typed = "",
    password: Typed = "",
    csrf: auth.FormToken = "",
) -> Response:
    """The first step; the next asks for a code."""
    made = await signing_in.give_password(session, parts.clock, visitor, name, password)
    if made.refusal is None:
        return _next_step(parts, made)
    _log_refusal(made)
    return parts.pages.show(
        request,
        "staff/sign_in.html",
        status=made.refusal.status,
        csrf_token=csrf,
        name=name,
        sentence=parts.pages.sentence_for(made.refusal),
    )


@router.get("/sign-in/code")
async def ask_code(request: Request, parts: Parts, pending: auth.AtCode) -> Response:
    """The form of the code."""
    return _code_page(request, parts, pending)


@router.post("/sign-in/code", dependencies=[Depends(auth.own_code_form)])
async def give_code(
    request: Request,
    session: Session,
    parts: Parts,
    visitor: auth.From,
    *,
    pending: auth.AtCode,
    code: Typed = "",
) -> Response:
    """The second step, which signs in."""
    token = request.cookies[auth.step_cookie(parts.settings)]
    made = await signing_in.give_code(session, parts.clock, visitor, token, code)
    if made.refusal is not None:
        _log_refusal(made)
        return _code_page(request, parts, pending, made.refusal)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    auth.keep_session(answer, parts.settings, made.token)
    log.info("signed_in", staff_id=made.staff_id)
    return answer


@router.get("/sign-in/setup")
async def ask_setup(request: Request, parts: Parts, pending: auth.AtSetup) -> Response:
    """The secret of the second factor, as text and to be photographed."""
    return _setup_page(request, parts, pending)


@router.post("/sign-in/setup", dependencies=[Depends(auth.own_setup_form)])
async def confirm_setup(
    request: Request,
    session: Session,
    parts: Parts,
    visitor: auth.From,
    *,
    pending: auth.AtSetup,
    code: Typed = "",
) -> Response:
    """The first code signs in, and the recovery codes are shown this once."""
    token = request.cookies[auth.step_cookie(parts.settings)]
    made = await signing_in.confirm(session, parts.clock, visitor, token, code)
    if made.refusal is not None:
        return _setup_page(request, parts, pending, made.refusal)
    page = parts.pages.show(request, "staff/codes.html", codes=made.codes, onward="/")
    auth.keep_session(page, parts.settings, made.token)
    log.info("signed_in", staff_id=made.staff_id)
    return page


@router.get("/sign-in/{token}", dependencies=[Depends(auth.anyone)])
async def open_link(request: Request, token: str, session: Session, parts: Parts) -> Response:
    """A form: chat programs and browsers fetch links before anyone reads them."""
    link = await links.check_link(session, parts.clock, token)
    csrf_token = new_token()
    page = _join_page(request, parts, link, csrf_token=csrf_token, token=token, name=link.name)
    auth.bind_form(page, parts.settings, csrf_token)
    return page


@router.post("/sign-in/{token}", dependencies=SIGN_IN_FORM)
async def join(
    request: Request,
    token: str,
    session: Session,
    parts: Parts,
    visitor: auth.From,
    *,
    name: Typed = "",
    password: Typed = "",
    again: Typed = "",
    csrf: auth.FormToken = "",
) -> Response:
    """Use the link up and leave its address at once; what cannot be taken leaves it as it was."""
    link = await links.check_link(session, parts.clock, token)
    try:
        passwords.agree(password, again)
        async with session.begin_nested():
            made = await signing_in.join(
                session, parts.library, parts.clock, visitor, token, name=name, password=password
            )
    except BadInput as error:
        return _join_page(
            request, parts, link, error, csrf_token=csrf, token=token, name=name or link.name
        )
    return _next_step(parts, made)


@router.post("/sign-out", dependencies=[Depends(auth.own_form)])
async def sign_out(actor: auth.SignedIn, session: Session, parts: Parts) -> Response:
    """End this browser's session."""
    await signing_in.sign_out(session, parts.clock, actor)
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    auth.drop_cookie(answer, parts.settings, auth.session_cookie(parts.settings))
    log.info("signed_out", staff_id=actor.id)
    return answer


def _next_step(parts: Console, made: Outcome) -> Response:
    answer = RedirectResponse(STEPS[made.stage], HTTPStatus.SEE_OTHER)
    auth.keep_step(answer, parts.settings, made.token)
    return answer


def _code_page(
    request: Request, parts: Console, pending: Pending, error: AppError | None = None
) -> Response:
    return parts.pages.show(
        request,
        "staff/code.html",
        status=error.status if error else HTTPStatus.OK,
        csrf_token=pending.csrf_token,
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _setup_page(
    request: Request, parts: Console, pending: Pending, error: AppError | None = None
) -> Response:
    secret = pending.secret or ""
    return parts.pages.show(
        request,
        "staff/setup.html",
        status=error.status if error else HTTPStatus.OK,
        csrf_token=pending.csrf_token,
        action=STEPS[sessions.SETUP],
        secret=secret,
        picture=qr.drawn(second_factor.address(secret, pending.name)),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _join_page(
    request: Request,
    parts: Console,
    link: links.Link,
    error: AppError | None = None,
    **values: object,
) -> Response:
    return parts.pages.show(
        request,
        "staff/join.html",
        status=error.status if error else HTTPStatus.OK,
        purpose=link.purpose,
        sentence=parts.pages.sentence_for(error) if error else None,
        **values,
    )


def _log_refusal(made: Outcome) -> None:
    log.warning("locked_out" if made.locked else "sign_in_refused", staff_id=made.staff_id)
