"""Staff as admins see them: the list, an invitation, one member, and the audit log."""

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, page_number
from kit.errors import AppError, BadInput, NotFound
from services.staff import events, managing, members
from services.staff.actors import Actor, Grant
from services.staff.permissions import ROLES, UNLIMITED, Permission, Role

MANAGE = Depends(Needs(Permission.MANAGE_STAFF))
AUDIT = Depends(Needs(Permission.READ_AUDIT))

router = APIRouter()
log = structlog.get_logger()


@router.get("/staff", dependencies=[MANAGE])
async def listed(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """All staff by name."""
    found = await members.everyone(session, actor)
    return parts.pages.show(request, "staff/list.html", members=found)


@router.get("/staff/events", dependencies=[AUDIT])
async def log_of_all(
    request: Request,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    page: str = "1",
    of: str = "",
) -> Response:
    """A page of the audit log, newest first, of all or of one member of staff."""
    number = page_number(page)
    found = await events.page(session, actor, number, of or None)
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(request, "staff/events.html", found=found, of=of)


@router.get("/staff/invite", dependencies=[MANAGE])
async def ask_invitation(request: Request, parts: Parts) -> Response:
    """The form of an invitation."""
    return _invite_page(request, parts, {})


@router.post("/staff/invite", dependencies=[MANAGE])
async def invite(
    request: Request, session: Session, parts: Parts, actor: SignedIn, form: Posted
) -> Response:
    """Invite somebody; his link is shown this once."""
    try:
        grants = _grants(parts, form)
        token = await managing.invite(session, parts.clock, actor, form["name"], grants)
    except BadInput as error:
        return _invite_page(request, parts, form.fields, error)
    log.info("invited", by=actor.id)
    return _link_page(request, parts, token, "invitation")


@router.get("/staff/{staff_id}", dependencies=[MANAGE])
async def one(
    request: Request, staff_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One member of staff."""
    return await _page(request, session, parts, actor, staff_id)


@router.post("/staff/{staff_id}/roles", dependencies=[MANAGE])
async def set_roles(
    request: Request,
    staff_id: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    form: Posted,
) -> Response:
    """Give exactly the roles of the form."""
    try:
        given = _grants(parts, form)
        await managing.set_roles(session, parts.clock, actor, staff_id, given, seen=form["seen"])
    except (BadInput, managing.Stale) as error:
        return await _page(
            request, session, parts, actor, staff_id, error=error, typed=form.fields
        )
    log.info("roles_changed", by=actor.id, staff_id=staff_id)
    return _to(staff_id)


@router.post("/staff/{staff_id}/suspend", dependencies=[MANAGE])
async def suspend(
    staff_id: str, session: Session, parts: Parts, actor: SignedIn, _form: Posted
) -> Response:
    """Shut somebody out at once."""
    await managing.suspend(session, parts.clock, actor, staff_id)
    log.info("suspended", by=actor.id, staff_id=staff_id)
    return _to(staff_id)


@router.post("/staff/{staff_id}/readmit", dependencies=[MANAGE])
async def readmit(
    staff_id: str, session: Session, parts: Parts, actor: SignedIn, _form: Posted
) -> Response:
    """Let somebody in again."""
    await managing.readmit(session, parts.clock, actor, staff_id)
    return _to(staff_id)


@router.post("/staff/{staff_id}/invite", dependencies=[MANAGE])
async def invite_again(
    request: Request,
    staff_id: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    _form: Posted,
) -> Response:
    """Another invitation for who has not joined."""
    token = await managing.invite_again(session, parts.clock, actor, staff_id)
    return _link_page(request, parts, token, "invitation")


@router.post("/staff/{staff_id}/password", dependencies=[MANAGE])
async def password_link(
    request: Request,
    staff_id: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    _form: Posted,
) -> Response:
    """A link by which somebody sets a new password."""
    token = await managing.password_link(session, parts.clock, actor, staff_id)
    return _link_page(request, parts, token, "reset")


@router.post("/staff/{staff_id}/second-factor", dependencies=[MANAGE])
async def reset_second_factor(
    staff_id: str, session: Session, parts: Parts, actor: SignedIn, _form: Posted
) -> Response:
    """Forget somebody's second factor; he sets one up at his next signing in."""
    await managing.reset_second_factor(session, parts.clock, actor, staff_id)
    log.info("second_factor_reset", by=actor.id, staff_id=staff_id)
    return _to(staff_id)


@router.post("/staff/{staff_id}/sessions", dependencies=[MANAGE])
async def end_sessions(
    staff_id: str, session: Session, parts: Parts, actor: SignedIn, form: Posted
) -> Response:
    """End one of somebody's sessions, or all."""
    await managing.end_session(session, parts.clock, actor, staff_id, form["key"] or None)
    return _to(staff_id)


def _grants(parts: Console, form: Filled) -> list[Grant]:
    return [
        members.read_grant(
            parts.library,
            role,
            form[f"districts-{role}"],
            form[f"categories-{role}"],
            form[f"unit-{role}"],
        )
        for role in Role
        if form[f"role-{role}"] == "yes"
    ]


def _filled(grants: tuple[Grant, ...]) -> dict[str, str]:
    """The form as roles fill it."""
    filled: dict[str, str] = {}
    for grant in grants:
        filled[f"role-{grant.role}"] = "yes"
        filled[f"districts-{grant.role}"] = "\n".join(
            path.replace("/", " ") for path in grant.districts
        )
        filled[f"categories-{grant.role}"] = " ".join(grant.categories)
        filled[f"unit-{grant.role}"] = grant.unit or ""
    return filled


def _invite_page(
    request: Request, parts: Console, form: Mapping[str, str], error: AppError | None = None
) -> Response:
    return parts.pages.show(
        request,
        "staff/invite.html",
        status=error.status if error else HTTPStatus.OK,
        form=defaultdict(str, form),
        roles=_roles(),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    staff_id: str,
    *,
    error: AppError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    found = await members.show(session, parts.clock, actor, staff_id)
    return parts.pages.show(
        request,
        "staff/one.html",
        status=error.status if error else HTTPStatus.OK,
        found=found,
        form=defaultdict(str, typed or _filled(found.member.grants)),
        seen=managing.seen_of(found.member.grants),
        stale=isinstance(error, managing.Stale),
        roles=_roles(),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _roles() -> dict[str, object]:
    return {"all": ROLES, "unlimited": UNLIMITED, "handler": Role.HANDLER}


def _link_page(request: Request, parts: Console, token: str, purpose: str) -> Response:
    return parts.pages.show(
        request,
        "staff/link.html",
        url=f"{parts.settings.console}/sign-in/{token}",
        purpose=purpose,
    )


def _to(staff_id: str) -> Response:
    return RedirectResponse(f"/staff/{staff_id}", HTTPStatus.SEE_OTHER)
