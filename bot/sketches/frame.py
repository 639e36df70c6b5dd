"""Where things of a schematic map lie on its picture: scale, projection, places for the numbers.

The projection is that of web maps (spherical Mercator), so that tiles fit under the drawing.
Lengths are pixels of the finished picture, whose origin is its upper left corner.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import asinh, atan2, cos, floor, hypot, log2, log10, pi, radians, sin, sinh, tan

from services.geo import EARTH_RADIUS_M
from services.rest_stops.sketches import SketchScene

WIDTH, HEIGHT = 720, 480
TILE = 256
# What is to be seen keeps this far from the edges: room for pins, and for the scale below.
SIDE, TOP, BOTTOM = 90, 80, 120
# So near that a block of houses fills the picture; nearer than that a position is not known.
NEAREST = 17.5
POLE = 85.0
# A phone shows the picture at less than half its size.
PIN = 30
GAP = 5
HERE = 22
EDGE = PIN + 4
BAR_MOST = 220
BAR_LEFT, BAR_Y = 28, HEIGHT - 26
STEPS = (1, 2, 5)
RINGS, RAYS, RING = 20, 24, 16.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]

# Where the scale and the arrow stand, and a credit for tiles: nothing else is put there.
CORNERS: tuple[Box, ...] = (
    (0, HEIGHT - 84, BAR_LEFT + BAR_MOST + 16, HEIGHT),
    (WIDTH - 84, 0, WIDTH, 112),
    (WIDTH / 2, HEIGHT - 34, WIDTH, HEIGHT),
)


@dataclass(frozen=True)
class Frame:
    """A part of the world map at a zoom; `left` and `top` are pixels of the whole map."""

    zoom: float
    left: float
    top: float

    def at(self, lat: float, lon: float) -> Point:
        """Where a WGS-84 position lies on the picture."""
        u, v = _unit(lat, lon)
        size = TILE * 2**self.zoom
        return u * size - self.left, v * size - self.top

    @property
    def metres(self) -> float:
        """Metres on the ground a pixel, in the middle of the picture."""
        size = TILE * 2**self.zoom
        lat = atan2(sinh(pi * (1 - 2 * (self.top + HEIGHT / 2) / size)), 1)
        return 2 * pi * EARTH_RADIUS_M * cos(lat) / size


@dataclass(frozen=True)
class Pin:
    """The number of a stop: its middle, and the point that it stands for."""

    number: int
    x: float
    y: float
    point: Point

    @property
    def is_moved(self) -> bool:
        """Whether a line must lead from the number to its point."""
        return hypot(self.x - self.point[0], self.y - self.point[1]) > 1


def frame(scene: SketchScene) -> Frame:
    """The part of the map that holds the middle and every stop, as large as it can be shown."""
    units = [_unit(scene.lat, scene.lon), *(_unit(stop.lat, stop.lon) for stop in scene.stops)]
    west, east = min(u for u, _ in units), max(u for u, _ in units)
    north, south = min(v for _, v in units), max(v for _, v in units)
    zooms = [NEAREST]
    zooms += [log2((WIDTH - 2 * SIDE) / TILE / (east - west))] if east > west else []
    zooms += [log2((HEIGHT - TOP - BOTTOM) / TILE / (south - north))] if south > north else []
    zoom = min(zooms)
    size = TILE * 2**zoom
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return Frame(zoom, (west + east) / 2 * size - WIDTH / 2, (north + south) / 2 * size - middle)


def scale(metres_a_pixel: float) -> tuple[float, float]:
    """The longest round length that fits the scale, in metres and in pixels."""
    most = BAR_MOST * metres_a_pixel
    power = 10.0 ** floor(log10(most))
    metres = max(step * power for step in STEPS if step * power <= most)
    return metres, metres / metres_a_pixel


def pins(scene: SketchScene, on: Frame) -> list[Pin]:
    """A place for every number, where it hides neither another one nor the middle."""
    here = on.at(scene.lat, scene.lon)
    placed: list[Pin] = []
    for stop in scene.stops:
        point = on.at(stop.lat, stop.lon)
        x, y = next(spot for spot in _spots(point) if _is_free(spot, here, placed))
        placed.append(Pin(stop.number, x, y, point))
    return placed


def _spots(point: Point) -> Iterator[Point]:
    """The point itself, then ever wider rings around it; at last anywhere."""
    yield point
    for ring in range(1, RINGS):
        for ray in range(RAYS):
            # Upwards first: a thumb hides less there.
            turn = radians(-90 + 360 / RAYS * ray)
            yield point[0] + ring * RING * cos(turn), point[1] + ring * RING * sin(turn)
    for y in range(EDGE, HEIGHT, PIN):
        for x in range(EDGE, WIDTH, PIN):
            yield x, y


def _is_free(spot: Point, here: Point, placed: Sequence[Pin]) -> bool:
    x, y = spot
    if not (EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE):
        return False
    if hypot(x - here[0], y - here[1]) < PIN + HERE + GAP or _touches(x, y, CORNERS):
        return False
    return all(hypot(x - pin.x, y - pin.y) >= 2 * PIN + GAP for pin in placed)


def _touches(x: float, y: float, boxes: Iterable[Box]) -> bool:
    """Whether a number there would reach into one of the boxes."""
    return any(
        left - PIN < x < right + PIN and top - PIN < y < bottom + PIN
        for left, top, right, bottom in boxes
    )


def _unit(lat: float, lon: float) -> Point:
    """The place on a world map of size 1."""
    clipped = radians(max(-POLE, min(POLE, lat)))
    return (lon + 180) / 360, (1 - asinh(tan(clipped)) / pi) / 2
