"""Who took the report of a notice away as a file."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.errors import BadInput
from services.staff import events
from services.staff.actors import Actor

FORMATS = ("csv", "xlsx")


async def taken(session: AsyncSession, clock: Clock, actor: Actor, number: int, file: str) -> None:
    """Put on record that this actor took the report along; raises BadInput for no such format."""
    if file not in FORMATS:
        raise BadInput
    events.note(
        *(session, clock(), "notice_report_taken"),
        by=actor.id,
        to=None,
        address=actor.address,
        notice=number,
        format=file,
    )
