"""Tiles of a web map, to lie under a sketch where the operator names a server for them.

They must be in WGS-84 and the projection of web maps, 256 pixels a side: those of 高德 and 百度
are shifted and would put every stop some hundred metres off. A tile's address names a square of a
kilometre or so, and the server learns of it; without an address nothing is asked of anybody.
"""

import asyncio
from collections import OrderedDict
from io import BytesIO
from math import floor

import httpx
import structlog
from PIL import Image, UnidentifiedImageError

from bot.sketches.frame import HEIGHT, TILE, WIDTH, Box, Frame

log = structlog.get_logger()

WITHIN = 3.0
KEPT = 128
BYTES_MOST = 512 * 1024
FORMATS = ("PNG", "JPEG", "WEBP")
# A tile is shown at between 1.4 and 2.8 times its size, so that nine are always enough.
COARSER = 0.5

Name = tuple[int, int, int]


class Tiles:
    """Fetches tiles by an address such as `https://host/{z}/{x}/{y}.png`, and keeps some."""

    def __init__(self, http: httpx.AsyncClient, address: str, within: float = WITHIN) -> None:
        self._http = http
        self._address = address
        self._within = within
        self._kept: OrderedDict[Name, bytes] = OrderedDict()

    async def under(self, on: Frame) -> Image.Image | None:
        """The map of a frame; None when not all of it could be had in time."""
        zoom = max(0, floor(on.zoom - COARSER))
        shrunk = 2.0 ** (zoom - on.zoom)
        left, top = on.left * shrunk, on.top * shrunk
        columns = range(floor(left / TILE), floor((left + WIDTH * shrunk) / TILE) + 1)
        rows = range(floor(top / TILE), floor((top + HEIGHT * shrunk) / TILE) + 1)
        names = [(zoom, x, y) for x in columns for y in rows]
        try:
            async with asyncio.timeout(self._within):
                found = await asyncio.gather(*(self._tile(name) for name in names))
            west, north = left - columns[0] * TILE, top - rows[0] * TILE
            box = (west, north, west + WIDTH * shrunk, north + HEIGHT * shrunk)
            tiles = dict(zip(names, found, strict=True))
            picture = await asyncio.to_thread(_joined, tiles, box)
        except (TimeoutError, httpx.HTTPError, OSError, ValueError) as error:
            log.warning("tiles_failed", error=type(error).__name__)
            return None
        self._keep(tiles)
        return picture

    async def _tile(self, name: Name) -> bytes:
        if name in self._kept:
            return self._kept[name]
        zoom, x, y = name
        address = self._address.format(z=zoom, x=x % 2**zoom, y=y)
        answer = await self._http.get(address, follow_redirects=False)
        answer.raise_for_status()
        return answer.content

    def _keep(self, tiles: dict[Name, bytes]) -> None:
        """Keep what could be read; of what is kept, the newest."""
        for name, data in tiles.items():
            self._kept[name] = data
            self._kept.move_to_end(name)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _joined(tiles: dict[Name, bytes], box: Box) -> Image.Image:
    """The tiles side by side, cut and stretched to the picture. Raises ValueError or OSError."""
    left, top = min(x for _, x, _ in tiles), min(y for _, _, y in tiles)
    right, bottom = max(x for _, x, _ in tiles), max(y for _, _, y in tiles)
    whole = Image.new("RGB", ((right - left + 1) * TILE, (bottom - top + 1) * TILE))
    for (_, x, y), data in tiles.items():
        whole.paste(_read(data), ((x - left) * TILE, (y - top) * TILE))
    return whole.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)


def _read(data: bytes) -> Image.Image:
    if len(data) > BYTES_MOST:
        raise ValueError
    with Image.open(BytesIO(data), formats=FORMATS) as tile:
        if tile.size != (TILE, TILE):
            raise UnidentifiedImageError
        return tile.convert("RGB")
