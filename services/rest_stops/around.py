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
    unsure_of,
)
from services.rest_stops.ranking import BUILDING, USES, Judged
from services.turns import Position

# How far a rider goes for a break, and how far we look where that finds nothing.
NEAR_M = 3_000
RINGS_M = (100, 200, 400, 700, 1_000, 1_500, 2_000, NEAR_M)
FAR_RINGS_M = (4_500, 6_000, 9_000, 12_000, 18_000, 30_000)
# So many good ones end the search: some pages to leaf through; and beyond `NEAR_M`, a page.
ENOUGH, ENOUGH_FAR = 12, 3
SLACK = 1.5
WIDER_MOST_NEAR, WIDER_MOST_FAR = 4, 2
# Where so many lie and too few are open it is night: farther off only what never closes counts.
CROWDED = 60
OF_FEW_M = 700
# Nobody rides farther for a microwave; and where few have it, all must be looked at.
FARTHEST_OF_FEW_M = 12_000
# So far the smaller squares are asked for: fewer of their stops lie outside of the circle.
OF_CELLS_M = 6_000
# Of more in one circle, so many of the most use and nearest are looked at closely.
LOOKED_AT_MOST = 2 * KEPT_MOST


async def around(session: AsyncSession, clock: Clock, centre: Position, wish: Wish = ANY) -> Found:
    """The stops within `NEAR_M` of a WGS-84 position. Where fewer than a page of them are good,
    the best of those farther off are among them; and where few are known to have what is needed,
    those near of which it is not known. One order for all: `ranking`.
    """
    now = clock()
    search = _Around(session, now, centre, wish)
    # Of few kinds there are few in a small circle: the question for it would be in vain.
    rings = RINGS_M if wish.is_any else [ring for ring in RINGS_M if ring >= OF_FEW_M]
    near = await search.grow(rings, ENOUGH, wish.needs)
    good = sum(judged.use == "open" for judged in near)
    found = {judged.stop.id: judged for judged in near}
    close = set(found)
    if good < ENOUGH_FAR or wish.far:
        enough = good + (ENOUGH if wish.far else ENOUGH_FAR)
        rings_far = [ring for ring in FAR_RINGS_M if ring <= FARTHEST_OF_FEW_M or not wish.needs]
        wide = _wide_enough(NEAR_M, good, enough, rings_far)
        # Of what is far off and nobody knows where there is nothing to say around a position.
        far = [j for j in await search.grow(wide, enough, wish.needs) if j.metres is not None]
        found = {**{judged.stop.id: judged for judged in far}, **found}
    if wish.needs and not wish.strict and len(near) < ENOUGH_FAR:
        others = await search.grow(rings, ENOUGH, ())
        lacking = [j for j in others if ranking.missing(j, wish.needs) <= UNSURE]
        close |= {judged.stop.id for judged in lacking}
        found = {**{judged.stop.id: judged for judged in lacking}, **found}
    ordered = in_order(found.values(), wish, now)
    opening = [j for j in near if j.use == "closed" and j.hours.opens_at is not None]
    first = min(opening, key=lambda judged: judged.hours.opens_at or now, default=None)
    kept = ordered[:KEPT_MOST]
    if first is not None and first not in kept:
        kept = [*kept[:-1], first]
    return Found(
        tuple(kept),
        frozenset(close),
        unsure_of(kept, wish.needs),
        len(ordered),
        whole=search.reached_the_end and len(ordered) <= KEPT_MOST,
        next_to_open=first,
    )


def _wide_enough(radius: int, good: int, enough: int, rings: Sequence[int]) -> list[int]:
    """The rings from the first that should hold enough, if good ones lie as thick everywhere.

    Never far beyond what was looked at: where none lay, there may be a town behind the field.
    """
    most = WIDER_MOST_NEAR if radius < NEAR_M else WIDER_MOST_FAR
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
        # Whether the widest circle near was looked at: only then nothing near is left out.
        self.reached_the_end = False
        self._crowded = False

    async def grow(
        self, rings: Sequence[int], enough: int, needs: Sequence[str]
    ) -> tuple[Judged, ...]:
        """Those of the first ring that has enough good ones, or of the last; best first."""
        radius, *left = rings
        while True:
            spots = await self._within(radius, needs)
            self.reached_the_end |= radius >= NEAR_M
            self._crowded |= radius >= NEAR_M and len(spots) > CROWDED
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
        squares: Literal["cell", "block"] = "cell" if radius <= OF_CELLS_M else "block"
        grid = CELLS if squares == "cell" else BLOCKS
        spots = await RestStopRepository(self._session).spots_around(
            squares,
            grid.around(self._centre, radius),
            box(self._centre, radius),
            needs,
            always=self._wish.always or (radius > NEAR_M and self._crowded),
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
