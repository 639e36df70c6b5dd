"""The list of a sign-up notice: who is on it, more places, closing it, who came, how to reach."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console import notice_files
from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.notice_forms import MAX_PLACES_DIGITS, read_places
from console.notice_page import Refused, list_page, numbered
from console.reading import Filled, Posted, is_number, page_number
from console.routes.notices import NOT_TAKEN, READ, asked_of
from kit.errors import NotFound
from services import notices
from services.notices import exporting
from services.notices.lists import MOST_REASON, SHOWN
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.vault import BadMasterKey

WRITE = Depends(Needs(Permission.WRITE_NOTICES, applies_limits=True))
ROW = "row-"
CAME = {"yes": True, "no": False}

router = APIRouter()


@router.get("/notices/{number}/signups", dependencies=[READ])
async def listed(
    request: Request,
    number: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    page: str = "1",
) -> Response:
    """Who is in and who waits, first come first: numbers, no word of who they are."""
    at = page_number(page)
    return await _page(request, session, parts, actor, numbered(number), page=at)


@router.post("/notices/{number}/signups/places", dependencies=[WRITE])
async def places(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Raise the places; who waits moves up and is told."""
    wanted = numbered(number)
    try:
        async with session.begin_nested():
            more = read_places(form["places"].strip())
            asked = asked_of(form, wanted)
            await notices.set_places(session, parts.library, parts.clock, asked, more)
    except NOT_TAKEN as error:
        refused = Refused("places", error, form)
        return await _page(request, session, parts, form.actor, wanted, refused=refused)
    return _to(wanted)


@router.post("/notices/{number}/signups/close", dependencies=[WRITE])
async def close(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Take no more sign-ups."""
    wanted = numbered(number)
    try:
        async with session.begin_nested():
            await notices.close_signups(session, parts.clock, asked_of(form, wanted))
    except NOT_TAKEN as error:
        refused = Refused("close", error, form)
        return await _page(request, session, parts, form.actor, wanted, refused=refused)
    return _to(wanted)


@router.post("/notices/{number}/signups/export", dependencies=[READ])
async def export(number: str, session: Session, parts: Parts, form: Posted) -> Response:
    """The list as a file, marked with who took it and when; that he did is put on record."""
    wanted, file = numbered(number), form["format"]
    shown = await notices.show(session, form.actor, wanted)
    entries = await notices.take_along(session, parts.clock, form.actor, wanted, file)
    name = f"{parts.pages.words(notice_files.WORDS).LIST_FILE}{wanted}"
    rows = notice_files.list_table(parts, shown, entries)
    return notice_files.answered(
        await notice_files.written(parts, form.actor, name, rows, file), file
    )


@router.post("/notices/{number}/signups/contacts", dependencies=[WRITE])
async def contacts(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """How to reach these, or all of a page, on this answer only. Who looked and why is put on
    record.
    """
    wanted = numbered(number)
    try:
        which = _ticked(form)
        if form["which"] == "all":
            given = (session, form.actor, wanted)
            entries = await notices.entries(*given, page=page_number(form["page"]))
            which = [each.number for each in entries if each.has_contact]
        left = await notices.reveal(
            *(session, parts.clock, form.actor, wanted, which), reason=form["reason"]
        )
    except (*NOT_TAKEN, NotFound, BadMasterKey) as error:
        refused = Refused("contacts", error, form)
        return await _page(request, session, parts, form.actor, wanted, refused=refused)
    shown = await notices.show(session, form.actor, wanted)
    return parts.pages.show(request, "notices/contacts.html", notice=shown, contacts=left)


@router.post("/notices/{number}/signups/{signup}/came", dependencies=[WRITE])
async def came(number: str, signup: str, session: Session, form: Posted) -> Response:
    """Note whether somebody came; the same once more takes it back."""
    wanted = numbered(number)
    which = int(signup) if is_number(signup, MAX_PLACES_DIGITS + 1) else 0
    mark = CAME.get(form["came"])
    await notices.mark_came(session, form.actor, wanted, which, came=mark)
    page = (form["page"] or "1") if is_number(form["page"] or "1", MAX_PLACES_DIGITS) else "1"
    return RedirectResponse(
        f"/notices/{wanted}/signups?page={page}#signup-{which}", HTTPStatus.SEE_OTHER
    )


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    number: int,
    *,
    page: int = 1,
    refused: Refused | None = None,
) -> Response:
    return list_page(
        *(request, parts, "notices/signups.html"),
        await notices.show(session, actor, number),
        await notices.entries(session, actor, number, page=page),
        page=page,
        most=SHOWN,
        error=refused.error if refused else None,
        now=parts.clock(),
        formats=exporting.FORMATS,
        reason_most=MOST_REASON,
        may_keep=actor.may(Permission.WRITE_NOTICES),
        typed=refused.form.fields if refused else {},
        refused=refused,
    )


def _ticked(form: Filled) -> list[int]:
    names = [name.removeprefix(ROW) for name in form.fields if name.startswith(ROW)]
    return [int(name) for name in names if is_number(name, MAX_PLACES_DIGITS + 1)]


def _to(number: int) -> Response:
    return RedirectResponse(f"/notices/{number}/signups", HTTPStatus.SEE_OTHER)
