"""The inbox with its filters, and the reminders of the clocks."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import page_number
from console.routes.bulk import choices
from content.library import Library
from kit.errors import BadInput, NotFound
from services import cases, units
from services.cases import labels, views
from services.staff.actors import Actor
from services.staff.members import read_district
from services.staff.permissions import Permission

SEE = Depends(Needs(Permission.SEE_CASES, applies_limits=True))
REMINDED = timedelta(days=7)
MOST_TYPED = 64

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """The filters of an address, as they were typed."""

    state: str = ""
    kind: str = ""
    category: str = ""
    area: str = ""
    unit: str = ""
    label: str = ""
    overdue: str = ""
    page: str = "1"
    code: str = ""

    def address(self, **changes: object) -> str:
        """The address of the inbox with these filters, some of them changed."""
        named = {**vars(self), "page": None, "code": None, **changes}
        kept = {name: value for name, value in named.items() if value}
        return f"/cases?{urlencode(kept)}" if kept else "/cases"

    @property
    def query(self) -> str:
        """The same behind its `?`, to be kept as a view; empty for all cases."""
        return self.address().partition("?")[2]


Typed = Annotated[Filters, Depends()]
_NARROWING = frozenset(field.name for field in fields(Filters)) - {"page", "code"}


@router.get("/cases", dependencies=[SEE])
async def inbox(
    request: Request, session: Session, parts: Parts, actor: SignedIn, typed: Typed
) -> Response:
    """A page of the cases that one may see, what cannot wait first, as the filters say."""
    if typed.code.strip():
        found = quote(typed.code.strip(), safe="")
        return RedirectResponse(f"/cases/{found}", HTTPStatus.SEE_OTHER)
    number = page_number(typed.page)
    wanted = await read(session, parts.library, typed)
    page = await cases.inbox(session, parts.clock, actor, wanted=wanted, page=number)
    if number != page.page:
        raise NotFound("console.no_such_page")
    reminders = await cases.count_reminders(session, actor, parts.clock() - REMINDED)
    own = await views.of(session, actor.id)
    return parts.pages.show(
        request,
        "cases/inbox.html",
        found=page,
        filters=typed,
        states=cases.STATES,
        kinds=cases.KINDS,
        categories=parts.library.categories,
        words_known=await labels.words(session),
        views=own,
        left=await _left(session, parts, actor, {view.id: view.query for view in own}),
        most=cases.MOST_LISTED,
        bulk=await choices(session, parts) if actor.may(Permission.DECIDE_CASES) else None,
        units=[each.name for each in await units.listed(session)],
        warnings=[
            parts.library.say(each.key, count=each.count, year=each.year)
            for each in await cases.warnings(session, parts.library, parts.clock, actor)
        ],
        reminders=reminders,
        most_reminders=cases.MOST_COUNTED,
    )


@router.get("/cases/reminders", dependencies=[SEE])
async def reminders(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """What one was reminded of in the last seven days."""
    found = await cases.reminders(session, actor, parts.clock() - REMINDED)
    still = {each: parts.library.say(f"case_steps.still_{each}") for each in cases.STILL}
    return parts.pages.show(request, "cases/reminders.html", reminders=found, still=still)


async def _left(
    session: AsyncSession, parts: Console, actor: Actor, queries: Mapping[str, str]
) -> dict[str, int]:
    """How many cases of each view are not done yet, by the view's id; nothing of one whose
    filters fit no more, or ask for what is done.
    """
    fitting: dict[str, cases.Wanted] = {}
    for view_id, query in queries.items():
        named = {name: text for name, text in parse_qsl(query) if name in _NARROWING}
        with suppress(NotFound):
            fitting[view_id] = _wanted(parts.library, Filters(**named))
    found = await cases.count_open(session, parts.clock, actor, tuple(fitting.values()))
    both = zip(fitting, found, strict=True)
    return {view_id: count for view_id, count in both if count is not None}


async def read(session: AsyncSession, library: Library, typed: Filters) -> cases.Wanted:
    """The filters of an address; raises NotFound, saying which of them is wrong."""
    wanted = _wanted(library, typed)
    if wanted.unit:
        try:
            await units.known(session, wanted.unit)
        except NotFound as error:
            raise NotFound("console.no_such_unit") from error
    known = not wanted.label or wanted.label in await labels.words(session)
    _must(known, "console.no_such_label")
    return wanted


def _wanted(library: Library, typed: Filters) -> cases.Wanted:
    """The same without asking whether there is such a unit and label."""
    _must(not typed.state or typed.state in cases.STATES, "console.no_such_state")
    _must(not typed.kind or typed.kind in cases.KINDS, "console.no_such_kind")
    _must(not typed.category or typed.category in library.categories, "console.no_such_category")
    _must(typed.overdue in {"", "yes"}, "console.no_such_filter")
    unit, area = typed.unit.strip(), typed.area.strip()
    _must(len(unit) <= MOST_TYPED and len(area) <= MOST_TYPED, "console.no_such_filter")
    if area:
        try:
            area = read_district(library, area)
        except BadInput as error:
            raise NotFound("console.no_such_area") from error
    return cases.Wanted(
        state=typed.state or None,
        kind=typed.kind or None,
        category=typed.category or None,
        area=area or None,
        unit=unit or None,
        label=typed.label.strip() or None,
        overdue=bool(typed.overdue),
    )


def _must(fits: object, key: str) -> None:
    if not fits:
        raise NotFound(key)
