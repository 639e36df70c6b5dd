"""What became of a notice: numbers, a file of them, what failed, what was replied."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console import notice_files, pictures
from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.notice_page import list_page, numbered
from console.reading import Posted, is_number, page_number
from console.routes.notices import NOT_TAKEN, READ
from kit.errors import AppError, BadInput
from services import notices
from services.notices import exporting
from services.notices.reading import REPLIES_SHOWN
from services.notices.reports import SHOWN
from services.staff.actors import Actor
from services.staff.permissions import Permission

WRITE = Depends(Needs(Permission.WRITE_NOTICES, applies_limits=True))
MAX_ROW_DIGITS, ROW = 18, "row-"

router = APIRouter()


@router.get("/notices/{number}/report", dependencies=[READ])
async def report(
    request: Request, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """The numbers of a notice, and how it left over time."""
    wanted = numbered(number)
    found = await notices.report(session, actor, wanted)
    lines = notice_files.over_time(found)
    return parts.pages.show(
        request,
        "notices/report.html",
        notice=await notices.show(session, actor, wanted),
        report=found,
        formats=exporting.FORMATS,
        over_time=lines,
        bars=pictures.bars(lines, (notice_files.LEFT,), notice_files.below),
    )


@router.post("/notices/{number}/report/export", dependencies=[READ])
async def export(number: str, session: Session, parts: Parts, form: Posted) -> Response:
    """The same as a file, marked with who took it and when; that he did is put on record."""
    wanted, file = numbered(number), form["format"]
    shown = await notices.show(session, form.actor, wanted)
    found = await notices.report(session, form.actor, wanted)
    await exporting.taken(session, parts.clock, form.actor, wanted, file)
    name = f"{parts.pages.words(notice_files.WORDS).FILE}{wanted}"
    rows = notice_files.table(parts, shown, found)
    return notice_files.answered(
        await notice_files.written(parts, form.actor, name, rows, file), file
    )


@router.get("/notices/{number}/failed", dependencies=[READ])
async def failed(
    request: Request,
    number: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    page: str = "1",
) -> Response:
    """What was refused or given up, to be sent once more."""
    return await _failed(request, session, parts, actor, numbered(number), page=page_number(page))


@router.post("/notices/{number}/failed/resend", dependencies=[WRITE])
async def resend(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Send these once more, or all."""
    wanted, names = numbered(number), [name.removeprefix(ROW) for name in form.fields]
    rows = [int(name) for name in names if is_number(name, MAX_ROW_DIGITS)]
    try:
        if not rows and form["which"] != "all":
            raise BadInput("notices.none_chosen")
        async with session.begin_nested():
            which = None if form["which"] == "all" else rows
            await notices.resend(session, parts.clock, form.actor, wanted, which)
    except NOT_TAKEN as error:
        return await _failed(request, session, parts, form.actor, wanted, error=error)
    return RedirectResponse(f"/notices/{wanted}", HTTPStatus.SEE_OTHER)


@router.get("/notices/{number}/replies", dependencies=[READ])
async def replies(
    request: Request,
    number: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    page: str = "1",
) -> Response:
    """What workers replied, masked, newest first."""
    wanted, at = numbered(number), page_number(page)
    return list_page(
        *(request, parts, "notices/replies.html"),
        await notices.show(session, actor, wanted),
        await notices.replies(session, actor, wanted, page=at),
        page=at,
        most=REPLIES_SHOWN,
        may_mark=await notices.may_mark(session, actor, wanted),
    )


@router.post("/notices/{number}/replies/{reply_id}/seen", dependencies=[READ])
async def seen(
    number: str, reply_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Note that somebody has read it."""
    wanted = numbered(number)
    await notices.mark_seen(session, parts.clock, form.actor, wanted, reply_id)
    return RedirectResponse(f"/notices/{wanted}/replies", HTTPStatus.SEE_OTHER)


async def _failed(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    number: int,
    *,
    page: int = 1,
    error: AppError | None = None,
) -> Response:
    return list_page(
        *(request, parts, "notices/failed.html"),
        await notices.show(session, actor, number),
        await notices.dead_letters(session, actor, number, page=page),
        page=page,
        most=SHOWN,
        error=error,
        may_resend=actor.may(Permission.WRITE_NOTICES),
    )
