"""Finding stops around a position: ring by ring until enough are good, best first.

Good is what is open, with nobody kept out. So in a city the search looks at some dozens of stops,
and in the country at all there are (docs/adr/0019-finding-stops.md).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest
from math import sqrt
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.rest_stops import RestStopRepository, Spot
from kit.clock import Clock
from services.geo import BLOCKS, CELLS, box, distance_m
from services.rest_stops import ranking
from services.rest_stops.finding import (
    ANY,
    KEPT_MOST,
    MEASURABLE,
    UNSURE,
    Clocks,
    Found,
    Wish,
    in_order,
    judge,
)
from services.rest_stops.ranking import BUILDING, USES, Judged
from services.turns import Position

# How far a rider goes for a break, and how far we look where that finds nothing.
NEAR_M = 3_000
RINGS_M = (250, 500, 1_000, 1_500, 2_000, NEAR_M)
FAR_RINGS_M = (4_500, 6_000, 9_000, 12_000, 18_000, 30_000)
# So many good ones end the search: some pages to leaf through; and beyond `NEAR_M`, a page.
ENOUGH, ENOUGH_FAR = 12, 3
SLACK = 1.5
SMALL_M, WIDER_MOST_FROM_SMALL, WIDER_MOST = 1_000, 4, 2
# Of more in one circle, so many of the most use and nearest are looked at closely.
LOOKED_AT_MOST = 2 * KEPT_MOST


async def around(session: AsyncSession, clock: Clock, centre: Position, wish: Wish = ANY) -> Found:
    """The stops within `NEAR_M` of a WGS-84 position, best first. Where fewer than a page of them
    are good, the best of those farther off come behind them; and where few are known to have what
    is needed, those near of which it is not known.
    """
    search = _Around(session, clock(), centre, wish)
    # Of few kinds there are few in a small circle: the question for it would be in vain.
    rings = [ring for ring in RINGS_M if ring >= SMALL_M or not (wish.needs or wish.always)]
    near = await search.grow(rings, ENOUGH, wish.needs)
    good = sum(judged.use == "open" for judged in near)
    far: tuple[Judged, ...] = ()
    if good < ENOUGH_FAR or wish.far:
        enough = good + (ENOUGH if wish.far else ENOUGH_FAR)
        # Of what is far off and nobody knows where there is nothing to say around a position.
        wide = _wide_enough(NEAR_M, good, enough, FAR_RINGS_M)
        found = await search.grow(wide, enough, wish.needs)
        far = tuple(judged for judged in _without(found, near) if judged.metres is not None)
    fitting = near + far
    unsure: tuple[Judged, ...] = ()
    if wish.needs and not wish.strict and len(near) < ENOUGH_FAR:
        unsure = _without(await search.grow(rings, ENOUGH, ()), fitting)
        unsure = tuple(j for j in unsure if ranking.needs_missing(j.stop, wish.needs) == UNSURE)
    listed = (fitting + unsure)[:KEPT_MOST]
    return Found(listed, min(len(near), KEPT_MOST), min(len(fitting), KEPT_MOST))


def _without(found: Sequence[Judged], known: Sequence[Judged]) -> tuple[Judged, ...]:
    ids = {judged.stop.id for judged in known}
    return tuple(judged for judged in found if judged.stop.id not in ids)


def _wide_enough(radius: int, good: int, enough: int, rings: Sequence[int]) -> list[int]:
    """The rings from the first that should hold enough, if good ones lie as thick everywhere.

    Never far beyond what was looked at: where none lay, there may be a town behind the field.
    """
    most = WIDER_MOST_FROM_SMALL if radius <= SMALL_M else WIDER_MOST
    wider = min(sqrt(SLACK * enough / (good + 0.5)), most)
    return [ring for ring in rings if ring >= radius * wider] or [*rings[-1:]]


class _Around:
    """One search around one position."""

    def __init__(self, session: AsyncSession, now: datetime, centre: Position, wish: Wish) -> None:
        self._session = session
        self._now = now
        self._centre = centre
        self._wish = wish
        self._clocks = Clocks(now)

    async def grow(
        self, rings: Sequence[int], enough: int, needs: Sequence[str]
    ) -> tuple[Judged, ...]:
        """Those of the first ring that has enough good ones, or of the last; best first."""
        radius, *left = rings
        while True:
            spots = await self._within(radius, needs)
            seem = sum(self._seems_open(spot) for spot, _ in spots)
            if seem >= enough or not left:
                judged = await self._judge(spots)
                seem = sum(each.use == "open" for each in judged)
                if seem >= enough or not left:
                    # All have what is needed, or of none it is known: the need puts none first.
                    return tuple(in_order(judged, replace(self._wish, needs=()), self._now))
            radius, *left = _wide_enough(radius, seem, enough, left)

    async def _within(self, radius: int, needs: Sequence[str]) -> list[tuple[Spot, float]]:
        """The stops of a circle with their distances in metres, those of vague points too."""
        squares: Literal["cell", "block"] = "cell" if radius <= NEAR_M else "block"
        grid = CELLS if squares == "cell" else BLOCKS
        spots = await RestStopRepository(self._session).spots_around(
            squares,
            grid.around(self._centre, radius),
            box(self._centre, radius),
            needs,
            always=self._wish.always,
        )
        found = [(spot, self._metres(spot)) for spot in spots]
        return [(spot, metres) for spot, metres in found if metres <= radius]

    def _metres(self, spot: Spot) -> float:
        return distance_m(self._centre, Position(spot.lat or 0.0, spot.lon or 0.0))

    def _seems_open(self, spot: Spot) -> bool:
        """Open by its hours; nobody at the door was heard yet."""
        is_open = self._clocks.status(spot.opening_hours).state == "open"
        return is_open and spot.status != BUILDING

    async def _judge(self, spots: Sequence[tuple[Spot, float]]) -> list[Judged]:
        chosen = nsmallest(LOOKED_AT_MOST, spots, key=self._promise)
        printable = {spot.id: metres for spot, metres in chosen if spot.accuracy in MEASURABLE}
        return await judge(self._session, self._clocks, [spot for spot, _ in chosen], printable)

    def _promise(self, found: tuple[Spot, float]) -> tuple[int, float]:
        spot, metres = found
        if spot.status == BUILDING:
            return len(USES), metres
        return USES.index(self._clocks.status(spot.opening_hours).state), metres
