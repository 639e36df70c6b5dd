"""Rest stops: which are near, open and known, and what may truly be said of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow
from db.repositories.rest_stops import RestStopRepository
from kit.clock import Clock
from services.geo import box, distance_m, from_wgs84
from services.hours import open_state
from services.turns import Position, RestStopCard

NEAR_M = 5_000
SHOWN_AT_ONCE = 5
# Only these positions are good enough for a distance; a street's or district's point is not.
MEASURABLE = frozenset({"exact", "landmark"})
VAGUE = frozenset({"district", "none"})


@dataclass(frozen=True)
class Found:
    """Stops in the order they should be offered; `distances` only where they may be printed."""

    rows: tuple[RestStopRow, ...]
    distances: dict[str, float]

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return [row.id for row in self.rows]


async def near(session: AsyncSession, clock: Clock, centre: Position, radius_m: float) -> Found:
    """Stops within a radius of a WGS-84 position, best first."""
    rows = await RestStopRepository(session).in_box(*box(centre, radius_m))
    measured = {row.id: distance_m(centre, Position(row.lat or 0, row.lon or 0)) for row in rows}
    return _ranked([row for row in rows if measured[row.id] <= radius_m], clock(), measured)


async def in_area(
    session: AsyncSession,
    clock: Clock,
    city: str,
    district: str | None = None,
    street: str | None = None,
) -> Found:
    """Stops of an area by their published address, best first; no distances."""
    rows = await RestStopRepository(session).in_area(city, district, street)
    return _ranked(rows, clock(), {})


async def mentioning(session: AsyncSession, clock: Clock, words: str) -> Found:
    """Stops whose name or address holds these words, best first; no distances."""
    rows = await RestStopRepository(session).mentioning(words)
    return _ranked(rows, clock(), {})


async def by_ids(session: AsyncSession, ids: Sequence[str]) -> Found:
    """These stops in this order; no distances."""
    return Found(tuple(await RestStopRepository(session).by_ids(ids)), {})


def with_need(found: Found, need: str) -> Found:
    """Those of which it is known that they have a facility."""
    return Found(tuple(row for row in found.rows if need in row.facilities), found.distances)


def also(found: Found, more: Found) -> Found:
    """The first list, then what the second adds to it."""
    known = set(found.ids)
    added = tuple(row for row in more.rows if row.id not in known)
    return Found(found.rows + added, {**more.distances, **found.distances})


def _ranked(rows: Iterable[RestStopRow], now: datetime, measured: dict[str, float]) -> Found:
    """Open before unknown before closed, under construction last; then the nearer first."""

    def worth(row: RestStopRow) -> tuple[int, int, float, str]:
        building = int(row.status == "under_construction")
        openness = ("open", "unknown", "closed").index(open_state(row.opening_hours, now))
        return building, openness, measured.get(row.id, 0.0), row.id

    ordered = tuple(sorted(rows, key=worth))
    printable = {
        row.id: measured[row.id]
        for row in ordered
        if row.id in measured and row.accuracy in MEASURABLE
    }
    return Found(ordered, printable)


def card(library: Library, row: RestStopRow, now: datetime, metres: float | None) -> RestStopCard:
    """What a worker may be told of a stop; what is not known is said to be unknown."""
    building = row.status == "under_construction"
    return RestStopCard(
        id=row.id,
        name=row.name,
        area=" ".join(part for part in (row.city, row.district, row.street) if part),
        address=row.address or library.say("rest_stops.address_unknown"),
        distance_m=None if metres is None else _rounded(metres, row),
        distance_about=metres is not None and row.accuracy != "exact",
        open_state="closed" if building else open_state(row.opening_hours, now),
        hours_text=row.hours_text or library.say("rest_stops.hours_unknown"),
        entry=row.entry_note or library.say(f"rest_stops.entry_{row.entry}"),
        facilities=tuple(row.facilities),
        other_facilities=tuple(row.other_facilities),
        under_construction=building,
        phone=row.phone,
        published_on=row.published_on,
        checked_on=row.checked_on.isoformat() if row.checked_on else None,
        map_url=_map_url(row),
        position=_pin(row),
        position_about=row.accuracy != "exact",
        lines=tuple(_lines(library, row)),
    )


def _lines(library: Library, row: RestStopRow) -> Iterable[str]:
    """What must not be hidden: how vague the position is, and the published remark."""
    if row.accuracy == "landmark" and row.landmark:
        yield library.say("rest_stops.near_landmark", landmark=row.landmark)
    elif row.accuracy != "exact":
        yield library.say("rest_stops.position_vague")
    if row.note:
        yield row.note
    if row.credit:
        yield library.say("rest_stops.credit", credit=row.credit)


def _rounded(metres: float, row: RestStopRow) -> int:
    # A figure finer than the position would be a lie: a landmark's is as coarse as its error.
    step = 10 if row.accuracy == "exact" else max(100, row.est_error_m or 0)
    return max(step, round(metres / step) * step)


def _pin(row: RestStopRow) -> tuple[float, float] | None:
    if row.status == "under_construction" or row.accuracy not in MEASURABLE:
        return None
    return (row.lat, row.lon) if row.lat is not None and row.lon is not None else None


def _map_url(row: RestStopRow) -> str | None:
    """A marker in Amap at an exact position, else a search for the published address.

    https://lbs.amap.com/api/uri-api/guide: `marker` takes lon,lat in GCJ-02.
    """
    if row.status == "under_construction":
        return None
    pin = _pin(row)
    if pin and row.accuracy == "exact":
        point = from_wgs84(Position(*pin), "gcj02")
        query = {"position": f"{point.lon:.6f},{point.lat:.6f}", "name": row.name}
        return "https://uri.amap.com/marker?" + urlencode({**query, "coordinate": "gaode"})
    if not row.address:
        return None
    words = f"{row.city}{row.district or ''}{row.address}"
    return "https://uri.amap.com/search?" + urlencode({"keyword": words, "city": row.city})


async def without_position(session: AsyncSession, clock: Clock, city: str, district: str) -> Found:
    """The stops of a district whose position is too vague to say what they are near."""
    area = await in_area(session, clock, city, district)
    return Found(tuple(row for row in area.rows if row.accuracy in VAGUE), {})


async def areas(session: AsyncSession) -> list[tuple[str, str, str | None, int]]:
    """Province, city, district and how many stops are known there, most first."""
    return await RestStopRepository(session).areas()
