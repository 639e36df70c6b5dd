"""Reading the cases that came in, and starting their review."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn, first_page, own_form
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, is_number, page_number
from kit.errors import AppError, BadInput, NotFound
from kit.ids import read_code
from services import cases, photos, recordings
from services.staff.permissions import Permission
from services.vault import BadMasterKey

STATES = (cases.HELD, cases.RECEIVED, cases.IN_REVIEW, cases.WITHDRAWN)
MAX_NUMBER_DIGITS = 2
SEE, DECIDE = Depends(Needs(Permission.SEE_CASES)), Depends(Needs(Permission.DECIDE_CASES))
REVEAL = Depends(Needs(Permission.REVEAL_CONTACT))

# Fields of the page's forms, shown again where they were not taken; and why they are not.
TYPED = ("words", "reason", "contact_reason")
NOT_SHOWN = (BadInput, NotFound, BadMasterKey)

router = APIRouter()


@dataclass(frozen=True)
class Refused:
    """A form of a case's page that was not taken, and why."""

    error: AppError
    form: Filled


@router.get("/")
async def home(actor: SignedIn) -> Response:
    """The console's first page is the inbox, or what else one's roles open."""
    return RedirectResponse(first_page(actor), HTTPStatus.SEE_OTHER)


@router.get("/cases", dependencies=[SEE])
async def inbox(
    request: Request, session: Session, parts: Parts, state: str = "", page: str = "1"
) -> Response:
    """A page of the inbox, newest first, of one state or all."""
    if state and state not in STATES:
        raise NotFound("console.no_such_state")
    number = page_number(page)
    found = await cases.inbox(session, state=state or None, page=number)
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(request, "cases/inbox.html", found=found, state=state, states=STATES)


@router.get("/cases/{code}", dependencies=[SEE])
async def one(
    request: Request, code: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One case whole. That this member of staff saw it is put on record."""
    written = _code(code)
    if written != code:
        return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)
    return await _page(request, session, parts, written, staff_id=actor.id)


@router.get("/cases/{code}/photos/{number}", dependencies=[SEE])
async def photo(
    code: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One photo of a case. That this member of staff saw it is put on record."""
    wanted = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
    found = await cases.show_photo(session, parts.clock, _code(code), wanted, actor.id)
    jpeg = await photos.SHELF.read(parts.settings.photos, found.digest) if found else None
    if jpeg is None:
        raise NotFound("console.no_such_photo")
    return Response(jpeg, media_type="image/jpeg")


@router.get("/cases/{code}/recordings/{number}", dependencies=[SEE])
async def recording(
    code: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One voice of a case. That this member of staff listened to it is put on record."""
    wanted = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
    found = await cases.play_recording(session, parts.clock, _code(code), wanted, actor.id)
    folder = parts.settings.recordings
    ogg = await recordings.SHELF.read(folder, found.digest) if found else None
    if ogg is None:
        raise NotFound("console.no_such_recording")
    return Response(ogg, media_type="audio/ogg")


@router.post("/cases/{code}/review", dependencies=[DECIDE, Depends(own_form)])
async def start_review(code: str, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """Take up a case that was received."""
    written = _code(code)
    await cases.take(session, parts.library, parts.clock, actor, written, step="take_up")
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/release", dependencies=[DECIDE, Depends(own_form)])
async def release(code: str, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """Let in a case that was held."""
    written = _code(code)
    await cases.take(session, parts.library, parts.clock, actor, written, step="release")
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/hide", dependencies=[DECIDE])
async def hide(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Hide more of what the case shows."""
    written, words = _code(code), form["words"]
    try:
        await cases.mask_more(
            session, parts.library, parts.clock, written, form.staff_id, words=words
        )
    except BadInput as error:
        return await _page(
            request, session, parts, written, staff_id=form.staff_id, refused=Refused(error, form)
        )
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/original", dependencies=[REVEAL])
async def original(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """What was written, shown on this answer only. Who looked and why is put on record."""
    written, reason = _code(code), form["reason"]
    try:
        found = await cases.reveal(session, parts.clock, written, form.staff_id, reason)
    except NOT_SHOWN as error:
        return await _page(
            request, session, parts, written, staff_id=form.staff_id, refused=Refused(error, form)
        )
    return parts.pages.show(
        request, "cases/original.html", code=written, original=found, contact=None
    )


@router.post("/cases/{code}/contact", dependencies=[REVEAL])
async def contact(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """How to reach the author, on this answer only. Who looked and why is put on record."""
    written, reason = _code(code), form["contact_reason"]
    try:
        found = await cases.reveal_contact(session, parts.clock, written, form.staff_id, reason)
    except NOT_SHOWN as error:
        return await _page(
            request, session, parts, written, staff_id=form.staff_id, refused=Refused(error, form)
        )
    return parts.pages.show(
        request, "cases/original.html", code=written, original=None, contact=found
    )


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    code: str,
    *,
    staff_id: str,
    refused: Refused | None = None,
) -> Response:
    """The page of a case, with what was typed and why it was not taken."""
    case = await cases.show(session, parts.library, parts.clock, code, staff_id)
    return parts.pages.show(
        request,
        "cases/one.html",
        status=refused.error.status if refused else HTTPStatus.OK,
        case=case,
        typed={name: refused.form[name] if refused else "" for name in TYPED},
        sentence=parts.pages.sentence_for(refused.error) if refused else None,
    )


def _code(text: str) -> str:
    code = read_code(text)
    if code is None:
        raise NotFound("console.no_such_case")
    return code
