"""Which stops and proposed places a member of staff reaches: those of his role's districts.

A stop has no category and is handed to no unit, and nobody keeps out of one: whose role is limited
to a category or a unit reaches none. Neither does a district reach a place whose area is unknown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Text, false, null, type_coerce

from content.library import Library
from db.models import RestStopRow, StopProposal
from services.staff.actors import Actor, CaseColumns, Column
from services.staff.permissions import ROLES, Permission


class HasArea(Protocol):
    """What has an area by the short names of content/regions.yml; None is not known."""

    @property
    def province(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def district(self) -> str | None: ...


@dataclass(frozen=True)
class _Place:
    """A stop as the limits of roles see a case."""

    province: str | None
    city: str | None
    district: str | None
    category: str | None = None
    units: tuple[str, ...] = ()
    kept_out: Collection[str] = ()


def reaches(actor: Actor, stop: HasArea) -> bool:
    """Whether he may see and change it."""
    place = _Place(stop.province, stop.city, stop.district)
    return actor.may_for(Permission.EDIT_STOPS, place)


def within(actor: Actor, table: type[RestStopRow | StopProposal]) -> Column:
    """What `reaches` says, in SQL."""
    columns = CaseColumns(
        *(table.province.expression, table.city.expression, table.district.expression),
        category=type_coerce(null(), Text),
        handed_to=lambda _unit: false(),
        keeps_out=lambda _names: false(),
    )
    return actor.condition_for(Permission.EDIT_STOPS, columns)


def faults(library: Library, actor: Actor, values: Mapping[str, Any]) -> dict[str, str]:
    """Why these columns of a stop would put it out of his reach, by field of the form."""
    place = _Place(*(values[name] for name in ("province", "city", "district")))
    if reaches(actor, place):
        return {}
    paths = sorted(
        {
            path
            for grant in actor.grants
            if Permission.EDIT_STOPS in ROLES[grant.role]
            for path in grant.districts
        }
    )
    in_city = any(path.startswith(f"{place.province}/{place.city}/") for path in paths)
    areas = "、".join(path.replace("/", " ") for path in paths)
    field = "district" if in_city else "city"
    return {field: library.say("stop_checks.out_of_reach", areas=areas)}
