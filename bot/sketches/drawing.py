"""Draws a schematic map: the middle, numbered stops, north and a scale. The same scene, the same
picture.

A number's shape says what its colour says: a round one is open, a square one closed, a diamond
one that nobody knows. Only digits and Latin letters are drawn, in the font that Pillow brings
along: a server may have no Chinese one.
"""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.sketches import frame as places
from bot.sketches.frame import BAR_LEFT, BAR_Y, HEIGHT, PIN, WIDTH, Frame, Pin
from services.rest_stops.sketches import SketchScene, SketchStop
from services.turns import OpenState

# Drawn so many times as large and then made smaller: Pillow draws no smooth edges.
FINE = 2
COLOURS, COLOURS_OF_TILES = 64, 256
PAPER, RINGS, INK, WHITE = "#f6f3ee", "#d9d0c4", "#211c18", "#ffffff"
HERE, ABOUT = "#1257b8", "#8d8176"
FILLS: dict[OpenState, str] = {"open": "#17633a", "closed": "#8a2419", "unknown": "#7a5b00"}
RINGS_MOST = 6
ABOUT_M, ABOUT_LEAST, ABOUT_MOST = 150, 48, 84
KILOMETRE = 1_000
NORTH_X, NORTH_Y = WIDTH - 44, 26

Colour = str | tuple[int, int, int]


def draw(scene: SketchScene, tiles: Image.Image | None = None, credit: str = "") -> bytes:
    """The map of a scene as a PNG of 720 by 480; `tiles` of the same frame go under it."""
    on = places.frame(scene)
    pen = _Pen(tiles)
    if tiles is None:
        _rings(pen, scene, on)
    for stop in scene.stops:
        _about(pen, stop, on)
    numbers = places.pins(scene, on)
    for pin in numbers:
        _leader(pen, pin)
    _here(pen, scene, on)
    for stop, pin in zip(scene.stops, numbers, strict=True):
        _pin(pen, pin, stop.open_state)
    _scale(pen, on)
    _north(pen)
    if tiles is not None and credit:
        pen.text(WIDTH - 8, HEIGHT - 16, credit, 20, anchor="rm")
    return pen.png()


class _Pen:
    """Draws in pixels of the finished picture."""

    def __init__(self, tiles: Image.Image | None) -> None:
        size = (WIDTH * FINE, HEIGHT * FINE)
        self._colours = COLOURS_OF_TILES if tiles else COLOURS
        self._image = tiles.resize(size) if tiles else Image.new("RGB", size, PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def circle(
        self, x: float, y: float, radius: float, *, line: Colour | None = None,
        fill: Colour | None = None, width: float = 1,
    ) -> None:  # fmt: skip
        box = [FINE * c for c in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, fill, line, round(width * FINE))

    def shape(self, *points: places.Point, fill: Colour) -> None:
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill)

    def line(self, *points: places.Point, width: float, fill: Colour = INK) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], fill, round(width * FINE))

    def text(
        self, x: float, y: float, words: str, size: int, *, anchor: str = "mm", fill: Colour = INK
    ) -> None:
        # Ink on paper, also where a tile lies under it.
        halo = 0 if fill == WHITE else 3 * FINE
        at = (x * FINE, y * FINE)
        self._draw.text(
            at, words, fill, _font(size * FINE), anchor, stroke_width=halo, stroke_fill=PAPER
        )

    def png(self) -> bytes:
        out = BytesIO()
        small = self._image.reduce(FINE).quantize(
            self._colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        small.save(out, "PNG")
        return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _rings(pen: _Pen, scene: SketchScene, on: Frame) -> None:
    """Circles around the middle, each a scale farther out: without streets there is no other way
    to judge a distance.
    """
    _, step = places.scale(on.metres)
    x, y = on.at(scene.lat, scene.lon)
    for ring in range(1, RINGS_MOST + 1):
        pen.circle(x, y, ring * step, line=RINGS, width=2)


def _about(pen: _Pen, stop: SketchStop, on: Frame) -> None:
    """A wide pale circle: it stands somewhere here."""
    if not stop.about:
        return
    radius = max(ABOUT_LEAST, min(ABOUT_MOST, ABOUT_M / on.metres))
    x, y = on.at(stop.lat, stop.lon)
    pen.circle(x, y, radius, line=ABOUT, fill="#e9e2d8", width=2)


def _leader(pen: _Pen, pin: Pin) -> None:
    if pin.is_moved:
        pen.line((pin.x, pin.y), pin.point, width=3)
        pen.circle(*pin.point, 5, fill=INK)


def _here(pen: _Pen, scene: SketchScene, on: Frame) -> None:
    """A dot for the worker, a ring for a place that he named."""
    x, y = on.at(scene.lat, scene.lon)
    radius = places.HERE - 5
    pen.circle(x, y, radius + 4, fill=WHITE)
    if scene.of_place:
        pen.circle(x, y, radius, line=HERE, width=6)
        pen.circle(x, y, 4, fill=HERE)
    else:
        pen.circle(x, y, radius, fill=HERE)


def _pin(pen: _Pen, pin: Pin, state: OpenState) -> None:
    x, y, fill = pin.x, pin.y, FILLS.get(state, FILLS["unknown"])
    for reach, colour in ((PIN, WHITE), (PIN - 3, fill)):
        if state == "open":
            pen.circle(x, y, reach, fill=colour)
        elif state == "closed":
            half = reach - 4
            corners = ((-half, -half), (half, -half), (half, half), (-half, half))
            pen.shape(*((x + dx, y + dy) for dx, dy in corners), fill=colour)
        else:
            corners = ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
            pen.shape(*((x + dx, y + dy) for dx, dy in corners), fill=colour)
    pen.text(x, y, str(pin.number), 36, fill=WHITE)


def _scale(pen: _Pen, on: Frame) -> None:
    metres, length = places.scale(on.metres)
    said = f"{metres / KILOMETRE:g} km" if metres >= KILOMETRE else f"{metres:g} m"
    right = BAR_LEFT + length
    pen.shape(
        (BAR_LEFT, BAR_Y - 3), (right, BAR_Y - 3), (right, BAR_Y + 3), (BAR_LEFT, BAR_Y + 3),
        fill=INK,
    )  # fmt: skip
    for x in (BAR_LEFT + 1.5, right - 1.5):
        pen.line((x, BAR_Y - 12), (x, BAR_Y + 2), width=3)
    pen.text(BAR_LEFT, BAR_Y - 34, said, 30, anchor="lm")


def _north(pen: _Pen) -> None:
    x, y = NORTH_X, NORTH_Y
    pen.shape((x, y - 12), (x + 17, y + 36), (x, y + 25), (x - 17, y + 36), fill=INK)
    pen.text(x, y + 60, "N", 30)
