"""Exporting cases: the form, and the file as it is written."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from console import export_files
from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted
from console.routes.inbox import Filters, Typed, read
from db.session import transaction
from kit.errors import AppError
from services import cases, units
from services.cases import exporting
from services.staff.actors import Actor
from services.staff.permissions import Permission

EXPORT = Depends(Needs(Permission.EXPORT_DATA, applies_limits=True))
NAMES = ("state", "kind", "category", "area", "unit", "label", "overdue")

router = APIRouter()


@router.get("/cases/export", dependencies=[EXPORT])
async def form(
    request: Request, session: Session, parts: Parts, actor: SignedIn, typed: Typed
) -> Response:
    """The form, filled with the filters of the list one comes from, and one's last exports."""
    return await _page(request, session, parts, actor, typed)


@router.post("/cases/export", dependencies=[EXPORT])
async def export(request: Request, session: Session, parts: Parts, sent: Posted) -> Response:
    """The file. That it was taken is on record before its first byte leaves."""
    typed = Filters(**{name: sent[name] for name in NAMES})
    try:
        wanted = await read(session, parts.library, typed)
        begun = await exporting.begin(
            *(session, parts.clock, sent.actor, wanted),
            file=sent["format"],
            reason=sent["reason"],
        )
    except AppError as error:
        return await _page(request, session, parts, sent.actor, typed, refused=(error, sent))
    # Written once the transaction of this request is over: it holds what others wait for.
    body = export_files.stream(lambda: transaction(parts.sessions), parts, begun)
    name = f"{parts.library.say('exports.file')}-{begun.file_name}"
    disposition = f"attachment; filename=\"{begun.file_name}\"; filename*=UTF-8''{quote(name)}"
    return StreamingResponse(
        body,
        media_type=export_files.TYPES[begun.format],
        headers={"Content-Disposition": disposition},
    )


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    typed: Filters,
    *,
    refused: tuple[AppError, Filled] | None = None,
) -> Response:
    """The form with what was typed, and why it was not taken."""
    error, sent = refused or (None, None)
    total = None
    if error is None:
        wanted = await read(session, parts.library, typed)
        total = await exporting.count(session, parts.clock, actor, wanted)
    return parts.pages.show(
        request,
        "cases/export.html",
        status=error.status if error else HTTPStatus.OK,
        filters=typed,
        total=total,
        reason=sent["reason"] if sent else "",
        format=sent["format"] if sent else "",
        formats=exporting.FORMATS,
        most=exporting.MOST_REASON,
        with_words=actor.may(Permission.SEE_CASES),
        past=await exporting.past(session, actor),
        states=cases.STATES,
        kinds=cases.KINDS,
        categories=parts.library.categories,
        units=[each.name for each in await units.listed(session)],
        sentence=parts.pages.sentence_for(error) if error else None,
    )
