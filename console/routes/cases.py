"""Reading the cases that came in, and starting their review."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from console.auth import SignedIn, anyone, own_form, signed_in
from console.deps import Parts, Session
from console.reading import is_number, page_number
from kit.errors import NotFound
from kit.ids import read_code
from services import cases, photos

STATES = (cases.RECEIVED, cases.IN_REVIEW, cases.WITHDRAWN)
MAX_PHOTO_DIGITS = 2

router = APIRouter()


@router.get("/", dependencies=[Depends(anyone)])
async def home() -> Response:
    """The console's first page is the inbox."""
    return RedirectResponse("/cases", HTTPStatus.SEE_OTHER)


@router.get("/cases", dependencies=[Depends(signed_in)])
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


@router.get("/cases/{code}")
async def one(
    request: Request, code: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One case whole. That this member of staff saw it is put on record."""
    written = _code(code)
    if written != code:
        return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)
    case = await cases.show(session, parts.clock, written, actor.id)
    return parts.pages.show(request, "cases/one.html", case=case)


@router.get("/cases/{code}/photos/{number}")
async def photo(
    code: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One photo of a case. That this member of staff saw it is put on record."""
    wanted = int(number) if is_number(number, MAX_PHOTO_DIGITS) else 0
    found = await cases.show_photo(session, parts.clock, _code(code), wanted, actor.id)
    jpeg = await photos.read(parts.settings.photos, found.digest) if found else None
    if jpeg is None:
        raise NotFound("console.no_such_photo")
    return Response(jpeg, media_type="image/jpeg")


@router.post("/cases/{code}/review", dependencies=[Depends(own_form)])
async def start_review(code: str, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """Take up a case that was received."""
    written = _code(code)
    await cases.start_review(session, parts.library, parts.clock, written, actor.id)
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


def _code(text: str) -> str:
    code = read_code(text)
    if code is None:
        raise NotFound("console.no_such_case")
    return code
