"""Distances, and the three datums of Chinese maps: WGS-84 inside, GCJ-02 and BD-09 outside.

The formulas are the published ones of the "Mars coordinates" (ellipsoid of Krasovsky 1940);
`tests/services/test_geo.py` holds them against the package prcoords.
"""

from dataclasses import dataclass
from math import asin, atan2, cos, floor, hypot, pi, radians, sin, sqrt

from services.turns import Datum, Position

EARTH_RADIUS_M = 6_371_008.8
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323
_BD_TURN = pi * 3000 / 180
_ROW = 100_000
_MOST_ROUNDS, _CLOSE = 5, 1e-9  # degrees: a tenth of a millimetre
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347


def distance_m(a: Position, b: Position) -> float:
    """Metres between two WGS-84 positions along the great circle."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def box(centre: Position, radius_m: float) -> tuple[float, float, float, float]:
    """South, north, west and east of a box that holds the circle around a position."""
    dlat = radius_m / 111_000
    dlon = dlat / max(cos(radians(centre.lat)), 0.01)
    return centre.lat - dlat, centre.lat + dlat, centre.lon - dlon, centre.lon + dlon


@dataclass(frozen=True)
class Squares:
    """A grid over WGS-84: so many squares a degree, numbered row by row.

    Squares side by side from west to east have numbers side by side, so a row of them is a run.
    """

    a_degree: int

    def number(self, position: Position) -> int:
        """The number of the square that a position lies in."""
        return self._row(position.lat) * _ROW + self._column(position.lon)

    def around(self, centre: Position, radius_m: float) -> list[tuple[int, int]]:
        """First and last number of each row of squares that a circle may touch."""
        south, north, west, east = box(centre, radius_m)
        first, last = self._column(max(west, -180.0)), self._column(min(east, 180.0))
        rows = range(self._row(max(south, -90.0)), self._row(min(north, 90.0)) + 1)
        return [(row * _ROW + first, row * _ROW + last) for row in rows]

    def _row(self, lat: float) -> int:
        return floor((lat + 90) * self.a_degree)

    def _column(self, lon: float) -> int:
        return floor((lon + 180) * self.a_degree)


# Of at most 2.2 km: a circle of 3 km touches a few of them, and one of 30 km some thirty rows.
GRID = Squares(50)


def to_wgs84(position: Position) -> Position:
    """The position in WGS-84, exact to a few millimetres."""
    if position.datum == "wgs84":
        return position
    gcj = position if position.datum == "gcj02" else _bd_to_gcj(position)
    return _gcj_to_wgs(gcj)


def from_wgs84(position: Position, datum: Datum) -> Position:
    """A WGS-84 position in the datum that a map service expects."""
    if datum == "wgs84":
        return position
    gcj = _wgs_to_gcj(position)
    return gcj if datum == "gcj02" else _gcj_to_bd(gcj)


def in_china(lat: float, lon: float) -> bool:
    """Whether the shift applies: the rectangle that the formulas' publishers use.

    It is larger than the country: Seoul, Hanoi, Ulaanbaatar and Singapore lie in it and are
    shifted as the reference shifts them. That does no harm here: only a stop's point is ever
    shifted, for a link into a map of China, and stops lie in China. A position given in WGS-84 is
    used as it is.
    """
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST


def _wgs_to_gcj(p: Position) -> Position:
    return Position(*_shifted(p.lat, p.lon), "gcj02")


def _shifted(lat: float, lon: float) -> tuple[float, float]:
    if not in_china(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    magic = 1 - _ECCENTRICITY * sin(radians(lat)) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi / 180
    parallel = _AXIS / sqrt(magic) * cos(radians(lat)) * pi / 180
    return lat + north / meridian, lon + east / parallel


def _gcj_to_wgs(p: Position) -> Position:
    # There is no closed inverse. The shift changes slowly, so a few rounds of correction meet it.
    lat, lon = p.lat, p.lon
    for _ in range(_MOST_ROUNDS):
        there = _shifted(lat, lon)
        north, east = p.lat - there[0], p.lon - there[1]
        lat, lon = lat + north, lon + east
        if abs(north) + abs(east) < _CLOSE:
            break
    return Position(lat, lon)


def _gcj_to_bd(p: Position) -> Position:
    z = hypot(p.lon, p.lat) + 0.00002 * sin(p.lat * _BD_TURN)
    theta = atan2(p.lat, p.lon) + 0.000003 * cos(p.lon * _BD_TURN)
    return Position(z * sin(theta) + 0.006, z * cos(theta) + 0.0065, "bd09")


def _bd_to_gcj(p: Position) -> Position:
    guess = Position(p.lat - 0.006, p.lon - 0.0065, "gcj02")
    for _ in range(5):
        there = _gcj_to_bd(guess)
        guess = Position(guess.lat + p.lat - there.lat, guess.lon + p.lon - there.lon, "gcj02")
    return guess
