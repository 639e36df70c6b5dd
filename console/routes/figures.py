"""The figures of a period, as far as one's roles reach."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from console import pictures
from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from kit.clock import in_shanghai
from kit.errors import BadInput, NotFound
from services import cases, figures, units
from services.staff.members import read_district
from services.staff.permissions import Permission

SEE = Depends(Needs(Permission.SEE_FIGURES, applies_limits=True))
USUAL_DAYS, MOST_DAYS, MOST_TYPED = 30, 731, 64
# What one tap offers: days up to today.
OFFERED = (7, 30, 90, 365)
PATH = "/figures"

YEARS = range(2020, 2101)  # that a period may lie in

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """The filters of an address, as they were typed; days such as 2026-11-18."""

    first: Annotated[str, Query(alias="from")] = ""
    last: Annotated[str, Query(alias="to")] = ""
    area: str = ""
    unit: str = ""
    category: str = ""
    kind: str = ""

    def address(self, **changes: object) -> str:
        """The address of the figures with these filters, some of them changed."""
        named = {**vars(self), **changes}
        named |= {"from": named.pop("first"), "to": named.pop("last")}
        kept = {name: value for name, value in named.items() if value}
        return f"{PATH}?{urlencode(kept)}" if kept else PATH


Typed = Annotated[Filters, Depends()]


@router.get("/figures", dependencies=[SEE])
async def dashboard(
    request: Request, session: Session, parts: Parts, actor: SignedIn, typed: Typed
) -> Response:
    """The figures that the filters ask for, with pictures."""
    today = in_shanghai(parts.clock()).date()
    asked = await _read(session, parts, typed, today)
    found = await figures.figures(session, parts.library, parts.clock, actor, asked)
    return parts.pages.show(
        request,
        "figures/dashboard.html",
        found=found,
        filters=typed,
        period=asked.period,
        offered=[(days, today - timedelta(days=days - 1), today) for days in OFFERED],
        kinds=cases.KINDS,
        categories=parts.library.categories,
        units=[each.name for each in await units.listed(session)],
        drawn=drawn(parts, found),
    )


def drawn(parts: Console, found: figures.Figures) -> dict[str, object]:
    """What the template needs to draw and word figures."""
    say = parts.library.say
    return {
        "bars": pictures.bars(found.arrivals),
        "sketch": pictures.sketch(found.sketch),
        "shares": pictures.shares,
        "routes": {each: say(f"case_steps.route_{each}") for each in cases.ROUTES},
        "few": figures.FEW,
        "rest": figures.REST,
        "unknown": figures.UNKNOWN,
    }


async def _read(
    session: AsyncSession, parts: Console, typed: Filters, today: date
) -> figures.Asked:
    """What an address asks for; raises NotFound, saying which part of it is wrong."""
    library = parts.library
    _must(not typed.kind or typed.kind in cases.KINDS, "console.no_such_kind")
    _must(not typed.category or typed.category in library.categories, "console.no_such_category")
    area, unit = typed.area.strip(), typed.unit.strip()
    _must(max(len(area), len(unit)) <= MOST_TYPED, "console.no_such_filter")
    try:
        path = read_district(library, area) if area else ""
    except BadInput as error:
        raise NotFound("console.no_such_area") from error
    if unit:
        try:
            await units.known(session, unit)
        except NotFound as error:
            raise NotFound("console.no_such_unit") from error
    period = _period(typed, today)
    return figures.Asked(period, path, unit, typed.category, typed.kind)


def _period(typed: Filters, today: date) -> figures.Period:
    """The days that were typed; without any the last thirty."""
    last = _day(typed.last) if typed.last else today
    first = _day(typed.first) if typed.first else last - timedelta(days=USUAL_DAYS - 1)
    period = figures.Period(first, last)
    _must(1 <= period.days <= MOST_DAYS, "console.no_such_period")
    return period


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotFound("console.no_such_period") from error
    _must(day.year in YEARS, "console.no_such_period")
    return day


def _must(fits: object, key: str) -> None:
    if not fits:
        raise NotFound(key)
