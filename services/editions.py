"""Bringing a shipped edition of the content into force, without losing staff's edits."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.schema import RestStop
from db.models import RestStopRow, Revision
from db.repositories.library import LibraryRepository
from db.repositories.rest_stops import RestStopRepository, lock_table
from kit import ids
from kit.clock import Clock
from services.rest_stops.columns import columns
from services.rest_stops.history import SHIPPED_BY


@dataclass(frozen=True)
class Loaded:
    """What a load did, counted in stops."""

    new: int = 0
    changed: int = 0
    proposed: int = 0
    withdrawn: int = 0


async def load(session: AsyncSession, library: Library, clock: Clock) -> Loaded:
    """Bring the stops of this edition into the database, once an edition.

    A stop that staff have edited is left as it is; the newer shipped one becomes a proposal in
    `revisions`. A shipped stop that the new edition no longer has is withdrawn, not deleted.
    """
    editions = LibraryRepository(session)
    current = await editions.edition()
    if current is not None and current.version == library.version:
        return Loaded()
    stops = RestStopRepository(session)
    # Held one after the other, its rows and one that staff edit would each wait for the other.
    await lock_table(session, RestStopRow, "SHARE ROW EXCLUSIVE")
    rows = await stops.shipped()
    count = {"new": 0, "changed": 0, "proposed": 0, "withdrawn": 0}
    for stop in library.stops.values():
        row = rows.get(stop.id)
        if row is None:
            session.add(RestStopRow(**columns(library, stop), edition=library.version))
            outcome: str | None = "new"
        else:
            outcome = await _bring(editions, library, clock, row, stop)
        if outcome:
            count[outcome] += 1
    for row in rows.values():
        if row.edition and row.id not in library.stops and row.status != "withdrawn":
            row.status = "withdrawn"
            count["withdrawn"] += 1
    await session.flush()
    await stops.count_areas()
    await editions.set_edition(library.version, clock())
    return Loaded(**count)


async def _bring(
    editions: LibraryRepository, library: Library, clock: Clock, row: RestStopRow, stop: RestStop
) -> str | None:
    version = library.version
    values = columns(library, stop)
    if all(getattr(row, name) == value for name, value in values.items()):
        row.edition = version
        return None
    if await editions.is_edited("rest_stop", stop.id):
        proposal = Revision(
            id=ids.new_id(),
            kind="rest_stop",
            key=stop.id,
            body=stop.model_dump(mode="json"),
            reason=version,
            author=SHIPPED_BY,
            created_at=clock(),
        )
        editions.add(proposal)
        return "proposed"
    for name, value in values.items():
        setattr(row, name, value)
    row.edition = version
    return "changed"
