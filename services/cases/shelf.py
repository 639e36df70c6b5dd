"""The vectors of all cases in the memory of one process, and the nearest of them to a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.likeness import LikenessRepository, VectorRow
from db.session import beside
from services import meaning
from services.cases.likeness import ELSEWHERE_M, HERE_M
from services.geo import EARTH_RADIUS_M
from services.turns import Position

AT_ONCE = 5_000  # rows read from the database at a time
FEW = 4_000  # up to here every vector is compared whole
NARROW = 64  # dimensions that the first look compares
WIDELY = 512  # rows that the first look leaves over
KEYS = 4  # of a place that are kept
GAPS = 200  # numbers back where a late commit may still turn up
# What place adds to the first look, on the scale of a scalar product.
SAME_PLACE, OTHER_PLACE = 0.35, -0.35

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a vector of length one, the keys of its place, its position."""

    vector: Floats
    keys: frozenset[str]
    spot: Position | None


class Shelf:
    """About 0.85 kB a case: whole vectors as bytes, and their first directions as numbers."""

    def __init__(self, size: int) -> None:
        self.count, self.last = 0, 0
        self._size = size
        self._gaps: set[int] = set()
        self._numbers = np.zeros(0, np.int64)
        self._whole = np.zeros((0, size), np.int8)
        self._narrow = np.zeros((0, NARROW), np.float32)
        self._spots = np.zeros((0, 2), np.float32)
        self._turn: Floats | None = None
        self._by_key: dict[int, list[int]] = {}
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
        """Take in rows; those that are known already are passed over."""
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
        rows, added = self._rows_and_places(wanted)
        if len(rows) > FEW:
            narrow = self._narrow[: self.count] if len(rows) == self.count else self._narrow[rows]
            first = narrow @ (wanted.vector @ self._directions()) + added
            best = np.argpartition(first, -WIDELY)[-WIDELY:]
            rows, added = rows[best], added[best]
        products = _unit(self._whole[rows]) @ wanted.vector
        order = np.argsort(-(products + added))[:most]
        return [(int(self._numbers[rows[n]]), float(products[n])) for n in order]

    def _rows_and_places(self, wanted: Wanted) -> tuple[NDArray[np.int64], Floats]:
        """The rows to be compared, and what their place adds or takes.

        Of a place that has a name those that name it too, or none, or lie there; others are at
        another place whatever they mean.
        """
        metres = self._metres(wanted.spot) if wanted.spot else None
        here = np.flatnonzero(metres <= HERE_M) if metres is not None else np.zeros(0, np.int64)
        if wanted.keys:
            keys = _hashes(tuple(sorted(wanted.keys)))
            same = np.asarray([n for key in keys for n in self._by_key.get(key, ())], np.int64)
            rows = np.unique(np.concatenate([same, here, self._keyless[: self._without]]))
        else:
            same, rows = np.zeros(0, np.int64), np.arange(self.count)
        added = np.zeros(self.count, np.float32)
        if metres is not None:
            added[metres > ELSEWHERE_M] = OTHER_PLACE
        added[same] += SAME_PLACE
        added[here] = SAME_PLACE
        return rows, added[rows]

    def _metres(self, spot: Position) -> Floats:
        """Flat distances: good to a metre where it matters; not a number where none is known."""
        spots = self._spots[: self.count]
        degree = np.float32(np.pi / 180 * EARTH_RADIUS_M)
        north = (spots[:, 0] - np.float32(spot.lat)) * degree
        east = (
            (spots[:, 1] - np.float32(spot.lon))
            * degree
            * np.float32(np.cos(np.radians(spot.lat)))
        )
        metres: Floats = np.hypot(north, east)
        return metres

    def _directions(self) -> Floats:
        """The directions in which the vectors differ most; found once, from those on the shelf."""
        if self._turn is None:
            step = max(1, self.count // FEW)
            some = _unit(self._whole[: self.count : step])
            _, found = np.linalg.eigh(some.T @ some)
            self._turn = np.ascontiguousarray(found[:, -NARROW:], np.float32)
            for start in range(0, self.count, AT_ONCE):
                part = slice(start, min(start + AT_ONCE, self.count))
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
        if self._without + len(without) > len(self._keyless):
            room = np.zeros(max(1024, 2 * (self._without + len(without))), np.int64)
            room[: self._without] = self._keyless[: self._without]
            self._keyless = room
        self._keyless[self._without : self._without + len(without)] = without
        self._without += len(without)

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
            old = getattr(self, name)
            new = np.zeros((room, *old.shape[1:]), old.dtype)
            new[: self.count] = old[: self.count]
            setattr(self, name, new)


class _Shelves(dict[str, Shelf]):
    """A shelf for each encoder: vectors of two must never be compared."""


def shelf_of(session: AsyncSession) -> Shelf:
    """The one shelf of a factory of sessions."""
    shelves, encoder = beside(session).keep(_Shelves), meaning.encoder()
    if encoder.name not in shelves:
        shelves[encoder.name] = Shelf(encoder.size)
    return shelves[encoder.name]


async def catch_up(session: AsyncSession, *, most: int | None = None) -> bool:
    """Take in what was noted since the last time; True when at most `most` rows left some over.

    The first time that is all of them: a start may call it with `most`, a transaction a time.
    """
    shelf, rows = shelf_of(session), LikenessRepository(session)
    encoder = meaning.encoder().name
    if shelf.gaps:
        shelf.put(await rows.numbered(shelf.gaps, encoder))
    done = 0
    while most is None or done < most:
        found = await rows.since(shelf.last, encoder, AT_ONCE)
        shelf.put(found)
        done += len(found)
        if len(found) < AT_ONCE:
            return False
    return True


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


def _hashes(keys: Sequence[str]) -> list[int]:
    return [crc32(key.encode()) for key in keys[:KEYS]]


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
