"""Finding stops in an area, by words, or on a list of before; in the order of `ranking`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.rest_stops import RestStopRepository, Spot
from kit.clock import Clock
from services import hours
from services.hours import Hours
from services.rest_stops import ranking, reports
from services.rest_stops.ranking import Judged
from services.rest_stops.standing import NOTHING_SAID

# A list is never longer: nobody leafs on, and it is kept with the worker's dialogue.
KEPT_MOST = 30
AREA_MOST = 3_000
UNSURE = 1  # how `ranking.needs_missing` says that a facility is not known
MENTIONED_MOST = 200
# Only these positions are good enough for a distance; a street's or district's point is not.
MEASURABLE = frozenset({"exact", "landmark"})
# A district's middle says nothing of where in it a stop lies: no position finds it.
FINDABLE = MEASURABLE | {"street"}
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

    `near` are those within `NEAR_M` of the position searched around, None where it was no
    position; `unsure` those of which some of what is needed is not known. `total` counts what was
    found before the list was cut; `whole` says that nothing else is known there.
    """

    stops: tuple[Judged, ...] = ()
    near: frozenset[str] | None = None
    unsure: frozenset[str] = frozenset()
    total: int = 0
    whole: bool = True
    # Of those near, whichever opens first; it is on the list.
    next_to_open: Judged | None = None

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return [judged.stop.id for judged in self.stops]

    @property
    def metres(self) -> dict[str, float]:
        """The distances that may be printed, by id."""
        return {j.stop.id: j.metres for j in self.stops if j.metres is not None}

    @property
    def fitting(self) -> int:
        """How many of the list are published to have all that is needed."""
        return sum(judged.stop.id not in self.unsure for judged in self.stops)

    @property
    def good(self) -> int:
        """How many of the list are near, open, and known to have what is needed."""
        return sum(
            judged.use == "open"
            and judged.stop.id not in self.unsure
            and (self.near is None or judged.stop.id in self.near)
            for judged in self.stops
        )


def unsure_of(judged: Iterable[Judged], needs: Collection[str]) -> frozenset[str]:
    """The ids of those of which some of what is needed is not known."""
    return frozenset(each.stop.id for each in judged if ranking.missing(each, needs) == UNSURE)


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
    judged = await judge(session, Clocks(now), may_serve, metres or {})
    ordered = in_order(judged, wish, now)
    return Found(
        tuple(ordered[:KEPT_MOST]),
        unsure=unsure_of(ordered, wish.needs),
        total=len(ordered),
        whole=len(ordered) <= KEPT_MOST and len(spots) < AREA_MOST,
    )


def _may_serve(spot: Spot, wish: Wish) -> bool:
    """As the query around a position decides it, for rows that came by another one."""
    missing = ranking.needs_missing(spot, wish.needs)
    fits = missing == 0 or (missing == UNSURE and not wish.strict)
    return fits and (spot.opening_hours == hours.ALWAYS or not wish.always)


class Clocks:
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
    session: AsyncSession, clocks: Clocks, spots: Sequence[Spot], metres: Mapping[str, float]
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


def in_order(judged: Collection[Judged], wish: Wish, now: datetime) -> list[Judged]:
    """Those that serve a wish, best first."""
    wanted = [each for each in judged if serves(each, wish)]
    return sorted(wanted, key=lambda each: ranking.rank(each, wish.needs, now))


def serves(judged: Judged, wish: Wish) -> bool:
    """Whether it is open as the wish has it, as far as that is known."""
    if wish.always and judged.use == "unknown":
        return False  # its hours are in dispute
    return judged.use == "open" if wish.open_now else True
