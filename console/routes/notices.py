"""Notices: the list, one with its history, its steps, and when it goes out."""

from http import HTTPStatus
from math import ceil

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from console import notice_forms
from console.auth import Needs, SignedIn
from console.deps import Parts, Session
from console.notice_page import Refused, books, notice_page, numbered
from console.reading import Filled, Posted, is_number, page_number
from kit.errors import BadInput, NotAllowed, NotFound
from services import notices
from services.notices import STATES, STEPS, Asked
from services.notices.reading import PAGE_SIZE
from services.notices.states import Rule
from services.staff.permissions import Permission

WRITE = Depends(Needs(Permission.WRITE_NOTICES, applies_limits=True))
READ = Depends(
    Needs(*(Permission.WRITE_NOTICES,), applies_limits=True, or_else=Permission.APPROVE_NOTICES)
)
MAX_SEEN_DIGITS = 6
NOT_TAKEN = (BadInput, NotAllowed, notices.Stale)
# What has a form of its own and more to give than a note.
APART = frozenset({"edit", "schedule"})

router = APIRouter()


@router.get("/notices", dependencies=[READ])
async def listed(
    request: Request,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    state: str = "",
    page: str = "1",
) -> Response:
    """A page of notices, of one state or all, newest first."""
    number = page_number(page)
    if state and state not in STATES:
        raise NotFound("console.no_such_page")
    counts = await notices.counts(session, actor)
    total = counts.get(state, 0) if state else sum(counts.values())
    pages = max(1, ceil(total / PAGE_SIZE))
    if number > pages:
        raise NotFound("console.no_such_page")
    wanted = (state,) if state else STATES
    return parts.pages.show(
        request,
        "notices/list.html",
        items=await notices.page(session, actor, wanted, number=number),
        counts=counts,
        states=STATES,
        state=state,
        page=number,
        pages=pages,
        warnings=await notices.warnings(session, parts.library, parts.clock),
        **books(parts),
    )


@router.get("/notices/{number}", dependencies=[READ])
async def one(
    request: Request,
    number: str,
    session: Session,
    parts: Parts,
    actor: SignedIn,
    *,
    count: str = "",
    tried: str = "",
) -> Response:
    """One notice; with `count` also how many get it, and why others do not; `tried` says that a
    test has left.
    """
    return await notice_page(
        *(request, session, parts, actor, numbered(number)),
        counts=count == "yes",
        tried=tried == "yes",
    )


@router.post("/notices/{number}/schedule", dependencies=[WRITE])
async def schedule(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Show when it would go out; once that is confirmed, set it."""
    wanted, when = numbered(number), notice_forms.read_when(form)
    try:
        found = await notices.show(session, form.actor, wanted)
        planned = notice_forms.planned(parts.library, parts.clock(), when, found.draft)
        if form["do"] == "set":
            async with session.begin_nested():
                asked = asked_of(form, wanted)
                await notices.schedule(
                    session, parts.library, parts.clock, asked, when.timing(parts.library)
                )
            return _to(wanted)
    except NOT_TAKEN as error:
        refused = Refused("schedule", error, form)
        return await notice_page(request, session, parts, form.actor, wanted, refused=refused)
    return await notice_page(request, session, parts, form.actor, wanted, planned=planned)


@router.post("/notices/{number}/test", dependencies=[WRITE])
async def test(
    request: Request, number: str, session: Session, parts: Parts, form: Posted
) -> Response:
    """Send it to the chat whose six digits were typed, which is one's own."""
    wanted = numbered(number)
    try:
        await notices.send_test(
            session, parts.library, parts.clock, form.actor, wanted, code=form["code"]
        )
    except (*NOT_TAKEN, NotFound) as error:
        refused = Refused("test", error, form)
        return await notice_page(request, session, parts, form.actor, wanted, refused=refused)
    return RedirectResponse(f"/notices/{wanted}?tried=yes", HTTPStatus.SEE_OTHER)


def _add(rule: Rule) -> None:
    """The route of one step that needs no more than a note."""

    async def taken(
        request: Request, number: str, session: Session, parts: Parts, form: Posted
    ) -> Response:
        asked = asked_of(form, numbered(number))
        try:
            async with session.begin_nested():
                if rule.step == "approve":
                    await notices.approve(
                        session, parts.library, parts.clock, asked, form["digest"]
                    )
                else:
                    await getattr(notices, rule.step)(session, parts.clock, asked)
        except NOT_TAKEN as error:
            refused = Refused(rule.step, error, form)
            return await notice_page(
                request, session, parts, form.actor, asked.number, refused=refused
            )
        return _to(asked.number)

    first, *others = rule.permissions
    needs = Needs(first, applies_limits=True, or_else=others[0] if others else None)
    router.add_api_route(
        f"/notices/{{number}}/steps/{rule.step}",
        taken,
        methods=["POST"],
        name=f"notice_{rule.step}",
        dependencies=[Depends(needs)],
    )


for _rule in STEPS.values():
    if _rule.permissions and _rule.step not in APART:
        _add(_rule)


def asked_of(form: Filled, number: int) -> Asked:
    """The step that a form asks for, as who sent it saw the notice."""
    # A form without the number of what it showed saw nothing: it is shown what there is.
    seen = int(form["seen"]) if is_number(form["seen"], MAX_SEEN_DIGITS) else 0
    return Asked(form.actor, number, seen, form["note"].strip() or None)


def _to(number: int) -> Response:
    return RedirectResponse(f"/notices/{number}", HTTPStatus.SEE_OTHER)
