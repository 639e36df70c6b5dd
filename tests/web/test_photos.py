"""Sending a photo: made small on the phone, sent once, and never said to be sent too early."""

from io import BytesIO

import pytest
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import BrowserContext, expect

from tests import pictures
from tests.pictures import corners, saved, scene
from tests.web.fake_api import FakeApi, Fault, refusal
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHOTO = pictures.photo(640, 480)
LOST = "照片没发出去，请重新选一张。"
NOT_READ_HERE = b"\x00\x00\x00\x24ftypheic" + b"\x00" * 500
MIB = 1024 * 1024


def uploaded(api: FakeApi) -> Image.Image:
    """The picture that was sent last."""
    return Image.open(BytesIO(api.photos[-1]))


async def answered(phone: Phone, times: int = 1) -> None:
    await expect(phone.page.locator(".reply .bubble", has_text="收到：photo-")).to_have_count(
        times
    )


async def test_a_photo_is_sent_and_shown(phone: Phone, api: FakeApi) -> None:
    await phone.sends_photo(PHOTO)
    await answered(phone)
    [turn] = api.turns
    assert set(turn) == {"id", "photo"}
    posts = [path for method, path in api.requests if method == "POST"]
    assert posts == ["/api/workers", "/api/photos", "/api/turns"]
    mine = phone.page.locator(".mine .bubble")
    await expect(mine).to_contain_text("照片")
    await expect(mine.locator("img")).to_be_in_viewport()
    assert await mine.locator("img").evaluate("image => image.naturalWidth") == 640


@pytest.mark.parametrize(
    ("picture", "size", "seen"),
    [
        (pictures.photo(4000, 3000), (2048, 1536), "RGBB"),
        (pictures.photo(600, 400, orientation=6), (400, 600), "BRBG"),
        (saved(scene(300, 200), "PNG"), (300, 200), "RGBB"),
        (saved(Image.new("RGBA", (50, 50)), "PNG"), (50, 50), "WWWW"),
        (saved(scene(90, 60, "P"), "GIF"), (90, 60), "RGBB"),
        (saved(scene(90, 60), "WEBP", quality=95), (90, 60), "RGBB"),
    ],
    ids=["large", "turned", "png", "clear", "gif", "webp"],
)
async def test_it_leaves_the_phone_small_upright_and_bare(
    phone: Phone, api: FakeApi, picture: bytes, size: tuple[int, int], seen: str
) -> None:
    await phone.sends_photo(picture)
    await answered(phone)
    image = uploaded(api)
    assert (image.format, image.size, corners(image)) == ("JPEG", size, seen)
    assert not dict(image.getexif())
    assert pictures.PHONE_NUMBER.encode() not in api.photos[-1]


async def test_what_the_browser_cannot_read_goes_as_it_is(phone: Phone, api: FakeApi) -> None:
    api.photo_faults = [refusal(422, "这张照片打不开。")]
    await phone.sends_photo(NOT_READ_HERE)
    await phone.sees("这张照片打不开。")
    assert api.photos == [NOT_READ_HERE]
    assert api.turns == []
    await expect(phone.page.locator(".mine img")).to_have_count(0)
    await phone.sends_photo(PHOTO)
    await answered(phone)


async def test_what_is_too_large_is_not_even_sent(phone: Phone, api: FakeApi) -> None:
    # Made in the page: so much through the browser's remote control takes seconds.
    await phone.page.evaluate(
        "(size) => { const chosen = new DataTransfer(), input = document.querySelector('#photo');"
        " chosen.items.add(new File([new Uint8Array(size)], '1.heic'));"
        " input.files = chosen.files; input.dispatchEvent(new Event('change')) }",
        10 * MIB,
    )
    await phone.sees("照片太大了")
    await phone.says("在吗")
    await phone.sees("收到：在吗")
    assert (api.photos, api.heard()) == ([], ["在吗"])


@pytest.mark.parametrize(
    "fault",
    [Fault(drop=True), Fault(lose_answer=True), Fault(status=502), refusal(429, "等5秒自动再发")],
    ids=["not heard", "answer lost", "gateway", "busy"],
)
async def test_an_upload_is_tried_again_under_the_same_turn(
    phone: Phone, api: FakeApi, fault: Fault
) -> None:
    api.photo_faults = [fault]
    await phone.sends_photo(PHOTO)
    await answered(phone)
    assert len(api.photos) == 2
    assert api.photos[0] == api.photos[1]
    assert len(api.turns) == 1
    await expect(phone.page.locator(".mine img")).to_have_count(1)


async def test_a_turn_whose_answer_is_lost_uploads_nothing_again(
    phone: Phone, api: FakeApi
) -> None:
    api.faults = [Fault(lose_answer=True)]
    await phone.sends_photo(PHOTO)
    await phone.sees("没发出去，正在重试")
    await answered(phone)
    assert len(api.photos) == 1
    assert len(api.turns) == 2
    assert api.turns[0] == api.turns[1]


async def test_it_waits_for_the_network_and_keeps_the_order(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await phone.says("桥下积水")
    await phone.sees("收到：桥下积水")
    await context.set_offline(offline=True)
    await phone.sends_photo(PHOTO)
    await phone.says("就在桥底")
    await phone.sees("网络不通")
    assert api.photos == []
    await context.set_offline(offline=False)
    await phone.sees("收到：就在桥底")
    heard = api.heard()
    assert [heard[0], heard[2]] == ["桥下积水", "就在桥底"]
    assert heard[1].startswith("photo-")


async def test_a_reload_before_the_upload_ended_says_so(phone: Phone, api: FakeApi) -> None:
    api.photo_faults = [Fault(delay=1, drop=True)]
    await phone.sends_photo(PHOTO)
    await phone.sees("发送中")
    stored = await phone.page.evaluate("JSON.stringify(localStorage)")
    assert len(stored) < 1000
    await phone.page.reload()
    await phone.sees(LOST)
    await phone.says("在吗")
    await phone.sees("收到：在吗")
    assert api.heard() == ["在吗"]
    await phone.sends_photo(PHOTO)
    await answered(phone)


async def test_a_reload_behind_the_upload_goes_on(phone: Phone, api: FakeApi) -> None:
    api.faults = [Fault(drop=True)]
    await phone.sends_photo(PHOTO)
    await phone.sees("没发出去，正在重试")
    await phone.page.reload()
    await answered(phone)
    assert len(api.photos) == 1
    assert len({turn["id"] for turn in api.turns}) == 1
    await phone.never_sees(LOST)


async def test_a_forgotten_worker_uploads_under_his_new_name(phone: Phone, api: FakeApi) -> None:
    await phone.says("第一句")
    await phone.sees("收到：第一句")
    api.faults = [Fault(drop=True)]
    await phone.sends_photo(PHOTO)
    await phone.sees("没发出去，正在重试")
    api.forget_workers()
    await answered(phone)
    assert len(api.photos) == 2
    assert [turn.get("photo") for turn in api.turns][-1] != api.turns[1]["photo"]


async def test_wiping_takes_the_photo_too(
    phone: Phone, api: FakeApi, context: BrowserContext
) -> None:
    await phone.sends_photo(PHOTO)
    await answered(phone)
    await context.set_offline(offline=True)
    await phone.sends_photo(PHOTO)
    await phone.sees("没发出去，正在重试")
    await phone.wipes()
    await expect(phone.page.locator(".mine img")).to_have_count(0)
    await context.set_offline(offline=False)
    await phone.says("下一位")
    await phone.sees("收到：下一位")
    assert len(api.photos) == 1


async def test_by_keyboard_and_for_a_screen_reader(phone: Phone) -> None:
    button = phone.button("发照片")
    box = await button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    await button.focus()
    await expect(button).to_be_focused()
    # The browser opens the window of files in its own time, long on a busy machine.
    async with phone.page.expect_file_chooser(timeout=20_000) as choosing:
        await button.press("Enter")
    chooser = await choosing.value
    assert not chooser.is_multiple()
    await chooser.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    await answered(phone)
    await expect(button).to_be_focused()
    assert (await Axe().run(phone.page)).response["violations"] == []
    assert await phone.overflow() <= 0


async def test_who_chooses_nothing_sends_nothing(phone: Phone, api: FakeApi) -> None:
    async with phone.page.expect_file_chooser() as choosing:
        await phone.taps("发照片")
    await (await choosing.value).set_files([])
    await phone.says("算了")
    await phone.sees("收到：算了")
    assert api.photos == []


async def test_the_same_photo_may_be_chosen_again(phone: Phone, api: FakeApi) -> None:
    for times in (1, 2):
        await phone.sends_photo(PHOTO)
        await answered(phone, times)
    assert len({turn["id"] for turn in api.turns}) == 2
