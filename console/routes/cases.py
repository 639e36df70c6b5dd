"""Reading one case, hiding more of it, and looking at what only few may see."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from console.auth import Needs, SignedIn, first_page
from console.case_page import Refused, case_page
from console.deps import Parts, Session
from console.reading import Posted, is_number
from kit.errors import BadInput, NotFound
from services import cases, photos, recordings
from services.staff.permissions import Permission
from services.vault import BadMasterKey

MAX_NUMBER_DIGITS = 2
SEE = Depends(Needs(Permission.SEE_CASES, applies_limits=True))
DECIDE = Depends(Needs(Permission.DECIDE_CASES, applies_limits=True))
REVEAL = Depends(Needs(Permission.REVEAL_CONTACT, applies_limits=True))

# Why a form of the page is not taken.
NOT_SHOWN = (BadInput, NotFound, BadMasterKey)

router = APIRouter()


@router.get("/")
async def home(actor: SignedIn) -> Response:
    """The console's first page is the inbox, or what else one's roles open."""
    return RedirectResponse(first_page(actor), HTTPStatus.SEE_OTHER)


@router.get("/cases/{code}", dependencies=[SEE])
async def one(
    request: Request, code: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One case whole. That this member of staff saw it is put on record."""
    written = await cases.reached(session, actor, Permission.SEE_CASES, code)
    if written != code:
        return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)
    return await case_page(request, session, parts, actor, written)


@router.get("/cases/{code}/compare", dependencies=[SEE])
async def compare(
    request: Request, code: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """Another case, named in the query, beside this one, before one is merged into the other.

    Both looks are put on record.
    """
    pair = []
    for each in (code, request.query_params.get("with", "")):
        written = await cases.reached(session, actor, Permission.SEE_CASES, each)
        case = await cases.show(session, parts.library, parts.clock, written, actor)
        steps = await cases.open_to(session, parts.library, parts.clock, actor, written)
        pair.append((case, "merge" in steps))
    if pair[0][0].summary.code == pair[1][0].summary.code:
        raise NotFound("console.same_case")
    return parts.pages.show(request, "cases/compare.html", pair=pair, public=cases.PUBLIC)


@router.get("/cases/{code}/photos/{number}", dependencies=[SEE])
async def photo(
    code: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One photo of a case. That this member of staff saw it is put on record."""
    written = await cases.reached(session, actor, Permission.SEE_CASES, code)
    wanted = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
    found = await cases.show_photo(session, parts.clock, written, wanted, actor.id)
    jpeg = await photos.SHELF.read(parts.settings.photos, found.digest) if found else None
    if jpeg is None:
        raise NotFound("console.no_such_photo")
    return Response(jpeg, media_type="image/jpeg")


@router.get("/cases/{code}/recordings/{number}", dependencies=[DECIDE])
async def recording(
    code: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One voice of a case. That this member of staff listened to it is put on record.

    A voice tells who spoke: the people of a unit, which may be the one that is spoken of, do not
    hear it.
    """
    written = await cases.reached(session, actor, Permission.DECIDE_CASES, code)
    wanted = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
    found = await cases.play_recording(session, parts.clock, written, wanted, actor.id)
    folder = parts.settings.recordings
    ogg = await recordings.SHELF.read(folder, found.digest) if found else None
    if ogg is None:
        raise NotFound("console.no_such_recording")
    return Response(ogg, media_type="audio/ogg")


@router.post("/cases/{code}/hide", dependencies=[DECIDE])
async def hide(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Hide more of what the case shows."""
    written = await cases.reached(session, form.actor, Permission.DECIDE_CASES, code)
    words = form["words"]
    try:
        await cases.mask_more(
            session, parts.library, parts.clock, written, form.staff_id, words=words
        )
    except BadInput as error:
        return await case_page(
            request, session, parts, form.actor, written, refused=Refused(error, form)
        )
    return RedirectResponse(f"/cases/{written}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{code}/original", dependencies=[REVEAL])
async def original(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """What was written, shown on this answer only. Who looked and why is put on record."""
    written = await cases.reached(session, form.actor, Permission.REVEAL_CONTACT, code)
    reason = form["reason"]
    try:
        found = await cases.reveal(
            session, parts.library, parts.clock, written, form.staff_id, reason=reason
        )
    except NOT_SHOWN as error:
        return await case_page(
            request, session, parts, form.actor, written, refused=Refused(error, form)
        )
    return parts.pages.show(
        request, "cases/original.html", code=written, original=found, contact=None
    )


@router.post("/cases/{code}/contact", dependencies=[REVEAL])
async def contact(
    request: Request, code: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """How to reach the author, on this answer only. Who looked and why is put on record."""
    written = await cases.reached(session, form.actor, Permission.REVEAL_CONTACT, code)
    reason = form["contact_reason"]
    try:
        found = await cases.reveal_contact(
            session, parts.library, parts.clock, written, form.staff_id, reason=reason
        )
    except NOT_SHOWN as error:
        return await case_page(
            request, session, parts, form.actor, written, refused=Refused(error, form)
        )
    return parts.pages.show(
        request, "cases/original.html", code=written, original=None, contact=found
    )
