"""Photos on Telegram: fetched, made anew, and handed in with a case."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from db.models import CasePhoto, Photo
from db.session import transaction
from tests import pictures
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

pytestmark = on_sqlite
polling = pytest.mark.parametrize("mode", ["polling"], indirect=True)


async def stored(bot: Bot) -> list[Photo]:
    async with transaction(bot.chat.sessions) as session:
        return list(await session.scalars(select(Photo)))


async def in_cases(bot: Bot) -> int:
    async with transaction(bot.chat.sessions) as session:
        return len(list(await session.scalars(select(CasePhoto))))


async def test_a_hazard_with_a_photo_and_a_position(running: Bot, phone: Phone):
    await aside(phone.sends_photo, pictures.photo(), "井盖没了")
    await aside(phone.waits_for, "收到1张照片", "报隐患")
    await aside(phone.presses, "报隐患")
    await aside(phone.waits_for, "在什么地方")
    await aside(phone.sends_location, 22.7936, 113.5336)
    await aside(phone.waits_for, "归到“井盖和积水”")
    await aside(phone.presses, "对")
    await aside(phone.waits_for, "有东西挡着吗")
    await aside(phone.presses, "敞着没人管")
    await aside(phone.waits_for, "请看一遍", "井盖没了", "定位点", "照片：1张")
    await aside(phone.presses, "发送")
    await aside(phone.waits_for, "编号", "一起交了1张照片")
    [photo] = await stored(running)
    data = next(running.settings.photos.rglob(f"{photo.digest}.jpg")).read_bytes()
    assert pictures.PHONE_NUMBER.encode() not in data
    assert dict(Image.open(BytesIO(data)).getexif()) == {}
    assert await in_cases(running) == 1


@polling
@pytest.mark.usefixtures("running")
async def test_an_album_is_answered_once(phone: Phone):
    album = [pictures.photo(60 + number) for number in range(4)]
    await aside(phone.sends_album, album, "路灯都不亮")
    await aside(phone.waits_for, "收到3张照片")
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    offers = [message for message in phone.messages if "张照片" in message.printed]
    assert len(offers) == 1


@polling
async def test_a_picture_sent_as_a_file_is_a_photo(running: Bot, phone: Phone):
    png = pictures.saved(pictures.scene(), "PNG")
    about = {"mime_type": "image/png"}
    file = await aside(phone._file, "document", png, "a.png")
    await aside(phone.sends, document={**file, **about})
    await aside(phone.waits_for, "收到1张照片")
    assert len(await stored(running)) == 1


@polling
@pytest.mark.parametrize(
    "data", [b"%PDF-1.4 not a picture", pictures.photo()[:200], b""], ids=["pdf", "cut", "empty"]
)
async def test_what_is_no_picture_is_said_so(running: Bot, phone: Phone, data: bytes):
    await aside(phone.sends_photo, data)
    await aside(phone.waits_for, "这张照片打不开")
    assert await stored(running) == []


@polling
async def test_a_photo_that_telegram_does_not_give_is_asked_for_again(
    running: Bot, api: TelegramApi, phone: Phone
):
    await aside(api.fault, method="download", status=404, times=9)
    await aside(phone.sends_photo, pictures.photo())
    await aside(phone.waits_for, "这张照片没下载成，请再发一次")
    await aside(api.clear_faults)
    await aside(phone.sends_photo, pictures.photo())
    await aside(phone.waits_for, "收到1张照片")
    assert len(await stored(running)) == 1


@polling
async def test_of_an_album_with_a_video_the_photo_is_used(running: Bot, phone: Phone):
    await aside(phone.says, "/hazard")
    await aside(phone.waits_for, "看到什么危险")
    album = {"media_group_id": "7", "from": phone.user, "chat": phone.chat}
    photo = await aside(phone._file, "photo", pictures.photo())
    video = await aside(phone._file, "video", b"....ftyp")
    bodies = [{"message": {**album, "video": video}}, {"message": {**album, "photo": photo}}]
    await aside(running.api.updates, *bodies)
    await aside(phone.waits_for, "视频我看不了")
    await aside(phone.waits_for, "照片收到了，现在有1张")
    await aside(phone.waits_for, "看到什么危险")
