"""Sentences that the bot did not understand: what was meant, or nothing worth teaching."""

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
from services import right_looks, sentences
from services.staff.actors import Actor
from services.staff.permissions import Permission

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_CONTENT))])


@dataclass(frozen=True)
class Asked:
    """What an address asks for, as it was typed."""

    state: str = sentences.NEW
    page: str = "1"


Typed = Annotated[Asked, Depends()]


@router.get("/sentences")
async def listed(
    request: Request, session: Session, parts: Parts, actor: SignedIn, typed: Typed
) -> Response:
    """A page of the sentences of a state, the most frequent first."""
    if typed.state not in sentences.STATES:
        raise NotFound("console.no_such_page")
    number = page_number(typed.page)
    return await _page(request, session, parts, actor, typed.state, number=number)


@router.get("/sentences/export")
async def export(session: Session, actor: SignedIn) -> Response:
    """What was labelled, as a file of candidates for nlu/data/nlu/."""
    text = await sentences.candidates(session, actor)
    disposition = {"Content-Disposition": 'attachment; filename="nlu-candidates.yml"'}
    return Response(text, headers=disposition, media_type="application/yaml; charset=utf-8")


@router.post("/sentences/{sentence_id}/label")
async def label(
    request: Request, sentence_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Say what was meant."""
    try:
        await sentences.label(
            *(session, parts.library, parts.clock, form.actor, sentence_id), intent=form["intent"]
        )
    except BadInput as error:
        return await _page(
            request, session, parts, form.actor, sentences.NEW, error=error, at=sentence_id
        )
    return RedirectResponse("/sentences", HTTPStatus.SEE_OTHER)


@router.post("/sentences/{sentence_id}/ignore")
async def ignore(sentence_id: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Say that it teaches nothing."""
    await sentences.ignore(session, parts.clock, form.actor, sentence_id)
    return RedirectResponse("/sentences", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    state: str,
    *,
    number: int = 1,
    error: BadInput | None = None,
    at: str = "",
) -> Response:
    found = await sentences.page(session, actor, state, number)
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(
        request,
        "sentences/list.html",
        status=error.status if error else HTTPStatus.OK,
        found=found,
        state=state,
        states=sentences.STATES,
        intents=sentences.intents(parts.library),
        days=sentences.DAYS_KEPT,
        at=at,
        to_review=await right_looks.count(session, parts.library, parts.clock, actor),
        sentence=parts.pages.sentence_for(error) if error else None,
    )
