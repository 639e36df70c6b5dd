"""The member of staff behind a request, and which cases his roles reach."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from services.staff.permissions import ROLES, Permission, Role

Column = ColumnElement[Any]


class CaseLike(Protocol):
    """What decides on who may see a case; None where it is not known (yet).

    Areas by the short names of content/regions.yml and services/districts: 广东, 广州, 南沙区.
    """

    @property
    def province(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def district(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...
    @property
    def units(self) -> Iterable[str]:
        """The units that the case was handed to, lead and helpers."""

    @property
    def kept_out(self) -> Collection[str]:
        """Who keeps out of it: ids of staff and names of units. To them it is not there."""


@dataclass(frozen=True)
class CaseColumns:
    """The same as columns of a query; `handed_to` gives the condition that a unit has the case,
    `keeps_out` the one that any of these, ids of staff and names of units, keeps out of it.
    """

    province: Column
    city: Column
    district: Column
    category: Column
    handed_to: Callable[[str], Column]
    keeps_out: Callable[[Collection[str]], Column]


@dataclass(frozen=True)
class Grant:
    """One role and how far it reaches.

    A district is a path from the top, such as 广东, 广东/广州 or 广东/广州/南沙区, and stands for
    all that lies in it. No district is all of them, no category likewise. A case whose area or
    category is not known is reached only without such a limit.
    """

    role: Role
    districts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    unit: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there are cases that it does not reach."""
        return bool(self.districts or self.categories or self.unit)

    def reaches(self, case: CaseLike) -> bool:
        """Whether the case lies within every limit."""
        area = (case.province, case.city, case.district)
        return (
            (not self.districts or any(lies_in(area, path) for path in self.districts))
            and (not self.categories or case.category in self.categories)
            and (self.unit is None or self.unit in case.units)
        )

    def condition(self, case: CaseColumns) -> Column:
        """What `reaches` says, in SQL."""
        area = (case.province, case.city, case.district)
        parts = []
        if self.districts:
            parts.append(or_(*(_lies_in_sql(area, path) for path in self.districts)))
        if self.categories:
            parts.append(case.category.in_(self.categories))
        if self.unit is not None:
            parts.append(case.handed_to(self.unit))
        return and_(true(), *parts)


@dataclass(frozen=True)
class Actor:
    """The member of staff who asks, what his roles allow, and what only his own forms know.

    `session` is the digest by which his own session is known among others, `address` that of where
    he asks from. Who keeps out of no case at all, neither he nor his unit, is not asked for each
    case of a list: of 100,000 that took as long as counting them.
    """

    id: str
    name: str
    csrf_token: str = field(repr=False)
    grants: tuple[Grant, ...] = ()
    session: str = field(default="", repr=False)
    address: str | None = None
    keeps_out: bool = True

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that he may do somewhere."""
        return frozenset().union(*(ROLES[grant.role] for grant in self.grants))

    def may(self, permission: Permission) -> bool:
        """Whether he may do it at all, be it for some cases only."""
        return bool(self._granting(permission))

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether he may do it without any limit."""
        return any(not grant.is_limited for grant in self._granting(permission))

    def may_for(self, permission: Permission, case: CaseLike) -> bool:
        """Whether he may do it to this case: one grant must both allow and reach it, and neither
        he nor his unit keeps out of it.
        """
        if not self.known_as.isdisjoint(case.kept_out):
            return False
        return any(grant.reaches(case) for grant in self._granting(permission))

    def condition_for(self, permission: Permission, case: CaseColumns) -> Column:
        """The cases for which he may do it, in SQL."""
        granting = self._granting(permission)
        if not granting:
            return false()
        granted = or_(*(grant.condition(case) for grant in granting))
        return and_(granted, not_(case.keeps_out(self.known_as))) if self.keeps_out else granted

    @property
    def known_as(self) -> frozenset[str]:
        """As what he keeps out of a case: himself, or as one of his unit, in whatever role."""
        return frozenset({self.id, *(grant.unit for grant in self.grants if grant.unit)})

    def _granting(self, permission: Permission) -> list[Grant]:
        return [grant for grant in self.grants if permission in ROLES[grant.role]]


def may_see(actor: Actor, case: CaseLike) -> bool:
    """Whether the member of staff may open this case."""
    return actor.may_for(Permission.SEE_CASES, case)


def seen_by(actor: Actor, case: CaseColumns) -> Column:
    """The cases that the member of staff may open, in SQL."""
    return actor.condition_for(Permission.SEE_CASES, case)


def lies_in(area: tuple[str | None, ...], path: str) -> bool:
    """Whether an area, from the top, lies in that of a path."""
    named = path.split("/")
    return list(area[: len(named)]) == named


def _lies_in_sql(area: tuple[Column, ...], path: str) -> Column:
    return and_(*(column == name for column, name in zip(area, path.split("/"), strict=False)))
