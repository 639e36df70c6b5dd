"""The vectors of all cases in the memory of one process, and the nearest of them to a new one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor
from threading import Lock
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from db.repositories.likeness import VectorRow
from services.cases.likeness import ELSEWHERE_M, HERE_M
from services.geo import EARTH_RADIUS_M
from services.turns import Position

PART = 5_000  # rows turned at a time
FEW = 1_000  # up to here every vector is compared whole
SAMPLE = 4_000  # vectors that tell in which directions they differ
NARROW = 64  # dimensions that the first look compares
WIDELY = 192  # rows that the first look leaves over
KEYS = 4  # of a place that are kept
CELL = 0.005  # degrees: no less than 300 m from north to south, nor from west to east
GAPS = 200  # numbers back where a late commit may still turn up
NOBODY = 0  # the number of a row that was never committed
# What place adds to the first look, on the scale of a scalar product.
SAME_PLACE, OTHER_PLACE = 0.35, -0.35

Floats = NDArray[np.float32]
# Of a place: a hash of how it is called, or the cell that it lies in.
Key = int | tuple[int, int]
Number = TypeVar("Number", np.float32, np.int8, np.int64)


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a vector of length one, the keys of its place, its position.

    `said` are pieces of its words that may be the key of another's place, though not read so.
    """

    vector: Floats
    keys: frozenset[str]
    spot: Position | None
    said: frozenset[str] = frozenset()


class Shelf:
    """About 0.85 kB a case: whole vectors as bytes, and their first directions as numbers.

    Threads may search and put at the same time: each waits for the other.
    """

    def __init__(self, size: int) -> None:
        self.count, self.last = 0, 0
        self._size = size
        self._lock = Lock()
        self._gaps: set[int] = set()
        self._numbers = np.zeros(0, np.int64)
        self._whole = np.zeros((0, size), np.int8)
        self._narrow = np.zeros((0, NARROW), np.float32)
        self._spots = np.zeros((0, 2), np.float32)
        self._turn: Floats | None = None
        self._by_key: dict[Key, list[int]] = {}
        self._keyless, self._without = np.zeros(0, np.int64), 0

    @property
    def bytes(self) -> int:
        """How much memory the arrays take."""
        arrays = (self._numbers, self._whole, self._narrow, self._spots)
        return sum(array.nbytes for array in arrays)

    @property
    def gaps(self) -> frozenset[int]:
        """Numbers just passed over: given to others who had not committed when we looked."""
        return frozenset(self._gaps)

    def put(self, rows: Sequence[VectorRow]) -> None:
        """Take in rows, in the order of their numbers; those that are known are passed over."""
        with self._lock:
            self._put(rows)

    def make_ready(self) -> None:
        """What is prepared once and takes a second for many rows, before somebody waits for it."""
        with self._lock:
            if self.count > FEW:
                self._directions()

    def forget_from(self, number: int) -> None:
        """Know nothing any more of this number and those that came after it."""
        with self._lock:
            self._numbers[: self.count][self._numbers[: self.count] >= number] = NOBODY
            self._gaps = {gap for gap in self._gaps if gap < number}
            self.last = min(self.last, number - 1)

    def _put(self, rows: Sequence[VectorRow]) -> None:
        fresh = [row for row in rows if row.number > self.last or row.number in self._gaps]
        if not fresh:
            return
        self._note_gaps([row.number for row in fresh])
        self._make_room(len(fresh))
        new = slice(self.count, self.count + len(fresh))
        whole = np.frombuffer(b"".join(row.vector for row in fresh), np.int8)
        self._numbers[new] = [row.number for row in fresh]
        self._whole[new] = whole.reshape(len(fresh), self._size)
        self._note_places(fresh)
        self._spots[new] = [(_or_nan(row.lat), _or_nan(row.lon)) for row in fresh]
        if self._turn is not None:
            self._narrow[new] = _unit(self._whole[new]) @ self._turn
        self.count = new.stop

    def nearest(self, wanted: Wanted, most: int) -> list[tuple[int, float]]:
        """Numbers of the rows that may be the same, best first, each with its scalar product."""
        with self._lock:
            return self._nearest(wanted, most)

    def _nearest(self, wanted: Wanted, most: int) -> list[tuple[int, float]]:
        rows, added = self._rows_and_places(wanted)
        if len(rows) > FEW:
            narrow = self._narrow[: self.count] if len(rows) == self.count else self._narrow[rows]
            first = narrow @ (wanted.vector @ self._directions()) + added
            best = np.argpartition(first, -WIDELY)[-WIDELY:]
            rows, added = rows[best], added[best]
        products = _unit(self._whole[rows]) @ wanted.vector
        order = np.argsort(-(products + added))[:most]
        found = [(int(self._numbers[rows[n]]), float(products[n])) for n in order]
        return [row for row in found if row[0] != NOBODY]

    def _rows_and_places(self, wanted: Wanted) -> tuple[NDArray[np.int64], Floats]:
        """The rows to be compared, and what their place adds or takes.

        Of a place that has a name those that name it too, or none, or lie there; others are at
        another place whatever they mean.
        """
        same = self._rows_of(_hashes(tuple(sorted(wanted.keys))))
        rows = np.arange(self.count)
        if wanted.keys:
            about = self._rows_of(_cells_around(wanted.spot) if wanted.spot else ())
            said = self._rows_of(crc32(key.encode()) for key in wanted.said - wanted.keys)
            keyless = self._keyless[: self._without]
            rows = np.unique(np.concatenate([same, about, said, keyless]))
        added = np.zeros(len(rows), np.float32)
        metres = self._metres(wanted.spot, rows) if wanted.spot else None
        if metres is not None:
            added[metres > ELSEWHERE_M] = OTHER_PLACE
        # With keys all that are the same are among the rows, and those are in order.
        added[np.searchsorted(rows, same)] += SAME_PLACE
        if metres is not None:
            added[metres <= HERE_M] = SAME_PLACE
        return rows, added

    def _rows_of(self, keys: Iterable[Key]) -> NDArray[np.int64]:
        return np.asarray([n for key in keys for n in self._by_key.get(key, ())], np.int64)

    def _metres(self, spot: Position, rows: NDArray[np.int64]) -> Floats:
        """Flat distances: good to a metre where it matters; not a number where none is known."""
        spots = self._spots[rows]
        degree = np.float32(np.pi / 180 * EARTH_RADIUS_M)
        narrower = np.float32(np.cos(np.radians(spot.lat)))
        north = (spots[:, 0] - np.float32(spot.lat)) * degree
        east = (spots[:, 1] - np.float32(spot.lon)) * degree * narrower
        metres: Floats = np.hypot(north, east)
        return metres

    def _directions(self) -> Floats:
        """The directions in which the vectors differ most; found once, from those on the shelf."""
        if self._turn is None:
            step = max(1, self.count // SAMPLE)
            some = _unit(self._whole[: self.count : step])
            _, found = np.linalg.eigh(some.T @ some)
            self._turn = np.ascontiguousarray(found[:, -NARROW:], np.float32)
            for start in range(0, self.count, PART):
                part = slice(start, min(start + PART, self.count))
                self._narrow[part] = _unit(self._whole[part]) @ self._turn
        return self._turn

    def _note_places(self, fresh: Sequence[VectorRow]) -> None:
        without = []
        for n, row in enumerate(fresh, self.count):
            keys = _hashes(row.keys)
            for key in keys:
                self._by_key.setdefault(key, []).append(n)
            if not keys:
                without.append(n)
            if row.lat is not None and row.lon is not None:
                self._by_key.setdefault(_cell(row.lat, row.lon), []).append(n)
        have, need = len(self._keyless), self._without + len(without)
        if need > have:
            self._keyless = _longer(self._keyless, self._without, max(1024, 2 * need))
        self._keyless[self._without : need] = without
        self._without = need

    def _note_gaps(self, numbers: Sequence[int]) -> None:
        newest = max(numbers[-1], self.last)
        between = range(max(self.last + 1, newest - GAPS), newest)
        self._gaps |= set(between)
        self._gaps -= set(numbers)
        self._gaps = {number for number in self._gaps if number > newest - GAPS}
        self.last = newest

    def _make_room(self, more: int) -> None:
        have = len(self._numbers)
        if self.count + more <= have:
            return
        room = max(self.count + more, have + have // 4, 1024)
        for name in ("_numbers", "_whole", "_narrow", "_spots"):
            setattr(self, name, _longer(getattr(self, name), self.count, room))


def packed(vector: Floats) -> bytes:
    """A vector as one signed byte a dimension; its length is put back when it is read."""
    largest = float(np.abs(vector).max()) or 1.0
    return bytes(np.rint(vector / largest * 127).astype(np.int8).tobytes())


def unpacked(vectors: Sequence[bytes]) -> Floats:
    """Packed vectors as rows of length one; there must be one at least."""
    return _unit(np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), -1))


def _unit(whole: NDArray[np.int8]) -> Floats:
    rows = whole.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = rows / np.maximum(lengths, np.float32(1e-9))
    return unit


def _longer(old: NDArray[Number], filled: int, room: int) -> NDArray[Number]:
    new = np.zeros((room, *old.shape[1:]), old.dtype)
    new[:filled] = old[:filled]
    return new


def _hashes(keys: Sequence[str]) -> list[int]:
    return [crc32(key.encode()) for key in keys[:KEYS]]


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / CELL), floor(lon / CELL)


def _cells_around(spot: Position) -> Iterator[tuple[int, int]]:
    """The cells that hold all that lies within `HERE_M` metres, up to 57 degrees north."""
    north, east = _cell(spot.lat, spot.lon)
    return ((north + up, east + right) for up in (-1, 0, 1) for right in (-1, 0, 1))


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
