"""One's own account: password, second factor, sessions."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console import auth, qr
from console.deps import Console, Parts, Session
from console.reading import Posted
from kit.errors import AppError, BadInput
from services.staff import own, passwords, second_factor
from services.staff.actors import Actor
from services.staff.sessions import open_sessions

router = APIRouter()
log = structlog.get_logger()


@router.get("/me")
async def account(
    request: Request, session: Session, parts: Parts, actor: auth.SignedIn
) -> Response:
    """One's own account."""
    return await _page(request, session, parts, actor)


@router.post("/me/password")
async def change_password(
    request: Request, session: Session, parts: Parts, actor: auth.SignedIn, form: Posted
) -> Response:
    """Set a new password, with the old one."""
    try:
        passwords.agree(form["new"], form["again"])
        made = await own.change_password(
            session, parts.library, parts.clock, actor, old=form["old"], new=form["new"]
        )
    except BadInput as error:
        return await _page(request, session, parts, actor, error)
    if made.refusal is not None:
        return await _page(request, session, parts, actor, made.refusal)
    log.info("password_changed", staff_id=actor.id)
    return RedirectResponse("/me", HTTPStatus.SEE_OTHER)


@router.post("/me/second-factor")
async def begin_second_factor(
    request: Request, session: Session, parts: Parts, actor: auth.SignedIn, form: Posted
) -> Response:
    """Draw a new secret, with the password."""
    made = await own.begin_second_factor(session, parts.clock, actor, form["password"])
    if made.refusal is not None:
        return await _page(request, session, parts, actor, made.refusal)
    return RedirectResponse("/me/second-factor", HTTPStatus.SEE_OTHER)


@router.get("/me/second-factor")
async def ask_second_factor(
    request: Request, session: Session, parts: Parts, actor: auth.SignedIn
) -> Response:
    """The new secret, as text and to be photographed."""
    return await _setup_page(request, session, parts, actor)


@router.post("/me/second-factor/confirm")
async def confirm_second_factor(
    request: Request, session: Session, parts: Parts, actor: auth.SignedIn, form: Posted
) -> Response:
    """The first code makes it count, and new recovery codes are shown this once."""
    made = await own.confirm_second_factor(session, parts.clock, actor, form["code"])
    if made.refusal is not None:
        return await _setup_page(request, session, parts, actor, made.refusal)
    log.info("second_factor_set", staff_id=actor.id)
    return parts.pages.show(request, "staff/codes.html", codes=made.codes, onward="/me")


@router.post("/me/sessions")
async def end_sessions(
    session: Session, parts: Parts, actor: auth.SignedIn, form: Posted
) -> Response:
    """End one session, or all others."""
    await own.end_session(session, parts.clock, actor, form["key"] or None)
    return RedirectResponse("/me", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    error: AppError | None = None,
) -> Response:
    return parts.pages.show(
        request,
        "staff/me.html",
        status=error.status if error else HTTPStatus.OK,
        sentence=parts.pages.sentence_for(error) if error else None,
        sessions=await open_sessions(session, parts.clock, actor.id, actor.session),
        codes_left=await own.recovery_codes_left(session, actor),
    )


async def _setup_page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    error: AppError | None = None,
) -> Response:
    secret = await own.pending_secret(session, parts.clock, actor)
    return parts.pages.show(
        request,
        "staff/setup.html",
        status=error.status if error else HTTPStatus.OK,
        csrf_token=actor.csrf_token,
        action="/me/second-factor/confirm",
        secret=secret,
        picture=qr.drawn(second_factor.address(secret, actor.name)),
        sentence=parts.pages.sentence_for(error) if error else None,
    )
