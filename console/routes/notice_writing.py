"""Writing a notice: the form, how it will look and how many get it, the picture."""

import asyncio
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.notice_forms import FIELD_OF, MOST_PLATFORMS, Typed, read_typed, typed_of
from console.notice_page import books, numbered, shown
from console.reading import Filled, Picture, Posted, is_number
from console.routes.notices import MAX_SEEN_DIGITS, NOT_TAKEN, READ
from kit.errors import AppError, NotFound, TooLarge
from services import notices, photos
from services.notices import NoticeDetail, composing
from services.staff.permissions import Permission

WRITE = Depends(Needs(Permission.WRITE_NOTICES, applies_limits=True))
COMMA = "\u3001"

router = APIRouter()


@router.get("/notices/new", dependencies=[WRITE])
async def new(request: Request, session: Session, parts: Parts) -> Response:
    """An empty form."""
    return await _page(request, session, parts, Typed())


@router.post("/notices/new", dependencies=[WRITE])
async def compose(
    request: Request, session: Session, parts: Parts, form: Posted, picture: Picture
) -> Response:
    """Count and show what was typed; or keep it as a draft."""
    return await _taken(request, session, parts, form, picture)


@router.get("/notices/pictures/{digest}", dependencies=[READ])
async def picture_of(digest: str, session: Session) -> Response:
    """A picture of notices."""
    jpeg = await notices.picture_of(session, digest)
    if jpeg is None:
        raise NotFound("notices.no_such_picture")
    return Response(jpeg, media_type="image/jpeg")


@router.get("/notices/{number}/edit", dependencies=[WRITE])
async def edit_form(
    request: Request, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """The form of a notice as it is."""
    found = await notices.show(session, actor, numbered(number))
    return await _page(request, session, parts, typed_of(found, COMMA), of=found)


@router.post("/notices/{number}/edit", dependencies=[WRITE])
async def edit(
    request: Request,
    number: str,
    session: Session,
    parts: Parts,
    form: Posted,
    *,
    picture: Picture,
) -> Response:
    """The same for a new version of one."""
    found = await notices.show(session, form.actor, numbered(number))
    return await _taken(request, session, parts, form, picture, of=found)


async def _taken(
    request: Request,
    session: AsyncSession,
    parts: Console,
    form: Filled,
    picture: bytes,
    *,
    of: NoticeDetail | None = None,
) -> Response:
    typed = read_typed(form)
    try:
        if picture:
            # In a thread: it may take a second of a processor.
            encoded = await asyncio.to_thread(photos.encode, picture)
            kept = await notices.keep_picture(session, parts.clock, form.actor, encoded)
            typed = replace(typed, picture=kept)
        draft = typed.draft(parts.library)
        if form["do"] != "save":
            await composing.check(
                *(session, parts.library, parts.clock, form.actor, draft),
                number=of.number if of else None,
            )
            return await _page(request, session, parts, typed, of=of, form=form, looked=draft)
        async with session.begin_nested():
            number = await _kept(session, parts, form, draft, of)
    except (*NOT_TAKEN, TooLarge) as error:
        return await _page(request, session, parts, typed, of=of, form=form, error=error)
    return RedirectResponse(f"/notices/{number}", HTTPStatus.SEE_OTHER)


async def _kept(
    session: AsyncSession,
    parts: Console,
    form: Filled,
    draft: notices.Draft,
    of: NoticeDetail | None,
) -> int:
    """Write it down; returns its number."""
    given = (session, parts.library, parts.clock, form.actor)
    if of is None:
        return await notices.compose(*given, draft)
    seen = int(form["seen"]) if is_number(form["seen"], MAX_SEEN_DIGITS) else 0
    await notices.edit(*given, of.number, draft=draft, seen=seen)
    return of.number


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    typed: Typed,
    *,
    of: NoticeDetail | None = None,
    form: Filled | None = None,
    error: AppError | None = None,
    looked: notices.Draft | None = None,
) -> Response:
    """The form; `looked` is what is shown beside it as workers would get it, and counted."""
    counted, stale = None, isinstance(error, notices.Stale)
    if looked:
        counted = await notices.count_audience(session, parts.library, parts.clock, looked)
    # Who is not shown what others did meanwhile still saves over what he saw when he began.
    seen = form["seen"] if form and not stale else str(of.seen if of else "")
    return parts.pages.show(
        request,
        "notices/form.html",
        status=error.status if error else HTTPStatus.OK,
        of=of,
        seen=seen,
        typed=typed,
        said=shown(parts, of.number if of else 0, looked) if looked else None,
        counted=counted,
        stale=stale,
        fault=FIELD_OF.get(error.key, "") if error else "",
        sentence=parts.pages.sentence_for(error) if error else None,
        buttons=notices.BUTTONS,
        platforms_most=MOST_PLATFORMS,
        **books(parts),
    )
