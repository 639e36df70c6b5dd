"""Short texts that a district may change: proposed by one, approved by another."""

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

router = APIRouter(dependencies=[Depends(Needs(Permission.EDIT_CONTENT))])


@router.get("/texts")
async def listed(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """All of them, as they hold now."""
    held = await texts.in_force(session, parts.library, parts.clock)
    return parts.pages.show(
        request,
        "texts/list.html",
        texts=held,
        titles=_titles(parts.library),
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
        title=_titles(parts.library)[key],
        groups=_groups(parts.library),
        about=parts.library.say("case_steps.template_about"),
        typed=form["text"] if form else found.text,
        reason=form["reason"] if form else "",
        most=texts.MOST,
        most_reason=changes.MOST_REASON,
        stale=isinstance(error, changes.Stale),
        sentence=parts.pages.sentence_for(error) if error else None,
    )


def _groups(library: Library) -> dict[str, str]:
    """The headings of the list, by group: general beginnings, those of categories, ways on."""
    own = {
        each: library.say("texts.group_answer", category=library.categories[each].name)
        for each in library.answers
    }
    return {
        "template": library.say("texts.group_template"),
        **own,
        "refusal": library.say("texts.group_refusal"),
    }


def _titles(library: Library) -> dict[str, tuple[str, str]]:
    """What each text is for: its group and its name."""
    titles = {}
    for key in texts.shipped(library):
        if key.startswith("refusal."):
            refusal = library.refusals[key.split(".")[1]]
            titles[key] = ("refusal", refusal.name)
        elif key.startswith("answer."):
            _, category, grade = key.split(".")
            titles[key] = (category, library.say(f"case_steps.grade_{grade}"))
        elif key == texts.AGAIN:
            titles[key] = ("template", library.say("texts.again"))
        else:
            grade = key.rsplit("_", 1)[1]
            titles[key] = ("template", library.say(f"case_steps.grade_{grade}"))
    return titles
