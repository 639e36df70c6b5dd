"""Finding stops: around a position, in an area, by words; in the order of `ranking`.

Around a position the search grows ring by ring until enough stops are good (open, and nobody was
kept out), so that in a city it looks at some dozens of stops and in the country at all there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.rest_stops import RestStopRepository, Spot
from kit.clock import Clock
from services import hours
from services.geo import cells_around, distance_m
from services.hours import Hours
from services.rest_stops import ranking, reports
from services.rest_stops.ranking import Judged
from services.rest_stops.standing import NOTHING_SAID, Standing
from services.turns import Position

# How far a rider goes for a break, and how far we look where that finds nothing.
NEAR_M = 3_000
RINGS_M = (500, 1_000, 2_000, NEAR_M)
FAR_RINGS_M = (6_000, 12_000, 30_000)
# So many good ones end the search: some pages to leaf through; and beyond `NEAR_M`, a page.
ENOUGH, ENOUGH_FAR = 15, 3
# A list is never longer: nobody leafs on, and it is kept with the worker's dialogue.
KEPT_MOST = 60
AREA_MOST = 3_000
MENTIONED_MOST = 200
# Only these positions are good enough for a distance; a street's or district's point is not.
MEASURABLE = frozenset({"exact", "landmark"})
VAGUE = ("district", "none")


@dataclass(frozen=True)
class Wish:
    """What a stop must offer: facilities, open at this moment, never closing; `far`: he would go
    farther than usual for it.
    """

    needs: tuple[str, ...] = ()
    open_now: bool = False
    always: bool = False
    far: bool = False

    def and_also(self, more: "Wish") -> "Wish":
        """Both wishes at once."""
        needs = tuple(dict.fromkeys((*self.needs, *more.needs)))
        return Wish(
            needs,
            self.open_now or more.open_now,
            self.always or more.always,
            self.far or more.far,
        )

    @property
    def is_any(self) -> bool:
        """Whether any stop will do."""
        return not (self.needs or self.open_now or self.always)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Wish":
        """The wish that was stored; any stop for what holds none."""
        flags = {name: bool(stored.get(name)) for name in ("open_now", "always", "far")}
        return cls(tuple(stored.get("needs") or ()), **flags)


ANY = Wish()


@dataclass(frozen=True)
class Area:
    """A city, a district of it, or a street or town of that."""

    city: str
    district: str | None = None
    street: str | None = None


@dataclass(frozen=True)
class Found:
    """Stops in the order they should be offered.

    The first `near` of them lie within `NEAR_M` of the position searched around; None where it
    was no position. `metres` holds the distances that may be printed.
    """

    stops: tuple[Judged, ...] = ()
    near: int | None = None

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return [judged.stop.id for judged in self.stops]

    @property
    def metres(self) -> dict[str, float]:
        """The distances that may be printed, by id."""
        return {j.stop.id: j.metres for j in self.stops if j.metres is not None}

    @property
    def good(self) -> int:
        """How many are open, with nobody kept out; around a position, of those that are near."""
        return sum(judged.use == "open" for judged in self.stops[: self.near])


async def around(session: AsyncSession, clock: Clock, centre: Position, wish: Wish = ANY) -> Found:
    """The stops within `NEAR_M` of a WGS-84 position, best first; and behind them, where fewer
    than a page of them are good, the best of those farther off.
    """
    search = _Around(session, clock(), centre, wish)
    near = await search.grow(RINGS_M, ENOUGH)
    good = sum(judged.use == "open" for judged in near)
    if good >= ENOUGH_FAR and not wish.far:
        return Found(near[:KEPT_MOST], len(near[:KEPT_MOST]))
    known = {judged.stop.id for judged in near}
    far = await search.grow(FAR_RINGS_M, good + (ENOUGH if wish.far else ENOUGH_FAR))
    # Of what is far off and nobody knows where there is nothing to say around a position.
    beyond = tuple(j for j in far if j.stop.id not in known and j.metres is not None)
    return Found((near + beyond)[:KEPT_MOST], min(len(near), KEPT_MOST))


async def in_area(session: AsyncSession, clock: Clock, area: Area, wish: Wish = ANY) -> Found:
    """Stops of an area by their published address, best first; no distances."""
    named = (area.city, area.district, area.street)
    spots = await RestStopRepository(session).spots_of_area(*named, limit=AREA_MOST)
    return await _listed(session, clock(), spots, wish)


async def without_position(
    session: AsyncSession, clock: Clock, area: Area, wish: Wish = ANY
) -> Found:
    """The stops of a district whose position is too vague to say what they are near."""
    spots = await RestStopRepository(session).spots_of_area(
        area.city, area.district, area.street, limit=AREA_MOST, accuracies=VAGUE
    )
    return await _listed(session, clock(), spots, wish)


async def mentioning(session: AsyncSession, clock: Clock, words: str, wish: Wish = ANY) -> Found:
    """Stops whose name or address holds these words, best first; no distances."""
    spots = await RestStopRepository(session).spots_mentioning(words, MENTIONED_MOST)
    return await _listed(session, clock(), spots, wish)


async def again(
    session: AsyncSession,
    clock: Clock,
    ids: Sequence[str],
    metres: Mapping[str, float],
    wish: Wish = ANY,
) -> Found:
    """Stops of an earlier list as they stand now; only those that fit, best first."""
    spots = await RestStopRepository(session).spots_by_ids(ids)
    return await _listed(session, clock(), spots, wish, metres)


async def areas(session: AsyncSession) -> list[tuple[str, str, str | None, int]]:
    """Province, city, district and how many stops are known there, most first."""
    return await RestStopRepository(session).areas()


async def streets(session: AsyncSession, city: str, district: str) -> list[tuple[str, int]]:
    """The streets and towns of a district, and how many stops are known there, most first."""
    return await RestStopRepository(session).streets(city, district)


async def _listed(
    session: AsyncSession,
    now: datetime,
    spots: Sequence[Spot],
    wish: Wish,
    metres: Mapping[str, float] | None = None,
) -> Found:
    fitting = [spot for spot in spots if _fits(spot, wish)]
    judged = await judge(session, now, fitting, metres or {})
    return Found(tuple(_in_order(judged, wish, now))[:KEPT_MOST])


def _fits(spot: Spot, wish: Wish) -> bool:
    """As the query around a position decides it, for rows that came by another one."""
    has = all(need in spot.facilities for need in wish.needs)
    return has and (spot.opening_hours == hours.ALWAYS or not wish.always)


async def judge(
    session: AsyncSession, now: datetime, spots: Sequence[Spot], metres: Mapping[str, float]
) -> list[Judged]:
    """What is known of these stops at this moment."""
    stands = await reports.standings(session, now, [spot.id for spot in spots])
    clocks: dict[str | None, Hours] = {}
    return [_judged(spot, now, clocks, stands, metres.get(spot.id)) for spot in spots]


def _judged(
    spot: Spot,
    now: datetime,
    clocks: dict[str | None, Hours],
    stands: Mapping[str, Standing],
    metres: float | None,
) -> Judged:
    # A few hundred rules serve all stops: each is read once a search.
    rule = spot.opening_hours
    if rule not in clocks:
        clocks[rule] = hours.status(rule, now)
    return Judged(spot, clocks[rule], stands.get(spot.id, NOTHING_SAID), metres)


def _in_order(judged: Collection[Judged], wish: Wish, now: datetime) -> list[Judged]:
    wanted = [each for each in judged if _serves(each, wish)]
    return sorted(wanted, key=lambda each: ranking.rank(each, wish.needs, now))


def _serves(judged: Judged, wish: Wish) -> bool:
    if wish.always and judged.use == "unknown":
        return False  # its hours are in dispute
    return judged.use == "open" if wish.open_now else True


class _Around:
    """One search around one position."""

    def __init__(self, session: AsyncSession, now: datetime, centre: Position, wish: Wish) -> None:
        self._session = session
        self._now = now
        self._centre = centre
        self._wish = wish

    async def grow(self, rings: Sequence[int], enough: int) -> tuple[Judged, ...]:
        """Those of the first ring that has enough good ones, or of the last; best first."""
        *smaller, last = rings
        for radius in smaller:
            spots = await self._within(radius)
            if len(spots) < enough:
                continue
            judged = await self._judge(spots)
            if sum(each.use == "open" for each in judged) >= enough:
                return tuple(_in_order(judged, self._wish, self._now))
        judged = await self._judge(await self._within(last))
        return tuple(_in_order(judged, self._wish, self._now))

    async def _within(self, radius: int) -> dict[Spot, float]:
        """The stops of a circle with their distances in metres, those of vague points too."""
        spots = await RestStopRepository(self._session).spots_in(
            cells_around(self._centre, radius), self._wish.needs, always=self._wish.always
        )
        found = {spot: self._metres(spot) for spot in spots}
        return {spot: metres for spot, metres in found.items() if metres <= radius}

    def _metres(self, spot: Spot) -> float:
        return distance_m(self._centre, Position(spot.lat or 0.0, spot.lon or 0.0))

    async def _judge(self, spots: Mapping[Spot, float]) -> list[Judged]:
        printable = {
            spot.id: metres for spot, metres in spots.items() if spot.accuracy in MEASURABLE
        }
        return await judge(self._session, self._now, tuple(spots), printable)
