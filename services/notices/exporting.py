"""Who took the report or the list of a notice away as a file."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.errors import BadInput
from services.staff import events
from services.staff.actors import Actor

FORMATS = ("csv", "xlsx")


async def taken(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    number: int,
    file: str,
    *,
    kind: str = "notice_report_taken",
) -> None:
    """Put on record that this actor took it along; raises BadInput for no such format."""
    if file not in FORMATS:
        raise BadInput
    events.note(
        *(session, clock(), kind),
        by=actor.id,
        to=None,
        address=actor.address,
        notice=number,
        format=file,
    )
