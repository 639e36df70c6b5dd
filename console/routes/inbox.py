"""The inbox with its filters, and the reminders of the clocks."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Parts, Session
from console.reading import page_number
from console.routes.bulk import choices
from content.library import Library
from kit.errors import BadInput, NotFound
from services import cases, units
from services.cases import labels, views
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
    return parts.pages.show(
        request,
        "cases/inbox.html",
        found=page,
        filters=typed,
        states=cases.STATES,
        kinds=cases.KINDS,
        categories=parts.library.categories,
        words_known=await labels.words(session),
        views=await views.of(session, actor.id),
        most=cases.MOST_LISTED,
        bulk=await choices(session, parts) if actor.may(Permission.DECIDE_CASES) else None,
        units=[each.name for each in await units.listed(session)],
        warnings=[
            parts.library.say(each.key, count=each.count, year=each.year)
            for each in await cases.warnings(session, parts.library, parts.clock)
        ],
        reminders=reminders,
        most_reminders=cases.MOST_COUNTED,
    )


@router.get("/cases/reminders", dependencies=[SEE])
async def reminders(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """What one was reminded of in the last seven days."""
    found = await cases.reminders(session, actor, parts.clock() - REMINDED)
    return parts.pages.show(request, "cases/reminders.html", reminders=found)


async def read(session: AsyncSession, library: Library, typed: Filters) -> cases.Wanted:
    """The filters of an address; raises NotFound, saying which of them is wrong."""
    _must(not typed.state or typed.state in cases.STATES, "console.no_such_state")
    _must(not typed.kind or typed.kind in cases.KINDS, "console.no_such_kind")
    _must(not typed.category or typed.category in library.categories, "console.no_such_category")
    _must(typed.overdue in {"", "yes"}, "console.no_such_filter")
    unit, area = typed.unit.strip(), typed.area.strip()
    _must(len(unit) <= MOST_TYPED and len(area) <= MOST_TYPED, "console.no_such_filter")
    if unit:
        try:
            await units.known(session, unit)
        except NotFound as error:
            raise NotFound("console.no_such_unit") from error
    if area:
        try:
            area = read_district(library, area)
        except BadInput as error:
            raise NotFound("console.no_such_area") from error
    label = typed.label.strip()
    _must(not label or label in await labels.words(session), "console.no_such_label")
    return cases.Wanted(
        state=typed.state or None,
        kind=typed.kind or None,
        category=typed.category or None,
        area=area or None,
        unit=unit or None,
        label=label or None,
        overdue=bool(typed.overdue),
    )


def _must(fits: object, key: str) -> None:
    if not fits:
        raise NotFound(key)
