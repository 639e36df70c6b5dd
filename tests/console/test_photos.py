"""The photos of a case: shown on its page, whole behind a link, to members of staff only."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from db.models import CaseView
from db.session import Sessions, transaction
from kit.settings import Settings
from services import photos
from tests import pictures
from tests.console.conftest import HandIn
from tests.console.reader import Page, Reader, check, check_headers
from tests.pictures import corners, scene_of

PHOTO, OTHER = pictures.photo(640, 480), scene_of(1)


async def views(sessions: Sessions) -> int:
    async with transaction(sessions) as session:
        return await session.scalar(select(func.count()).select_from(CaseView)) or 0


async def test_a_case_shows_its_photos(reader: Reader, hand_in: HandIn):
    code = await hand_in("桥底积水", PHOTO, OTHER, kind="hazard")
    page = await reader.opens(f"/cases/{code}")
    assert "照片（2张）" in page.text
    shown = [found for tag, found in page.elements if tag == "img" and found["alt"]]
    assert [(found["src"], found["alt"]) for found in shown] == [
        (f"/cases/{code}/photos/1", "照片1，点开看大图"),
        (f"/cases/{code}/photos/2", "照片2，点开看大图"),
    ]
    assert (shown[0]["width"], shown[0]["height"]) == ("640", "480")
    links = [found["href"] for tag, found in page.elements if tag == "a"]
    assert {found["src"] for found in shown} <= set(links)


async def test_without_photos_the_page_does_not_speak_of_them(reader: Reader, hand_in: HandIn):
    page = await reader.opens(f"/cases/{await hand_in()}")
    assert "张）" not in page.text


async def test_a_photo_is_a_jpeg_and_nothing_else(
    reader: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in("桥底积水", PHOTO)
    answer = await reader.client.get(f"/cases/{code}/photos/1")
    assert answer.status_code == 200
    check_headers(answer)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    image = Image.open(BytesIO(answer.content))
    assert (image.format, image.size, corners(image)) == ("JPEG", (640, 480), "RGBB")
    assert pictures.PHONE_NUMBER.encode() not in answer.content
    assert await views(sessions) == 1


@pytest.mark.parametrize("number", ["2", "0", "-1", "1.0", "x", "²", "99", "9" * 30, "%00", "01x"])
async def test_a_photo_there_is_none_of_is_a_clear_page(
    reader: Reader, hand_in: HandIn, number: str
):
    code = await hand_in("桥底积水", PHOTO)
    answer = await reader.client.get(f"/cases/{code}/photos/{number}")
    assert answer.status_code == 404
    page = Page(answer)
    check(page)
    assert "没有这张照片" in page.text


@pytest.mark.parametrize("code", ["7KQ3-M9TX", "x", "%00"])
async def test_a_case_there_is_none_of_has_no_photo(reader: Reader, hand_in: HandIn, code: str):
    await hand_in("桥底积水", PHOTO)
    answer = await reader.client.get(f"/cases/{code}/photos/1")
    assert answer.status_code == 404
    check(Page(answer))


async def test_a_file_that_is_gone_is_a_clear_page(
    reader: Reader, hand_in: HandIn, settings: Settings
):
    code = await hand_in("桥底积水", PHOTO)
    photos.SHELF.path_of(settings.photos, photos.encode(PHOTO).digest).unlink()
    assert "没有这张照片" in (await reader.opens(f"/cases/{code}/photos/1", 404)).text


async def test_who_is_not_signed_in_sees_no_photo(
    stranger: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in("桥底积水", PHOTO)
    answer = await stranger.client.get(f"/cases/{code}/photos/1")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert await views(sessions) == 0
