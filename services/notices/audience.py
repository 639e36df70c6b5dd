"""Who gets a notice: reach of those who write it, and the count by reason."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.notice_audience import NOTHING, NoticeAudienceRepository, Wanted
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed
from services import consents
from services.notices.values import EXCLUSIONS, Audience, Counted, Draft
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.workers import TRADES

WEEK = timedelta(days=7)
LEVELS = 3  # province, city, district


@dataclass(frozen=True)
class Area:
    """An area as the limits of roles see it (services.staff.actors.CaseLike)."""

    province: str | None
    city: str | None
    district: str | None
    category: str | None = None
    units: Iterable[str] = ()
    kept_out: Collection[str] = ()


async def count_audience(
    session: AsyncSession, library: Library, clock: Clock, draft: Draft
) -> Counted:
    """Who would get this now, and who would not and why; by the query that makes the rows."""
    rows, asked = NoticeAudienceRepository(session), await wanted(session, library, clock, draft)
    found = await rows.count(asked)
    accounts = found.get(NOTHING, 0)
    excluded = {reason: found[reason] for reason in EXCLUSIONS if reason in found}
    return Counted(accounts, accounts - await rows.count_twice(asked), excluded)


async def wanted(session: AsyncSession, library: Library, clock: Clock, draft: Draft) -> Wanted:
    """An audience as the query takes it."""
    audience, topic = draft.audience, library.notices.topics.get(draft.topic)
    week, a_week = clock() - WEEK, library.notices.limits.a_week
    # Mostly nobody can have had enough, and then nobody's rows need be counted.
    begun = await NoticeAudienceRepository(session).begun_since(week)
    is_limited = not draft.urgent and begun >= a_week
    return Wanted(
        topic=draft.topic,
        areas=tuple(tuple(path.split("/")) for path in audience.districts),
        trades=audience.trades,
        platforms=audience.platforms,
        asked=audience.subscribers or topic is None or not topic.unasked,
        news=consents.NEWS,
        week=week,
        a_week=a_week if is_limited else None,
    )


def check(audience: Audience) -> None:
    """Raise BadInput for an audience that cannot be."""
    if set(audience.trades) - set(TRADES):
        raise BadInput("notices.bad_trade")
    for path in audience.districts:
        if not all(path.split("/")) or path.count("/") >= LEVELS:
            raise BadInput("notices.bad_district")


def need_reach(actor: Actor, permission: Permission, audience: Audience) -> None:
    """Raise NotAllowed unless the member of staff may do it for all of the audience."""
    if not actor.may(permission):
        raise NotAllowed("staff.no_permission")
    if not reaches(actor, permission, audience):
        raise NotAllowed("notices.out_of_reach")


def reaches(actor: Actor, permission: Permission, audience: Audience) -> bool:
    """Whether a member of staff may do it for all of the audience."""
    if not audience.districts:
        return actor.may_everywhere(permission)
    return all(actor.may_for(permission, _area(path)) for path in audience.districts)


def _area(path: str) -> Area:
    names = [*path.split("/"), *[None] * LEVELS]
    return Area(names[0], names[1], names[2])
