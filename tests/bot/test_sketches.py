"""The schematic map as pixels, and as the turn API gives it."""

from io import BytesIO
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.sketches import draw, frame
from bot.sketches.drawing import FILLS, INK
from bot.sketches.frame import BAR_LEFT, BAR_Y, HEIGHT, PIN, WIDTH
from db.session import transaction
from services import accounts
from services.geo import distance_m
from services.rest_stops import sketches
from services.rest_stops.sketches import SketchScene
from services.turns import Position
from tests.bot.api import Api
from tests.bot.test_api import check_fault, check_headers
from tests.sketching import SCENE, scene, spot
from tests.testers.chat import on_sqlite

SIZE_MOST = 40_000
STATES = st.sampled_from(["open", "closed", "unknown"])
# From a few metres to the breadth of the country.
REACH = st.sampled_from([0.0, 0.00005, 0.002, 0.03, 0.5, 12.0])


@st.composite
def scenes(pick: st.DrawFn) -> SketchScene:
    """Any few stops around any point of the country, also all at one spot."""
    reach = pick(REACH)
    near = st.floats(-reach, reach)
    lat, lon = pick(st.floats(18, 53)), pick(st.floats(73, 135))
    stops = tuple(
        spot(lat + pick(near), lon + pick(near), number, pick(STATES), about=pick(st.booleans()))
        for number in range(1, pick(st.integers(1, 8)) + 1)
    )
    return scene(lat, lon, *stops, of_place=pick(st.booleans()))


def pixels(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def close(colour: tuple[int, ...], wanted: str) -> bool:
    meant = [int(wanted[at : at + 2], 16) for at in (1, 3, 5)]
    return max(abs(a - b) for a, b in zip(colour, meant, strict=True)) < 40


@given(scenes())
def test_every_number_stands_whole_inside_the_frame_and_on_no_other(drawn: SketchScene):
    png = draw(drawn)
    assert len(png) < SIZE_MOST
    picture = pixels(png)
    assert picture.size == (WIDTH, HEIGHT)
    on = frame.frame(drawn)
    pins = frame.pins(drawn, on)
    assert [pin.number for pin in pins] == [stop.number for stop in drawn.stops]
    here = on.at(drawn.lat, drawn.lon)
    for at, (pin, stop) in enumerate(zip(pins, drawn.stops, strict=True)):
        assert PIN <= pin.x <= WIDTH - PIN
        assert PIN <= pin.y <= HEIGHT - PIN
        assert hypot(pin.x - here[0], pin.y - here[1]) > PIN + frame.HERE
        for other in pins[:at]:
            assert hypot(pin.x - other.x, pin.y - other.y) >= 2 * PIN
        # Its own colour left and right of the digit, the digit's white between.
        row = [picture.getpixel((round(pin.x) + dx, round(pin.y))) for dx in (-19, 19)]
        assert all(close(colour, FILLS[stop.open_state]) for colour in row)
        box = [round(c) for c in (pin.x - 12, pin.y - 14, pin.x + 12, pin.y + 14)]
        digit = picture.crop(box).get_flattened_data()
        assert sum(close(colour, "#ffffff") for colour in digit) > 30


@given(scenes())
def test_the_scale_is_as_long_as_it_says(drawn: SketchScene):
    on = frame.frame(drawn)
    metres, _ = frame.scale(on.metres)
    assert str(int(metres)).strip("0") in {"1", "2", "5"}
    picture = pixels(draw(drawn))
    row = [close(picture.getpixel((x, BAR_Y)), INK) for x in range(BAR_LEFT - 8, 320)]
    length = sum(row[: row.index(False, 10)])
    # Two points so far apart on the ground, in the middle of the picture.
    size = 256 * 2**on.zoom
    lat = _latitude(on.top + HEIGHT / 2, size)
    step = 1e-3
    degree = distance_m(Position(lat, 100.0), Position(lat, 100.0 + step)) / step
    assert length == pytest.approx(metres / degree / 360 * size, abs=1.01)


def _latitude(y: float, size: float) -> float:
    """The latitude of a line of the map, found by halving."""
    low, high = -85.0, 85.0
    for _ in range(60):
        middle = (low + high) / 2
        above = frame.Frame(0, 0, 0).at(middle, 0.0)[1] * size / 256 > y
        low, high = (middle, high) if above else (low, middle)
    return low


def test_north_is_up_and_east_is_right():
    on = frame.frame(SCENE)
    x, y = on.at(22.79, 113.53)
    assert on.at(22.795, 113.53)[0] == pytest.approx(x)
    assert on.at(22.79, 113.535)[1] == pytest.approx(y)
    assert on.at(22.795, 113.53)[1] < y
    assert on.at(22.79, 113.535)[0] > x
    arrow = pixels(draw(SCENE)).crop((WIDTH - 70, 0, WIDTH - 20, 70))
    dark = [[close(arrow.getpixel((x, y)), INK) for x in range(50)] for y in range(70)]
    widths = [sum(line) for line in dark if any(line)]
    assert widths[0] < 6 < max(widths)  # a point above, the broad end below


def test_distances_are_the_same_in_all_directions():
    on = frame.frame(SCENE)
    x, y = on.at(22.79, 113.53)
    for lat, lon in ((22.795, 113.53), (22.79, 113.535), (22.786, 113.527)):
        there = on.at(lat, lon)
        metres = distance_m(Position(22.79, 113.53), Position(lat, lon))
        assert hypot(there[0] - x, there[1] - y) * on.metres == pytest.approx(metres, rel=0.001)


def test_the_same_scene_is_the_same_picture():
    assert draw(SCENE) == draw(SCENE)


def test_what_is_only_about_there_looks_so():
    vague = scene(SCENE.lat, SCENE.lon, spot(22.795, 113.535, about=True))
    assert draw(vague) != draw(SCENE)


def test_a_place_that_was_named_looks_other_than_the_worker():
    assert draw(scene(SCENE.lat, SCENE.lon, *SCENE.stops, of_place=True)) != draw(SCENE)


async def put(api: Api) -> tuple[str, str]:
    """A map of the API's worker: its token, and whose it is."""
    worker = api.worker()
    await worker.says("菜单")
    async with transaction(api.chat.sessions) as session:
        account = await accounts.by_token(session, api.token)
        return await sketches.put(session, api.chat.clock, account.worker_id, SCENE), api.token


async def fetched(api: Api, token: str, bearer: str):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return await api.client.get(f"/api/sketches/{token}", headers=headers)


@on_sqlite
async def test_the_worker_fetches_his_map(api: Api):
    token, bearer = await put(api)
    answer = await fetched(api, token, bearer)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == draw(SCENE)
    assert answer.headers["cache-control"] == "no-store"
    check_headers(answer)


@on_sqlite
async def test_nobody_else_does_nor_he_after_its_time(api: Api):
    token, bearer = await put(api)
    check_fault(await fetched(api, token, await api.stranger()), 404)
    check_fault(await fetched(api, token, ""), 401)
    check_fault(await fetched(api, "nothing", bearer), 404)
    api.chat.clock.advance(minutes=16)
    check_fault(await fetched(api, token, bearer), 404)
