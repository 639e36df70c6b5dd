"""Bringing a shipped edition of the content into force, without losing staff's edits."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.schema import RestStop
from db.models import RestStopRow, Revision
from db.repositories.library import LibraryRepository
from db.repositories.rest_stops import RestStopRepository
from kit import ids
from kit.clock import Clock
from services.geo import to_wgs84
from services.turns import Position

SHIPPED_BY = "edition"


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
    rows = await stops.all_rows()
    count = {"new": 0, "changed": 0, "proposed": 0, "withdrawn": 0}
    for stop in library.stops.values():
        row = rows.get(stop.id)
        if row is None:
            session.add(RestStopRow(**_values(stop), edition=library.version))
            outcome: str | None = "new"
        else:
            outcome = await _bring(editions, clock, row, stop, library.version)
        if outcome:
            count[outcome] += 1
    for row in rows.values():
        if row.edition and row.id not in library.stops and row.status != "withdrawn":
            row.status = "withdrawn"
            count["withdrawn"] += 1
    await editions.set_edition(library.version, clock())
    return Loaded(**count)


async def _bring(
    editions: LibraryRepository, clock: Clock, row: RestStopRow, stop: RestStop, version: str
) -> str | None:
    values = _values(stop)
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


def _values(stop: RestStop) -> dict[str, Any]:
    """A shipped stop as columns; its position in WGS-84 beside the published one."""
    same = (
        *("id", "name", "kind", "province", "city", "district", "street", "address"),
        *("hours_text", "opening_hours", "entry", "entry_note", "phone", "operator"),
        *("status", "note", "published_on", "checked_on", "source_url", "accuracy"),
    )
    values: dict[str, Any] = {name: getattr(stop, name) for name in same}
    values["facilities"] = list(stop.facilities)
    values["other_facilities"] = list(stop.other_facilities)
    published = stop.position
    values |= dict.fromkeys(
        ("lat", "lon", "published_position", "landmark", "est_error_m", "credit")
    )
    if published:
        given = Position(published.lat, published.lon, published.datum)
        inside = to_wgs84(given)
        values |= {
            "lat": round(inside.lat, 7),
            "lon": round(inside.lon, 7),
            "published_position": asdict(given),
            "landmark": published.landmark,
            "est_error_m": published.est_error_m,
            "credit": published.credit,
        }
    return values
