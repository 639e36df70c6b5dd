"""Finding stops around a position: the best of those near, and farther off where few are good.

Good is what is open, with nobody kept out. The index in memory says which are worth a look; these
are read from the database and judged, so what is told of a stop is what is stored of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories import stop_index
from db.repositories.rest_stops import Spot
from db.session import beside
from kit.clock import Clock
from services.geo import distance_m
from services.hours import ALWAYS
from services.rest_stops import index, ranking
from services.rest_stops.circle import Circle
from services.rest_stops.finding import (
    ANY,
    FINDABLE,
    KEPT_MOST,
    MEASURABLE,
    UNSURE,
    Clocks,
    Found,
    Wish,
    in_order,
    judge,
    serves,
    unsure_of,
)
from services.rest_stops.ranking import Judged
from services.turns import Position

# How far a rider goes for a break, and how far we look where that finds nothing; nobody rides
# farther for a microwave.
NEAR_M, FAR_M, FAR_FOR_NEEDS_M = 3_000, 30_000, 12_000
# So many good ones are enough near: some pages to leaf through; and beyond, a page.
ENOUGH, ENOUGH_FAR = 12, 3
# Where so many lie and too few are open it is night: farther off only what never closes counts.
CROWDED = 60
# So many of the best are looked at closely, a few more than a list holds: of some it is said at
# the door that they are shut.
LOOKED_AT = KEPT_MOST + 10


@dataclass(frozen=True)
class _Ring:
    """Where to look, beyond one distance and within another; how many good ones are enough, how
    many are looked at to find them, and how much may be missing. With `narrow` no farther than it
    takes to find enough.
    """

    beyond_m: float
    within_m: float
    enough: int
    most: int = LOOKED_AT
    missing: int = 0
    always: bool = False
    narrow: bool = False

    @property
    def at_first(self) -> int:
        """How many that seem open are looked at before it is known how many are good."""
        return self.enough if self.narrow else self.most


async def around(session: AsyncSession, clock: Clock, centre: Position, wish: Wish = ANY) -> Found:
    """The stops within `NEAR_M` of a WGS-84 position. Where fewer than a page of them are good,
    the best of those farther off are among them; and where few are known to have what is needed,
    those near of which it is not known. One order for all: `ranking`.

    They are found among what was committed, not among what this session's transaction wrote.
    """
    now = clock()
    search = _Search(session, now, centre, wish)
    await search.begin()
    near = await search.look(search.nearby)
    close, found = list(near), list(near)
    for ring in search.more(sum(judged.use == "open" for judged in near), len(near)):
        judged = await search.look(ring)
        found += judged
        close += [] if ring.narrow else judged
    ordered = in_order({judged.stop.id: judged for judged in found}.values(), wish, now)
    opening = [j for j in near if j.use == "closed" and j.hours.opens_at is not None]
    first = min(opening, key=lambda judged: judged.hours.opens_at or now, default=None)
    kept = ordered[:KEPT_MOST]
    if first is not None and first not in kept:
        kept = [*kept[:-1], first]
    return Found(
        tuple(kept),
        frozenset(judged.stop.id for judged in close),
        unsure_of(kept, wish.needs),
        len(ordered),
        whole=search.is_whole and len(ordered) <= KEPT_MOST,
        next_to_open=first,
    )


class _Search:
    """One search around one position."""

    def __init__(self, session: AsyncSession, now: datetime, centre: Position, wish: Wish) -> None:
        self.nearby = _Ring(-1, NEAR_M, ENOUGH, always=wish.always)
        # Whether all that lie near were looked at.
        self.is_whole = True
        self._session = session
        self._index = index.of(beside(session))
        self._clocks = Clocks(now)
        self._centre = centre
        self._wish = wish
        self._circles: dict[_Ring, Circle] = {}
        self._spots: dict[str, Spot | None] = {}

    async def begin(self) -> None:
        """Read in one question what will most likely be looked at; anew where the index proves to
        be older than the database.
        """
        known = self._index.version  # while we wait, another search may take up what is new
        if await self._foresee() != known:
            await self._index.catch_up(beside(self._session))
            self._circles.clear()
            self._spots.clear()
            await self._foresee()

    def more(self, good: int, serve: int) -> list[_Ring]:
        """Where else to look, with so many near that are good and so many that serve."""
        wish, rings, room = self._wish, [], LOOKED_AT
        if good < ENOUGH_FAR or wish.far:
            most = FAR_FOR_NEEDS_M if wish.needs else FAR_M
            enough = ENOUGH if wish.far else ENOUGH_FAR - good
            always = wish.always or len(self._circle(self.nearby)) > CROWDED
            rings.append(_Ring(NEAR_M, most, enough, always=always, narrow=True))
            room -= _part(self._sought(rings[0]), rings[0], enough).usable
        if wish.needs and not wish.strict and serve < ENOUGH_FAR and room > 0:
            # They come behind all that have it: no more of them than the list has room for.
            rings.append(replace(self.nearby, enough=0, most=room, missing=UNSURE))
        return rings

    async def look(self, ring: _Ring) -> list[Judged]:
        """The best of a ring; more of them while too few prove good."""
        circle, seem_open = self._sought(ring), ring.at_first
        while True:
            ids = _ids(circle, ring, seem_open)
            judged = await self._judge(ring, ids)
            good = sum(each.use == "open" for each in judged)
            if good >= ring.enough or seem_open >= circle.open:
                self.is_whole &= ring.narrow or len(circle) <= len(ids)
                return judged
            seem_open += ring.enough - good

    async def _foresee(self) -> int:
        near = self._sought(self.nearby)
        rings = [self.nearby, *self.more(near.open, len(near))]
        looks = [_ids(self._sought(ring), ring, ring.at_first) for ring in rings]
        return await self._read({key for ids in looks for key in ids})

    async def _read(self, ids: Collection[str]) -> int:
        version, spots = await stop_index.spots(self._session, ids)
        self._spots |= dict.fromkeys(ids) | {spot.id: spot for spot in spots}
        return version

    async def _judge(self, ring: _Ring, ids: Collection[str]) -> list[Judged]:
        """These stops as they are stored; what no longer fits by then is left out."""
        unread = [key for key in ids if key not in self._spots]
        if unread:
            await self._read(unread)
        spots = {
            spot: distance_m(self._centre, Position(spot.lat or 0.0, spot.lon or 0.0))
            for spot in map(self._spots.get, ids)
            if spot is not None
            and spot.accuracy in (MEASURABLE if ring.narrow else FINDABLE)
            and ranking.needs_missing(spot, self._wish.needs) <= ring.missing
            and (spot.opening_hours == ALWAYS or not ring.always)
        }
        fitting = {s: m for s, m in spots.items() if ring.beyond_m < m <= ring.within_m}
        printable = {spot.id: m for spot, m in fitting.items() if spot.accuracy in MEASURABLE}
        judged = await judge(self._session, self._clocks, list(fitting), printable)
        return [each for each in judged if serves(each, self._wish)]

    def _sought(self, ring: _Ring) -> Circle:
        circle = self._circle(ring)
        return circle.only_open() if self._wish.open_now else circle

    def _circle(self, ring: _Ring) -> Circle:
        if ring not in self._circles:
            needs = self._wish.needs
            self._circles[ring] = self._index.circle(
                self._centre,
                self._clocks.now,
                (ring.beyond_m, ring.within_m),
                has=() if ring.missing else needs,
                may_have=needs if ring.missing else (),
                always=ring.always,
                # Of what is far off and nobody knows where there is nothing to say here.
                measurable=ring.narrow,
            )
        return self._circles[ring]


def _part(circle: Circle, ring: _Ring, seem_open: int) -> Circle:
    """The best of a ring, with so many that seem open where there are."""
    wide = circle.with_open(seem_open) if ring.narrow else circle
    return wide.best(max(seem_open, ring.most))


def _ids(circle: Circle, ring: _Ring, seem_open: int) -> list[str]:
    """What to look at; of those near also whichever opens first."""
    best = _part(circle, ring, seem_open).ids
    opening = () if ring.narrow else circle.next_to_open().ids
    return [*dict.fromkeys((*best, *opening))]
