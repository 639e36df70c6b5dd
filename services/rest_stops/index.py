"""All stops of the country in memory, side by side: a circle of them is some slices.

The truth stays in the database: the index says which stops are worth a look, and these are read
again. It is as new as `db.models.StopVersion` says, and takes up only what is committed
(docs/adr/0021-stops-in-memory.md).
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.repositories import stop_index
from db.repositories.rest_stops import WITHDRAWN
from db.repositories.stop_index import Place
from db.session import Beside
from services.geo import GRID
from services.hours import ALWAYS
from services.rest_stops.circle import BUILT, Circle, age_m, metres_from, rank
from services.rest_stops.finding import FINDABLE, MEASURABLE
from services.rest_stops.openings import Openings
from services.rest_stops.ranking import BUILDING, door_m, known_on
from services.turns import Position

NOTHING = -1  # the version of an index that has read nothing
WORDS_MOST = 64  # of facilities: each is a bit


class Columns(NamedTuple):
    """Stops side by side, in the order of the squares that they lie in."""

    ids: NDArray[np.object_]
    squares: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    has: NDArray[np.uint64]
    lacks: NDArray[np.uint64]
    rules: NDArray[np.int32]
    door_m: NDArray[np.int32]
    known_on: NDArray[np.int32]  # the day as its ordinal, 0 for none
    measurable: NDArray[np.bool_]
    building: NDArray[np.bool_]


_TYPES = ("O", "i8", "f8", "f8", "u8", "u8", "i4", "i4", "i4", "?", "?")


def _side_by_side(rows: Sequence[tuple[Any, ...]]) -> Columns:
    columns: Iterable[Iterable[Any]] = zip(*rows, strict=True) if rows else [()] * len(_TYPES)
    return Columns(*(np.array([*c], kind) for c, kind in zip(columns, _TYPES, strict=True)))


def _merged(old: Columns, parts: Sequence[Columns], changed: Collection[str]) -> Columns:
    """The parts in the place of what is changed, in order."""
    kept = np.fromiter((key not in changed for key in old.ids), "?", len(old.ids))
    all_ = (Columns(*(column[kept] for column in old)), *parts)
    order = np.argsort(np.concatenate([part.squares for part in all_]), kind="stable")
    return Columns(*(np.concatenate(same)[order] for same in zip(*all_, strict=True)))


class Index:
    """The stops that may be found around a position, as they were at a version."""

    def __init__(self) -> None:
        self.version = NOTHING
        self.columns = _side_by_side([])
        self._openings = Openings()
        self._always = self._openings.number(ALWAYS)
        self._bits: dict[str, int] = {}
        self._lock = asyncio.Lock()

    def __len__(self) -> int:
        return len(self.columns.ids)

    async def catch_up(self, kept: Beside) -> None:
        """Take up what was committed since; whoever comes meanwhile waits and finds it done."""
        async with self._lock, kept.reading() as connection:
            newest = await stop_index.newest_committed(connection)
            if newest == self.version:
                return
            # An older one means that a database of before was put in its place.
            after = self.version if newest > self.version else NOTHING
            parts: list[Columns] = []
            changed: set[str] = set()
            async for places in stop_index.written_after(connection, after):
                changed.update(place.id for place in places)
                parts.append(_side_by_side([self._row(each) for each in places if _is_on(each)]))
            old = self.columns if after != NOTHING else _side_by_side([])
            # To put a million in order takes a moment: others are served meanwhile.
            self.columns = await asyncio.to_thread(_merged, old, parts, changed)
            self.version = newest

    async def keep_up(self, kept: Beside, now: datetime) -> None:
        """Do now what the next search would have to wait for."""
        await self.catch_up(kept)
        await self._openings.keep_up(now)

    def circle(
        self,
        centre: Position,
        now: datetime,
        radii_m: tuple[float, float],
        *,
        has: Collection[str] = (),
        may_have: Collection[str] = (),
        always: bool = False,
        measurable: bool = False,
    ) -> Circle:
        """The stops that lie farther than one distance and up to another, and are published to
        have all of `has`, to lack none of `may_have`; with `always` never to close; with
        `measurable` where they are.
        """
        columns, rows = self.columns, self._touched(centre, radii_m[1])
        if has:
            mask, known = self._mask(has), all(word in self._bits for word in has)
            rows = rows[(columns.has[rows] & mask == mask) & known]
        if may_have:
            rows = rows[columns.lacks[rows] & self._mask(may_have) == 0]
        if always:
            rows = rows[columns.rules[rows] == self._always]
        if measurable:
            rows = rows[columns.measurable[rows]]
        metres = metres_from(centre, columns.lat[rows], columns.lon[rows])
        inside = (radii_m[0] < metres) & (metres <= radii_m[1])
        return self._circle(rows[inside], metres[inside], now)

    def _circle(
        self, rows: NDArray[np.int64], metres: NDArray[np.float64], now: datetime
    ) -> Circle:
        columns = self.columns
        use, opens = self._openings.at(now, columns.rules[rows])
        use = np.where(columns.building[rows], BUILT, use)
        detour_m = columns.door_m[rows] + age_m(columns.known_on[rows], now)
        ranks = rank(use, metres, detour_m, columns.measurable[rows])
        return Circle(columns.ids[rows], metres, use, opens, ranks)

    def _touched(self, centre: Position, radius_m: float) -> NDArray[np.int64]:
        """The rows of the squares that a circle touches."""
        firsts, lasts = np.array(GRID.around(centre, radius_m)).T
        begins = np.searchsorted(self.columns.squares, firsts, "left")
        ends = np.searchsorted(self.columns.squares, lasts, "right")
        return np.concatenate([np.arange(*run) for run in zip(begins, ends, strict=True)])

    def _row(self, place: Place) -> tuple[Any, ...]:
        """As `Columns` has it."""
        lat, lon = place.lat or 0.0, place.lon or 0.0
        known = known_on(place.checked_on, place.published_on)
        return (
            place.id,
            GRID.number(Position(lat, lon)),
            lat,
            lon,
            sum(map(self._bit, place.facilities)),
            sum(map(self._bit, place.lacks)),
            self._openings.number(place.opening_hours),
            door_m(place.entry, place.confidence),
            known.toordinal() if known else 0,
            place.accuracy in MEASURABLE,
            place.status == BUILDING,
        )

    def _bit(self, word: str) -> int:
        bit = self._bits.get(word)
        if bit is None:
            if len(self._bits) == WORDS_MOST:
                raise OverflowError(word)
            bit = self._bits[word] = 1 << len(self._bits)
        return bit

    def _mask(self, words: Collection[str]) -> np.uint64:
        return np.uint64(sum(self._bits.get(word, 0) for word in set(words)))


def _is_on(place: Place) -> bool:
    """Whether it is on the map and a position finds it."""
    return place.status != WITHDRAWN and place.accuracy in FINDABLE


def of(kept: Beside) -> Index:
    """The one index of a process, empty before somebody asks it to catch up."""
    return kept.keep(Index)
