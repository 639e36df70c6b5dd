"""Permissions and the proofs behind them: the session cookie and the token in each form.

Each route depends on `signed_in` or on `anyone`; a test lists the routes that say neither.
"""

import hmac
from typing import Annotated

from fastapi import Depends, Form, Request, Response

from console.deps import Parts, Session
from kit.errors import NotAllowed, NotKnown
from kit.settings import Settings
from services import staff
from services.staff import SESSION_HOLDS, Actor

FormToken = Annotated[str, Form(alias="csrf")]


def anyone() -> None:
    """The permission of a route that asks for no signing in."""


async def signed_in(request: Request, session: Session, parts: Parts) -> Actor:
    """The permission of every other route: the member of staff that the cookie proves."""
    token = request.cookies.get(session_cookie(parts.settings))
    if not token:
        raise NotKnown("console.signed_out")
    actor = await staff.resume(session, parts.clock, token)
    request.state.actor = actor
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]


async def own_form(actor: SignedIn, csrf: FormToken = "") -> None:
    """Raise NotAllowed unless the form was made for this session."""
    _compare(csrf, actor.csrf_token)


async def own_sign_in_form(request: Request, parts: Parts, csrf: FormToken = "") -> None:
    """Raise NotAllowed unless the form was made for this browser, which has no session yet."""
    _compare(csrf, request.cookies.get(form_cookie(parts.settings), ""))


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie."""
    return _cookie(settings, "session")


def form_cookie(settings: Settings) -> str:
    """The name of the cookie that binds the sign-in form to one browser."""
    return _cookie(settings, "form")


def keep_session(response: Response, settings: Settings, session_token: str) -> None:
    """Hand the browser its session in place of what bound the sign-in form."""
    drop_cookie(response, settings, form_cookie(settings))
    _set_cookie(
        response,
        settings,
        session_cookie(settings),
        session_token,
        int(SESSION_HOLDS.total_seconds()),
    )


def bind_form(response: Response, settings: Settings, csrf_token: str) -> None:
    """Let this browser alone send the sign-in form with that token; it forgets when closed."""
    _set_cookie(response, settings, form_cookie(settings), csrf_token, None)


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Make the browser forget a cookie of ours."""
    response.delete_cookie(
        name, secure=settings.console_cookie_secure, httponly=True, samesite="strict"
    )


def _set_cookie(
    response: Response, settings: Settings, name: str, value: str, seconds: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=settings.console_cookie_secure,
        httponly=True,
        samesite="strict",
    )


def _cookie(settings: Settings, purpose: str) -> str:
    # Cookies know no ports: two consoles on one machine need two names. The prefix makes the
    # browser itself refuse a cookie of this name that another host or plain HTTP tries to set.
    if settings.console_cookie_secure:
        return f"__Host-console-{purpose}"
    return f"console-{settings.console_port}-{purpose}"


def _compare(sent: str, known: str) -> None:
    if not known or not hmac.compare_digest(sent.encode(), known.encode()):
        raise NotAllowed("console.stale_form")
