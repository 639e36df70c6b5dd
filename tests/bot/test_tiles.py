"""Tiles under a sketch: only where an address is given, and never in its way."""

import asyncio
from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from PIL import Image

from bot.sketches import Tiles, draw
from bot.sketches.frame import HEIGHT, WIDTH, frame
from bot.sketches.tiles import KEPT
from services.rest_stops.sketches import SketchScene
from tests.sketching import SCENE, scene, spot

ADDRESS = "https://tiles.example/{z}/{x}/{y}.png"


def tile(colour: tuple[int, int, int], side: int = 256) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


class Server:
    """A server of tiles whose colour says which tile it is."""

    def __init__(self, answer: Callable[[], httpx.Response] | None = None) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self._answer = answer
        self.tiles = Tiles(
            httpx.AsyncClient(transport=httpx.MockTransport(self._serve)), ADDRESS, within=0.3
        )

    async def _serve(self, request: httpx.Request) -> httpx.Response:
        z, x, y = request.url.path.removesuffix(".png").split("/")[1:]
        self.asked.append((int(z), int(x), int(y)))
        if self._answer:
            return self._answer()
        return httpx.Response(200, content=tile((int(x) % 2 * 200, int(y) % 2 * 200, 99)))


def scene_at(reach: float) -> SketchScene:
    return scene(22.79, 113.53, spot(22.79 + reach, 113.53 + reach * 1.3))


@pytest.mark.parametrize("reach", [0.0, 0.003, 0.0041, 0.0055, 0.02, 0.3, 5.0])
async def test_a_few_tiles_cover_the_picture(reach: float):
    server = Server()
    on = frame(scene_at(reach))
    found = await server.tiles.under(on)
    assert found is not None
    assert found.size == (WIDTH, HEIGHT)
    assert 2 <= len(server.asked) <= 9
    zoom = server.asked[0][0]
    side = 256 * 2.0 ** (on.zoom - zoom)  # of a tile on the picture
    for x in range(5, WIDTH, 37):
        for y in range(5, HEIGHT, 37):
            across, down = (on.left + x) / side, (on.top + y) / side
            if 0.02 < across % 1 < 0.98 and 0.02 < down % 1 < 0.98:  # not where two meet
                colour = (int(across) % 2 * 200, int(down) % 2 * 200, 99)
                assert found.getpixel((x, y)) == colour


async def test_what_was_fetched_is_kept():
    server = Server()
    on = frame(SCENE)
    await server.tiles.under(on)
    asked = len(server.asked)
    await server.tiles.under(on)
    assert len(server.asked) == asked
    for step in range(40):
        await server.tiles.under(frame(scene_at(0.01 + step / 500)))
    assert len(server.tiles._kept) <= KEPT


BAD = {
    "missing": lambda: httpx.Response(404),
    "elsewhere": lambda: httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    "no picture": lambda: httpx.Response(200, content=b"<html>"),
    "large": lambda: httpx.Response(200, content=tile((1, 2, 3), 512)),
    "cut off": lambda: httpx.Response(200, content=tile((1, 2, 3))[:60]),
    "heavy": lambda: httpx.Response(200, content=tile((1, 2, 3)) + bytes(600_000)),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
async def test_a_server_that_fails_leaves_the_plain_sketch(answer):
    server = Server(answer)
    assert await server.tiles.under(frame(SCENE)) is None
    asked = len(server.asked)
    assert await server.tiles.under(frame(SCENE)) is None
    assert len(server.asked) > asked  # what is no tile is not kept


async def test_a_server_that_hangs_is_not_waited_for():
    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    tiles = Tiles(httpx.AsyncClient(transport=httpx.MockTransport(hang)), ADDRESS, within=0.05)
    assert await tiles.under(frame(SCENE)) is None


async def test_tiles_and_their_credit_are_drawn():
    under = await Server().tiles.under(frame(SCENE))
    credited, plain = draw(SCENE, under, "(c) Tiles"), draw(SCENE, under)
    assert len({draw(SCENE), credited, plain}) == 3
    corners = [
        Image.open(BytesIO(png)).convert("RGB").crop((WIDTH - 160, HEIGHT - 34, WIDTH, HEIGHT))
        for png in (credited, plain)
    ]
    assert corners[0].tobytes() != corners[1].tobytes()
