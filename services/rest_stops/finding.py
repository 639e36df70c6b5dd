"""Finding stops: around a position, in an area, by words; in the order of `ranking`.

Around a position the search grows ring by ring until enough stops are good (open, and nobody was
kept out), so that in a city it looks at some dozens of stops and in the country at all there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from heapq import nsmallest
from math import sqrt
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.rest_stops import RestStopRepository, Spot
from kit.clock import Clock
from services import hours
from services.geo import BLOCKS, CELLS, box, distance_m
from services.hours import Hours
from services.rest_stops import ranking, reports
from services.rest_stops.ranking import BUILDING, USES, Judged
from services.rest_stops.standing import NOTHING_SAID
from services.turns import Position

# How far a rider goes for a break, and how far we look where that finds nothing.
NEAR_M = 3_000
RINGS_M = (500, 1_500, NEAR_M)
FAR_RINGS_M = (6_000, 12_000, 30_000)
# So many good ones end the search: some pages to leaf through; and beyond `NEAR_M`, a page.
ENOUGH, ENOUGH_FAR = 12, 3
SLACK, WIDER_MOST = 1.5, 4
# A list is never longer: nobody leafs on, and it is kept with the worker's dialogue. Where a
# circle holds more, twice as many of the most use and nearest are looked at closely.
KEPT_MOST = 30
LOOKED_AT_MOST = 2 * KEPT_MOST
AREA_MOST = 3_000
UNSURE = 1  # how `ranking.needs_missing` says that a facility is not known
MENTIONED_MOST = 200
# Only these positions are good enough for a distance; a street's or district's point is not.
MEASURABLE = frozenset({"exact", "landmark"})
VAGUE = ("district", "none")


FLAGS = ("open_now", "always", "strict", "far")


@dataclass(frozen=True)
class Wish:
    """What a stop must offer: facilities, open at this moment, never closing.

    `strict`: without those of which a facility is not known; `far`: he would go farther for it.
    """

    needs: tuple[str, ...] = ()
    open_now: bool = False
    always: bool = False
    strict: bool = False
    far: bool = False

    def and_also(self, more: "Wish") -> "Wish":
        """Both wishes at once."""
        needs = tuple(dict.fromkeys((*self.needs, *more.needs)))
        flags = {name: getattr(self, name) or getattr(more, name) for name in FLAGS}
        return Wish(needs, **flags)

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
        flags = {name: bool(stored.get(name)) for name in FLAGS}
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
    was no position. The first `fitting` are published to have all that is needed; of the others
    some of it is not known. `metres` holds the distances that may be printed.
    """

    stops: tuple[Judged, ...] = ()
    near: int | None = None
    fitting: int = 0

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
    """The stops within `NEAR_M` of a WGS-84 position, best first. Where fewer than a page of them
    are good, the best of those farther off come behind them; and where few are known to have what
    is needed, those near of which it is not known.
    """
    search = _Around(session, clock(), centre, wish)
    near = await search.grow(RINGS_M, ENOUGH, wish.needs)
    good = sum(judged.use == "open" for judged in near)
    far: tuple[Judged, ...] = ()
    if good < ENOUGH_FAR or wish.far:
        enough = good + (ENOUGH if wish.far else ENOUGH_FAR)
        # Of what is far off and nobody knows where there is nothing to say around a position.
        found = await search.grow(FAR_RINGS_M, enough, wish.needs)
        far = tuple(judged for judged in _without(found, near) if judged.metres is not None)
    fitting = near + far
    unsure: tuple[Judged, ...] = ()
    if wish.needs and not wish.strict and len(near) < ENOUGH_FAR:
        unsure = _without(await search.grow(RINGS_M, ENOUGH, ()), fitting)
        unsure = tuple(j for j in unsure if ranking.needs_missing(j.stop, wish.needs) == UNSURE)
    listed = (fitting + unsure)[:KEPT_MOST]
    return Found(listed, min(len(near), KEPT_MOST), min(len(fitting), KEPT_MOST))


def _without(found: Sequence[Judged], known: Sequence[Judged]) -> tuple[Judged, ...]:
    ids = {judged.stop.id for judged in known}
    return tuple(judged for judged in found if judged.stop.id not in ids)


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
    may_serve = [spot for spot in spots if _may_serve(spot, wish)]
    judged = await judge(session, _Clocks(now), may_serve, metres or {})
    listed = tuple(_in_order(judged, wish, now))[:KEPT_MOST]
    fitting = sum(ranking.needs_missing(each.stop, wish.needs) == 0 for each in listed)
    return Found(listed, fitting=fitting)


def _may_serve(spot: Spot, wish: Wish) -> bool:
    """As the query around a position decides it, for rows that came by another one."""
    missing = ranking.needs_missing(spot, wish.needs)
    fits = missing == 0 or (missing == UNSURE and not wish.strict)
    return fits and (spot.opening_hours == hours.ALWAYS or not wish.always)


class _Clocks:
    """What each rule means at one moment: a few hundred rules serve all stops."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._read: dict[str | None, Hours] = {}

    def status(self, rule: str | None) -> Hours:
        """The hours of a rule, read once."""
        known = self._read.get(rule)
        if known is None:
            known = self._read[rule] = hours.status(rule, self.now)
        return known


async def judge(
    session: AsyncSession, clocks: _Clocks, spots: Sequence[Spot], metres: Mapping[str, float]
) -> list[Judged]:
    """What is known of these stops at this moment."""
    reported = [spot.id for spot in spots if spot.reported]
    stands = await reports.standings(session, clocks.now, reported)
    return [
        Judged(
            spot,
            clocks.status(spot.opening_hours),
            stands.get(spot.id, NOTHING_SAID),
            metres.get(spot.id),
        )
        for spot in spots
    ]


def _in_order(judged: Collection[Judged], wish: Wish, now: datetime) -> list[Judged]:
    wanted = [each for each in judged if _serves(each, wish)]
    return sorted(wanted, key=lambda each: ranking.rank(each, wish.needs, now))


def _serves(judged: Judged, wish: Wish) -> bool:
    if wish.always and judged.use == "unknown":
        return False  # its hours are in dispute
    return judged.use == "open" if wish.open_now else True


def _wide_enough(radius: int, good: int, enough: int, rings: Sequence[int]) -> Sequence[int]:
    """The rings from the first that should hold enough, if good ones lie as thick everywhere."""
    wider = min(sqrt(SLACK * enough / (good + 0.5)), WIDER_MOST)
    return [ring for ring in rings if ring >= radius * wider] or rings[-1:]


class _Around:
    """One search around one position."""

    def __init__(self, session: AsyncSession, now: datetime, centre: Position, wish: Wish) -> None:
        self._session = session
        self._now = now
        self._centre = centre
        self._wish = wish
        self._clocks = _Clocks(now)

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
                    return tuple(_in_order(judged, replace(self._wish, needs=()), self._now))
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
