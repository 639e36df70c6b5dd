"""Short texts that a district may change: proposed by one, approved by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted
from content.library import Library
from kit.errors import AppError
from services import changes, right_looks, texts
from services.staff.actors import Actor
from services.staff.permissions import Permission


@dataclass(frozen=True)
class Group:
    """Some texts under a heading, each with what it is for; `folded` where there are many such."""

    id: str
    heading: str
    titles: Mapping[str, str]
    folded: bool = False


router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_CONTENT))])


@router.get("/texts")
async def listed(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """All of them, as they hold now."""
    held = await texts.in_force(session, parts.library, parts.clock)
    return parts.pages.show(
        request,
        "texts/list.html",
        texts=held,
        groups=_groups(parts.library),
        waiting=await texts.waiting(session, actor),
        to_review=await right_looks.count(session, parts.library, parts.clock, actor),
    )


@router.get("/texts/{key}")
async def one(
    request: Request, key: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One text: as it holds, what waits for a yes, the form, the history."""
    return await _page(request, session, parts, actor, key)


@router.post("/texts/{key}/propose")
async def propose(
    request: Request, key: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Write a change down for another's approval."""
    try:
        await texts.propose(
            *(session, parts.library, parts.clock, form.actor, key),
            text=form["text"],
            reason=form["reason"],
            seen=form["seen"],
        )
    except AppError as error:
        return await _page(request, session, parts, form.actor, key, refused=(error, form))
    return RedirectResponse(f"/texts/{key}", HTTPStatus.SEE_OTHER)


@router.post("/texts/changes/{revision_id}/approve")
async def approve(revision_id: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Bring a change into force."""
    key = await texts.approve(session, parts.clock, form.actor, revision_id)
    return RedirectResponse(f"/texts/{key}", HTTPStatus.SEE_OTHER)


@router.post("/texts/changes/{revision_id}/decline")
async def decline(revision_id: str, session: Session, form: Posted) -> Response:
    """Say no to a change, or take one's own back."""
    key = await texts.decline(session, form.actor, revision_id)
    return RedirectResponse(f"/texts/{key}", HTTPStatus.SEE_OTHER)


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    key: str,
    *,
    refused: tuple[AppError, Filled] | None = None,
) -> Response:
    found = await texts.show(session, parts.library, parts.clock, actor, key)
    error, form = refused or (None, None)
    return parts.pages.show(
        request,
        "texts/one.html",
        status=error.status if error else HTTPStatus.OK,
        text=found,
        group=next(each for each in _groups(parts.library) if key in each.titles),
        about=parts.library.say("case_steps.template_about"),
        typed=form["text"] if form else found.text,
        reason=form["reason"] if form else "",
        most=texts.MOST,
        most_reason=changes.MOST_REASON,
        stale=isinstance(error, changes.Stale),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _groups(library: Library) -> tuple[Group, ...]:
    """All texts: general beginnings, those of each category, ways on."""
    general = {f"case_steps.template_{grade}": _grade(library, grade) for grade in texts.GRADES}
    general[texts.AGAIN] = library.say("texts.again")
    ways = {texts.way_on_of(each): refusal.name for each, refusal in library.refusals.items()}
    own = [
        Group(
            category,
            library.say("texts.group_answer", category=library.categories[category].name),
            {
                texts.answer_of(category, grade): _grade(library, grade)
                for grade in found.by_grade()
            },
            folded=True,
        )
        for category, found in library.answers.items()
    ]
    return (
        Group("template", library.say("texts.group_template"), general),
        *own,
        Group("refusal", library.say("texts.group_refusal"), ways),
    )


def _grade(library: Library, grade: str) -> str:
    return library.say(f"case_steps.grade_{grade}")
