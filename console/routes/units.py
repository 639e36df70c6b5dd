"""The list of units that cases are handed to, and the register of rewards: lists of an office."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, page_number
from kit.errors import AppError, BadInput, NotFound
from services import cases, units
from services.cases.rewards import A_PAGE
from services.staff.permissions import Permission

# Who hands cases over, and who says whose handler somebody is.
KEEP = Depends(Needs(Permission.DECIDE_CASES, or_else=Permission.MANAGE_STAFF))
DECIDE = Depends(Needs(Permission.DECIDE_CASES, applies_limits=True))
NOT_TAKEN = (BadInput, NotFound)

log = structlog.get_logger()
router = APIRouter()


@router.get("/cases/units", dependencies=[KEEP])
async def listed(request: Request, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """All units, and a form for one more."""
    del actor  # whose sections the page shows
    return await _page(request, session, parts)


@router.post("/cases/units", dependencies=[KEEP])
async def add(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Put a unit on the list, or back on it."""
    try:
        unit = await units.add(session, parts.clock, form["unit"])
    except NOT_TAKEN as error:
        return await _page(request, session, parts, form=form, error=error)
    log.info("unit_added", by=form.staff_id, unit=unit.name)
    return RedirectResponse("/cases/units", HTTPStatus.SEE_OTHER)


@router.post("/cases/units/retire", dependencies=[KEEP])
async def retire(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Hand no more cases to a unit; those that it has stay."""
    try:
        await units.retire(session, parts.clock, form["unit"])
    except NOT_TAKEN as error:
        return await _page(request, session, parts, error=error)
    log.info("unit_retired", by=form.staff_id, unit=form["unit"])
    return RedirectResponse("/cases/units", HTTPStatus.SEE_OTHER)


@router.get("/cases/rewards", dependencies=[DECIDE])
async def rewards(
    request: Request, session: Session, parts: Parts, actor: SignedIn, page: str = "1"
) -> Response:
    """The register of praises and rewards, newest first."""
    number = page_number(page)
    found = await cases.register(session, actor, page=number)
    if not found and number > 1:
        raise NotFound("console.no_such_page")
    say = parts.library.say
    return parts.pages.show(
        request,
        "cases/rewards.html",
        rewards=found,
        page=number,
        has_more=len(found) == A_PAGE,
        kinds={each: say(f"case_steps.kind_{each}") for each in cases.REWARDS},
        routes={each: say(f"case_steps.route_{each}") for each in cases.ROUTES},
    )


async def _page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    *,
    form: Filled | None = None,
    error: AppError | None = None,
) -> Response:
    return parts.pages.show(
        request,
        "cases/units.html",
        status=error.status if error else HTTPStatus.OK,
        units=await units.every(session),
        typed=form["unit"] if form else "",
        sentence=parts.pages.sentence_for(error) if error else None,
    )
