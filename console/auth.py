"""Permissions and the proofs behind them: the session cookie and the token in each form.

Each route declares what it needs, by a `Needs`, a `Stage`, `signed_in` or `anyone`; a router with
a route that declares nothing, or two things, is refused when the console is put together.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from console.deps import Parts, Session
from console.visitors import address_of, visitor_of
from kit.errors import NotAllowed, NotKnown
from kit.settings import Settings
from services.staff import sessions
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.sessions import SESSION_HOLDS, STAGE_HOLDS, Pending, Visitor

FormToken = Annotated[str, Form(alias="csrf")]


def anyone() -> None:
    """The permission of a route that asks for no signing in."""


async def signed_in(request: Request, session: Session, parts: Parts) -> Actor:
    """The member of staff that the cookie proves; alone, the permission of his own pages."""
    token = request.cookies.get(session_cookie(parts.settings))
    if not token:
        raise NotKnown("staff.signed_out")
    address = address_of(request, parts.settings)
    actor = await sessions.resume(session, parts.clock, token, address)
    request.state.actor = actor
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]


@dataclass(frozen=True)
class Needs:
    """The permission of a route that a role must give; where two are named, either will do.

    Whose role is limited to some districts or categories is let in only where the route applies
    the limits itself (services.staff.actors), and says so.
    """

    permission: Permission
    applies_limits: bool = False
    or_else: Permission | None = None

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Those of which one will do."""
        return (self.permission,) if self.or_else is None else (self.permission, self.or_else)

    async def __call__(self, actor: SignedIn) -> None:
        """Raise NotAllowed for who may not."""
        may = actor.may if self.applies_limits else actor.may_everywhere
        if not any(map(may, self.permissions)):
            raise NotAllowed("staff.no_permission")


@dataclass(frozen=True)
class Stage:
    """The permission of a step of signing in: whoever took the one before in this browser."""

    name: str

    async def __call__(self, request: Request, session: Session, parts: Parts) -> Pending:
        """Who it is; raises NotKnown out of turn."""
        token = request.cookies.get(step_cookie(parts.settings), "")
        return await sessions.pending(session, parts.clock, token, self.name)


AT_CODE, AT_SETUP = Stage(sessions.CODE), Stage(sessions.SETUP)
AtCode = Annotated[Pending, Depends(AT_CODE)]
AtSetup = Annotated[Pending, Depends(AT_SETUP)]


def visitor(request: Request, parts: Parts) -> Visitor:
    """Whence the request comes."""
    return visitor_of(request, parts.settings)


From = Annotated[Visitor, Depends(visitor)]


async def own_form(actor: SignedIn, csrf: FormToken = "") -> None:
    """Raise NotAllowed unless the form was made for this session."""
    compare(csrf, actor.csrf_token)


async def own_sign_in_form(request: Request, parts: Parts, csrf: FormToken = "") -> None:
    """Raise NotAllowed unless the form was made for this browser, which has no session yet."""
    compare(csrf, request.cookies.get(form_cookie(parts.settings), ""))


async def own_code_form(pending: AtCode, csrf: FormToken = "") -> None:
    """The same for the form of a code."""
    compare(csrf, pending.csrf_token)


async def own_setup_form(pending: AtSetup, csrf: FormToken = "") -> None:
    """The same for the form that sets up a second factor."""
    compare(csrf, pending.csrf_token)


FORM_CHECKS = frozenset({own_form, own_sign_in_form, own_code_form, own_setup_form})


def refuse_undeclared(router: APIRouter) -> None:
    """Raise TypeError where a route does not declare what it needs, or does so twice."""
    for route in router.routes:
        if isinstance(route, APIRoute) and len(declared(route)) != 1:
            raise TypeError(f"{route.path} declares {declared(route)}")


def declared(route: APIRoute) -> list[object]:
    """What a route declares; `signed_in` counts only where nothing stricter does."""
    found = dict.fromkeys(_calls(route.dependant))
    strict: list[object] = [
        each for each in found if isinstance(each, Needs | Stage) or each is anyone
    ]
    return strict or [each for each in found if each is signed_in]


def first_page(actor: Actor) -> str:
    """Where a member of staff begins: the first section that his roles open."""
    for permission, path in SECTIONS:
        # These apply the limits of roles; the other sections know none.
        may = actor.may if permission in LIMITED else actor.may_everywhere
        if may(permission):
            return path
    return "/me"


SECTIONS = (
    (Permission.SEE_CASES, "/cases"),
    (Permission.EDIT_STOPS, "/stops"),
    (Permission.MANAGE_STAFF, "/staff"),
    (Permission.READ_AUDIT, "/staff/events"),
    (Permission.EXPORT_DATA, "/cases/export"),
    (Permission.SEE_FIGURES, "/figures"),
    (Permission.WRITE_NOTICES, "/notices"),
    (Permission.APPROVE_NOTICES, "/notices"),
)
LIMITED = frozenset(
    {
        *(Permission.SEE_CASES, Permission.EXPORT_DATA, Permission.SEE_FIGURES),
        *(Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES, Permission.EDIT_STOPS),
    }
)


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie."""
    return _cookie(settings, "session")


def form_cookie(settings: Settings) -> str:
    """The name of the cookie that binds the sign-in form to one browser."""
    return _cookie(settings, "form")


def step_cookie(settings: Settings) -> str:
    """The name of the cookie of who has given his password and owes a code."""
    return _cookie(settings, "step")


def keep_step(response: Response, settings: Settings, token: str) -> None:
    """Let this browser go on to the next step of signing in."""
    seconds = int(STAGE_HOLDS.total_seconds())
    _set_cookie(response, settings, step_cookie(settings), token, seconds)


def keep_session(response: Response, settings: Settings, session_token: str) -> None:
    """Hand the browser its session in place of what it had while signing in."""
    for name in (form_cookie(settings), step_cookie(settings)):
        drop_cookie(response, settings, name)
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


def _calls(dependant: Dependant) -> Iterator[object]:
    for part in dependant.dependencies:
        yield part.call
        yield from _calls(part)


def compare(sent: str, known: str) -> None:
    """Raise NotAllowed unless what a form sent is what it was made with."""
    if not known or not hmac.compare_digest(sent.encode(), known.encode()):
        raise NotAllowed("console.stale_form")
