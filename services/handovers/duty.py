"""Who is there to talk: staff say so themselves, for the day."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.handovers import HandoverDutyRepository
from kit.clock import Clock, in_shanghai
from kit.errors import NotAllowed
from services.staff.actors import Actor
from services.staff.permissions import Permission


def need(actor: Actor) -> None:
    """Raise NotAllowed unless he may talk with workers; a talk has no district or category."""
    if not actor.may_everywhere(Permission.TALK_TO_WORKERS):
        raise NotAllowed("staff.no_permission")


async def come(session: AsyncSession, clock: Clock, actor: Actor) -> None:
    """Be there, until the day is over."""
    need(actor)
    now = clock()
    await HandoverDutyRepository(session).come(actor.id, in_shanghai(now).date(), now)


async def go(session: AsyncSession, actor: Actor) -> None:
    """Not be there any more; talks that he has stay his."""
    need(actor)
    await HandoverDutyRepository(session).go(actor.id)


async def there(session: AsyncSession, clock: Clock) -> Mapping[str, str]:
    """Who is there today: names by id."""
    return await HandoverDutyRepository(session).there(in_shanghai(clock()).date())
