"""Facts about rights that somebody should look at again; their words come with an edition."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Posted, page_number
from kit.errors import BadInput, NotFound
from services import right_looks
from services.staff.actors import Actor
from services.staff.permissions import Permission

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_CONTENT))])


@dataclass(frozen=True)
class Asked:
    """What an address asks for, as it was typed."""

    region: str = ""
    reason: str = ""
    page: str = "1"


Typed = Annotated[Asked, Depends()]


@router.get("/rights")
async def listed(
    request: Request, session: Session, parts: Parts, actor: SignedIn, typed: Typed
) -> Response:
    """A page of those that wait for a look, the oldest first."""
    if typed.reason and typed.reason not in right_looks.REASONS:
        raise NotFound("console.no_such_page")
    number = page_number(typed.page)
    found = await right_looks.page(
        *(session, parts.library, parts.clock, actor, number),
        region=typed.region,
        reason=typed.reason,
    )
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(
        request, "rights/list.html", found=found, asked=typed, to_review=found.waiting
    )


@router.get("/rights/{fact}")
async def one(
    request: Request, fact: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One fact with its proof, why it waits, and the looks at it."""
    return await _page(request, session, parts, actor, fact)


@router.post("/rights/{fact}/look")
async def look(
    request: Request, fact: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Write down that it was looked at, and go back to the others."""
    note = form["note"]
    try:
        await right_looks.look(session, parts.library, parts.clock, form.actor, fact, note=note)
    except BadInput as error:
        return await _page(request, session, parts, form.actor, fact, refused=(error, note))
    return RedirectResponse("/rights", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    fact: str,
    *,
    refused: tuple[BadInput, str] | None = None,
) -> Response:
    card, looks = await right_looks.show(session, parts.library, parts.clock, actor, fact)
    error, note = refused or (None, "")
    return parts.pages.show(
        request,
        "rights/one.html",
        status=error.status if error else HTTPStatus.OK,
        card=card,
        force=parts.library.say(f"rights.name_{card.fact.force}"),
        looks=looks,
        note=note,
        most=right_looks.MOST_NOTE,
        sentence=parts.pages.sentence_for(error) if error else None,
    )
