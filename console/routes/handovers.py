"""Talking with workers: the queue, one talk, and what staff do with it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, is_number
from kit.errors import AppError, BadInput, NotFound
from services import photos, recordings
from services.handovers import duty, ending, queue, steps
from services.staff.actors import Actor
from services.staff.permissions import Permission

MAX_NUMBER_DIGITS = 3
NOT_TAKEN = (BadInput, steps.NotYours)

Step = Callable[..., Awaitable[None]]
Asked = Callable[[Filled], Step]


def _written(form: Filled) -> Step:
    """Something said to the worker."""
    return partial(steps.write, text=form["text"], form=form["form"])


def _case(form: Filled) -> Step:
    """A case written for the worker, which he may hand in himself."""
    kind, text = form["case_kind"], form["case_text"]
    return partial(steps.write, text=text, form=form["form"], case_kind=kind)


# What one may do with a talk of one's own, by the end of its address.
FORMS: Mapping[str, Asked] = {
    "write": _written,
    "case": _case,
    "pass": lambda form: partial(steps.pass_on, to=form["to"]),
    "give-back": lambda _form: steps.give_back,
    "end": lambda form: partial(steps.end, why=form["why"]),
}

router = APIRouter(dependencies=[Depends(Needs(Permission.TALK_TO_WORKERS))])


@router.get("/handovers")
async def listed(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """Who waits, oldest first, and who is there."""
    return await _board(request, session, parts, actor)


@router.get("/handovers/list")
async def only_list(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """The lists alone, for a page that keeps itself up to date."""
    found = await queue.board(session, parts.library, parts.clock, actor)
    return parts.pages.show(request, "handovers/list.html", board=found)


@router.post("/handovers/duty")
async def be_there(session: Session, parts: Parts, form: Posted) -> Response:
    """Say that one is there, or is not."""
    if form["there"] == "yes":
        await duty.come(session, parts.clock, form.actor)
    else:
        await duty.go(session, form.actor)
    return RedirectResponse("/handovers", HTTPStatus.SEE_OTHER)


@router.get("/handovers/{handover_id}")
async def one(
    request: Request,
    handover_id: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    ready: str = "",
) -> Response:
    """One talk with its masked words; `ready` is the number of a ready answer to begin with."""
    answers = parts.library.handovers.ready_answers
    wanted = int(ready) if is_number(ready, MAX_NUMBER_DIGITS) else 0
    text = answers[wanted - 1].text if 1 <= wanted <= len(answers) else ""
    return await _thread(request, session, parts, actor, handover_id, typed={"text": text})


@router.get("/handovers/{handover_id}/words")
async def only_words(
    request: Request, handover_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """What was said alone, for a page that keeps itself up to date."""
    found = await queue.thread(session, parts.clock, actor, handover_id)
    return parts.pages.show(request, "handovers/said.html", thread=found)


@router.post("/handovers/{handover_id}/take")
async def take(
    request: Request, handover_id: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Take it; who was too late is told who has it."""
    try:
        await steps.take(session, parts.library, parts.clock, form.actor, handover_id)
    except steps.NotYours as error:
        return await _board(request, session, parts, form.actor, error)
    return _back_to(handover_id)


def _add(name: str, asked: Asked) -> None:
    """The form of a step; where it is refused the talk is shown with what was typed."""

    async def taken(
        request: Request, handover_id: str, session: Session, parts: Parts, form: Posted
    ) -> Response:
        step, actor = asked(form), form.actor
        try:
            await step(session, parts.library, parts.clock, actor, handover_id)
        except NOT_TAKEN as error:
            given = (request, session, parts, actor, handover_id)
            return await _thread(*given, error=error, typed=form.fields)
        return _back_to(handover_id)

    path = f"/handovers/{{handover_id}}/{name}"
    router.add_api_route(path, taken, methods=["POST"], name=f"handover_{name}")


for _name, _asked in FORMS.items():
    _add(_name, _asked)


@router.get("/handovers/{handover_id}/photos/{number}")
async def photo(
    handover_id: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One photo of a talk. That this member of staff saw it is put on record."""
    digest = await _digest(session, parts, actor, handover_id, kind="photos", number=number)
    jpeg = await photos.SHELF.read(parts.settings.photos, digest)
    if jpeg is None:
        raise NotFound("handover_staff.no_such_file")
    return Response(jpeg, media_type="image/jpeg")


@router.get("/handovers/{handover_id}/recordings/{number}")
async def recording(
    handover_id: str, number: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One voice of a talk. That this member of staff listened to it is put on record."""
    digest = await _digest(session, parts, actor, handover_id, kind="recordings", number=number)
    ogg = await recordings.SHELF.read(parts.settings.recordings, digest)
    if ogg is None:
        raise NotFound("handover_staff.no_such_file")
    return Response(ogg, media_type="audio/ogg")


async def _digest(
    session: AsyncSession, parts: Console, actor: Actor, talk: str, *, kind: str, number: str
) -> str:
    wanted = int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
    digest = await queue.file_of(session, parts.clock, actor, talk, kind=kind, number=wanted)
    if digest is None:
        raise NotFound("handover_staff.no_such_file")
    return digest


async def _board(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    error: AppError | None = None,
) -> Response:
    found = await queue.board(session, parts.library, parts.clock, actor)
    return parts.pages.show(
        request,
        "handovers/board.html",
        status=error.status if error else HTTPStatus.OK,
        board=found,
        rules=parts.library.handovers,
        sentence=parts.pages.sentence_for(error) if error else None,
    )


async def _thread(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    handover_id: str,
    *,
    error: AppError | None = None,
    typed: dict[str, Any],
) -> Response:
    found = await queue.thread(session, parts.clock, actor, handover_id)
    return parts.pages.show(
        request,
        "handovers/one.html",
        status=error.status if error else HTTPStatus.OK,
        thread=found,
        typed={"text": "", "case_text": "", "case_kind": ""} | typed,
        ready=parts.library.handovers.ready_answers,
        reasons=ending.BY_STAFF,
        text_most=steps.TEXT_MOST,
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _back_to(handover_id: str) -> Response:
    return RedirectResponse(f"/handovers/{handover_id}", HTTPStatus.SEE_OTHER)
