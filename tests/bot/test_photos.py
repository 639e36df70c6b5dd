"""Uploads through the turn API: what a page and what an attacker would send."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.web import uploads
from bot.web.uploads import AT_ONCE, AT_ONCE_OF_ONE, DECODED_AT_ONCE, Uploads
from db.models import CasePhoto, Photo
from db.session import transaction
from services import photos
from services.attachments import UNUSED_A_DAY
from services.photos import Encoded
from tests import pictures
from tests.bot.api import Api
from tests.bot.test_api import check_fault, check_headers
from tests.pictures import scene, scene_of
from tests.testers.chat import on_sqlite

MIB = 1024 * 1024
BORDER = b"border"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BORDER.decode()}"}


def part(name: str = "photo", filename: str | None = "x.jpg") -> bytes:
    """The beginning of a part of a form."""
    named = f'; filename="{filename}"' if filename else ""
    return (
        b"--" + BORDER + f'\r\nContent-Disposition: form-data; name="{name}"{named}'.encode()
    ) + b"\r\n\r\n"


END = b"\r\n--" + BORDER + b"--\r\n"


async def test_a_picture_becomes_part_of_a_case(api: Api):
    worker = api.worker()
    await worker.says("报隐患")
    await worker.sends_photo(pictures.photo())
    worker.sees("照片收到了，现在有1张")
    await worker.says("桥底积水")
    await worker.presses("跳过")
    await worker.presses("对")
    worker.sees("照片：1张")
    await worker.presses("发送")
    worker.sees("一起交了1张照片")
    async with transaction(api.chat.sessions) as session:
        query = select(Photo).join(CasePhoto, CasePhoto.attached_id == Photo.id)
        photo = (await session.scalars(query)).one()
    stored = await photos.SHELF.read(api.chat.folder, photo.digest)
    assert stored
    assert pictures.PHONE_NUMBER.encode() not in stored
    assert b"Exif" not in stored


@pytest.mark.parametrize(
    ("name", "kind", "picture"),
    [
        ("x.txt", "text/plain", pictures.photo()),
        ("../../x.php", "application/x-php", pictures.saved(scene(), "PNG")),
        ("", "", pictures.saved(scene(), "WEBP")),
        ("图.heic", "image/heic", pictures.saved(scene(), "GIF")),
    ],
)
@on_sqlite
async def test_what_it_is_called_does_not_matter(api: Api, name: str, kind: str, picture: bytes):
    answer = await api.upload(picture, name or "blob", kind)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"photo"}
    check_headers(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "picture",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", pictures.photo()[:300]],
)
@on_sqlite
async def test_what_is_no_picture_is_refused_whatever_it_is_called(api: Api, picture: bytes):
    assert "打不开" in check_fault(await api.upload(picture), 422)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 422),
        (b"{}", {"Content-Type": "application/json"}, 422),
        (b"photo=x", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"x", {"Content-Type": "multipart/form-data"}, 400),
        (b"x", MULTIPART, 400),
        (part("picture") + b"x" + END, MULTIPART, 422),
        (part("photo", None) + b"x" + END, MULTIPART, 400),
        (part() + b"x\r\n" + part() + b"x" + END, MULTIPART, 400),
    ],
)
@on_sqlite
async def test_what_is_no_form_with_one_picture_is_refused(
    api: Api, body: bytes, headers: dict[str, str], status: int
):
    sent = {**api.authorization, **headers}
    check_fault(await api.client.post("/api/photos", content=body, headers=sent), status)


@on_sqlite
async def test_too_large_is_said_with_the_limit(api: Api):
    answer = await api.upload(b"\xff\xd8" + b"x" * 10 * MIB)
    assert "最大10MB" in check_fault(answer, 413)


class Body:
    """A body that comes in pieces of a megabyte and knows how many were taken."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield part()
        while self.taken < self.pieces:
            self.taken += 1
            yield b"x" * MIB
        yield END


@pytest.mark.parametrize("announced", [True, False])
@on_sqlite
async def test_a_huge_body_is_not_read_to_its_end(api: Api, announced: bool):  # noqa: FBT001
    body = Body(50)
    headers = {**api.authorization, **MULTIPART}
    headers |= {"Content-Length": str(50 * MIB)} if announced else {}
    answer = await api.client.post("/api/photos", content=body, headers=headers)
    assert "最大10MB" in check_fault(answer, 413)
    assert body.taken <= (0 if announced else 11)


@on_sqlite
async def test_other_addresses_take_no_such_body(api: Api):
    for path in ("/api/turns", "/api/photos/", "/"):
        body = Body(50)
        answer = await api.client.post(path, content=body, headers=api.authorization)
        check_fault(answer, 413)
        assert body.taken <= 1


@on_sqlite
async def test_who_is_not_known_hears_it_when_his_picture_is_through(api: Api):
    """An answer before the end would be lost: the connection is reset under who still sends."""
    for headers in ({}, {"Authorization": "Bearer forged"}):
        body = Body(5)
        answer = await api.client.post(
            "/api/photos", content=body, headers={**MULTIPART, **headers}
        )
        check_fault(answer, 401)
        assert body.taken == 5


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@on_sqlite
async def test_nothing_can_be_fetched_there(api: Api, method: str):
    check_fault(await api.client.request(method, "/api/photos", headers=api.authorization), 405)


async def test_the_same_picture_has_the_same_id_and_another_worker_cannot_send_it(api: Api):
    first, again = await api.upload(scene_of(1)), await api.upload(scene_of(1))
    assert first.json() == again.json()
    mine = api.worker()
    theirs = await api.upload(scene_of(1), token=await api.stranger())
    assert theirs.json() != first.json()
    await mine.sends({"photo": theirs.json()["photo"]})
    mine.sees("这张照片用不了了")
    await mine.sends({"photo": first.json()["photo"]})
    mine.sees("收到1张照片")


@on_sqlite
async def test_the_same_turn_again_adds_no_second_photo(api: Api):
    worker = api.worker()
    await worker.says("报隐患")
    photo_id = await worker.upload(scene_of(1))
    first = await api.turn("7", photo=photo_id)
    again = await api.turn("7", photo=photo_id)
    assert first.json() == again.json()
    assert "现在有1张" in first.json()["replies"][0]["text"]


@pytest.mark.parametrize("photo_id", ["", "x", "\u0000", "照片", "a" * 64, "../../etc/passwd"])
@on_sqlite
async def test_an_odd_id_is_answered(api: Api, photo_id: str):
    answer = await api.turn(photo=photo_id)
    assert "这张照片用不了了" in answer.json()["replies"][0]["text"], answer.text


@on_sqlite
async def test_a_turn_is_a_photo_or_something_else(api: Api):
    for body in ({"text": "x"}, {"choice": "x"}, {"location": {"lat": 1, "lon": 1}}):
        answer = await api.turn(photo="0" * 32, **body)
        assert "一次只发一样" in check_fault(answer, 422)
    check_fault(await api.turn(photo="a" * 65), 422)
    check_fault(await api.turn(photo=["0" * 32]), 422)


@on_sqlite
async def test_too_many_in_a_day_is_said(api: Api):
    for number in range(UNUSED_A_DAY):
        assert (await api.upload(scene_of(number))).status_code == 200
    assert "20张" in check_fault(await api.upload(scene_of(UNUSED_A_DAY)), 403)
    assert (await api.upload(scene_of(0))).status_code == 200


def held_back(picture: bytes, go: asyncio.Event) -> AsyncIterator[bytes]:
    """A form whose end comes when the test says so."""

    async def pieces() -> AsyncIterator[bytes]:
        yield part() + picture
        await go.wait()
        yield END

    return pieces()


@on_sqlite
async def test_only_so_many_uploads_are_under_way_at_once(api: Api):
    go = asyncio.Event()
    tokens = [api.token, *[await api.stranger() for _ in range(AT_ONCE)]]
    # One worker takes all the places that one may have, others the rest.
    owners = [api.token] * AT_ONCE_OF_ONE + tokens[1 : AT_ONCE - AT_ONCE_OF_ONE + 1]

    async def send(token: str, number: int) -> Any:
        headers = {"Authorization": f"Bearer {token}", **MULTIPART}
        body = held_back(scene_of(number), go)
        return await api.client.post("/api/photos", content=body, headers=headers)

    async def refused(token: str) -> Any:
        """Try until there is no place left: those before may still be on their way in."""
        end = monotonic() + 20
        while monotonic() < end:
            answer = await api.upload(b"no picture", token=token)
            if answer.status_code == 429:
                return answer
        pytest.fail("nobody was refused")

    under_way = [asyncio.create_task(send(token, number)) for number, token in enumerate(owners)]
    for token in (api.token, tokens[-1]):
        answer = await refused(token)
        check_fault(answer, 429)
        assert int(answer.headers["retry-after"]) > 0
    go.set()
    assert [answer.status_code for answer in await asyncio.gather(*under_way)] == [200] * AT_ONCE
    assert (await api.upload(scene_of(50), token=tokens[-1])).status_code == 200


@on_sqlite
async def test_only_two_pictures_are_decoded_at_once(api: Api, monkeypatch: pytest.MonkeyPatch):
    lock, now, most = threading.Lock(), 0, 0

    def slow(data: bytes) -> Encoded:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        sleep(0.05)  # long enough that all who may would be here together
        with lock:
            now -= 1
        return photos.encode(data)

    monkeypatch.setattr(uploads, "PHOTOS", replace(uploads.PHOTOS, encode=slow))
    tokens = [await api.stranger() for _ in range(8)]
    answers = await asyncio.gather(
        *(api.upload(scene_of(number), token=token) for number, token in enumerate(tokens))
    )
    assert [answer.status_code for answer in answers] == [200] * 8
    assert most == DECODED_AT_ONCE


@on_sqlite
async def test_an_upload_that_never_ends_is_given_up(api: Api):
    api.app.state.uploads = Uploads(within=0.1)
    body = held_back(scene_of(1), asyncio.Event())
    headers = {**api.authorization, **MULTIPART}
    with capture_logs() as logged:
        answer = await api.client.post("/api/photos", content=body, headers=headers)
    check_fault(answer, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert logged == []
    api.app.state.uploads = Uploads()
    assert (await api.upload(scene_of(1))).status_code == 200


@on_sqlite
async def test_the_running_app_sweeps_the_folder(api: Api):
    await api.upload(scene_of(1))
    [used] = api.chat.folder.glob("??/*")
    orphan = photos.SHELF.path_of(api.chat.folder, "ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"nobody knows me")
    api.chat.clock.advance(hours=2)
    long_ago = api.chat.clock().timestamp() - 7200
    for path in (used, orphan):
        os.utime(path, (long_ago, long_ago))
    async with api.app.router.lifespan_context(api.app):
        end = monotonic() + 20
        while orphan.exists() and monotonic() < end:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
    assert (used.exists(), orphan.exists()) == (True, False)


@on_sqlite
async def test_openapi_documents_the_upload(api: Api):
    document = (await api.client.get("/openapi.json")).json()
    upload = document["paths"]["/api/photos"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"] == {"photo": {"type": "string", "format": "binary"}}
    assert {"200", "400", "401", "403", "413", "422", "429"} <= set(upload["responses"])
    assert "photo" in document["components"]["schemas"]["TurnIn"]["properties"]
