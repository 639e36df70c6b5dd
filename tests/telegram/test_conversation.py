"""A worker chats on Telegram: every kind of message gets a true answer."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from db.models import StopSketch
from db.session import transaction
from tests.fakes import heard
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tests.voices import voice
from tools.telegram.phone import Phone

WANDA = (22.7936, 113.5336)
WANSHENGWEI = (23.1035, 113.3845)

pytestmark = on_sqlite


def spoken(phone: Phone, kind: str, **about: int) -> object:
    """A file of sound, with what Telegram says of it."""
    file = phone._file(kind, voice())
    assert isinstance(file, dict)
    return {"duration": 3, **file, **about}


@pytest.fixture(autouse=True)
def hearing(bot: Bot) -> None:
    bot.chat.rasa.hears = {
        "我想提个建议": heard("send_suggestion"),
        "附近哪能歇脚": heard("find_rest_stop"),
    }


@pytest.mark.usefixtures("running")
async def test_the_welcome_says_where_the_words_go(phone: Phone):
    await aside(phone.starts)
    welcome = await aside(
        phone.waits_for, "你好，我是驿站", "服务器在境外", "不问你的电话和证件号"
    )
    assert [button.title for button in welcome.buttons][:2] == ["找驿站", "查权益"]


@pytest.mark.usefixtures("running")
async def test_a_suggestion_by_words_and_buttons(phone: Phone):
    await aside(phone.says, "我想提个建议")
    await aside(phone.waits_for, "想提什么建议")
    await aside(phone.says, "换电柜老是排队")
    place = await aside(phone.waits_for, "在什么地方")
    assert list(place.keyboard or ())[:1] == ["发送我的位置"]
    await aside(phone.presses, "跳过")
    await aside(phone.waits_for, "怎么办好")
    await aside(phone.presses, "跳过")
    await aside(phone.waits_for, "归到“充电换电”")
    await aside(phone.presses, "对")
    await aside(phone.waits_for, "请看一遍", "换电柜老是排队")
    await aside(phone.presses, "发送")
    await aside(phone.waits_for, "编号", "已收到")
    await aside(phone.waits_for, lambda m: "√ 发送" in [b.title for b in m.buttons])


@pytest.mark.usefixtures("stocked")
@pytest.mark.usefixtures("running")
async def test_a_position_brings_stops_and_a_map_of_them(phone: Phone, running: Bot):
    await aside(phone.says, "附近哪能歇脚")
    await aside(phone.waits_for, "你在哪")
    await aside(phone.sends_location, *WANSHENGWEI)
    stops = await aside(phone.waits_for, "驿站", "怎么进", "约 ", "公布")
    titles = [button.title for button in stops.buttons]
    assert titles[:3] == ["1 高德", "1 百度", "1 腾讯"]
    picture = await aside(phone.waits_for, lambda m: m.photo is not None)
    assert "上方是北" in picture.printed
    png = await aside(phone.downloads, picture)
    with Image.open(BytesIO(png)) as image:
        assert (image.format, image.size) == ("PNG", (720, 480))
    async with asyncio.timeout(5):
        while await kept(running):  # noqa: ASYNC110 - nobody could set an event
            await asyncio.sleep(0.01)


async def kept(bot: Bot) -> int:
    """How many maps, each with a position, are kept."""
    async with transaction(bot.chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(StopSketch)) or 0


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("mode", ["polling"], indirect=True)
@pytest.mark.usefixtures("running")
async def test_a_word_from_the_door_by_one_tap_also_later(phone: Phone):
    await aside(phone.sends_location, *WANSHENGWEI)
    stops = await aside(phone.waits_for, "怎么进")
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    pressed = next(button for button in stops.buttons if button.title == "2锁门")
    await aside(phone.presses_data, stops, pressed.data)
    told = await aside(phone.waits_for, "记下了", "锁门", "换这个试试")
    assert [button.title for button in told.buttons][:1] == ["1 高德"]
    asked = await aside(phone.waits_for, "发一下位置")
    assert asked.keyboard == ("发送我的位置",)
    await aside(phone.waits_for, lambda m: "√ 2锁门" in [b.title for b in m.buttons])


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda p: p.sends(audio=spoken(p, "audio")), "按住话筒录一段"),
        (lambda p: p.sends(voice=spoken(p, "voice", duration=61)), "分成几段发"),
        (lambda p: p.sends(voice=spoken(p, "voice", file_size=11 * 2**20)), "最大10MB"),
        (lambda p: p.sends_sticker(), "表情图我看不懂"),
        (lambda p: p.sends_video(), "视频我看不了"),
        (lambda p: p.sends_document(b"%PDF-1.4", "a.pdf"), "这个文件我打不开"),
        (lambda p: p.sends_contact("13800138000"), "这张名片我没有存"),
        (lambda p: p.sends(dice={"emoji": "🎲", "value": 3}), "这种消息我看不懂"),
        (lambda p: p.sends(checklist={"title": "1", "tasks": []}), "看不懂。请打字"),
        (lambda p: p.sends_location(200, 500), "这个位置不对"),
        (lambda p: p.says("电话13800138000"), "号码"),
        (lambda p: p.says("/help"), "我能帮你"),
        (lambda p: p.says("/hazard"), "看到什么危险"),
        (lambda p: p.says("/nothing"), "我是驿站"),
        (lambda p: p.starts("rights"), "想查哪一样"),
        (lambda p: p.starts("r_minimum_wage"), "最低工资"),
        (lambda p: p.starts("gibberish_9"), "你好，我是驿站"),
    ],
)
@pytest.mark.parametrize("mode", ["polling"], indirect=True)
@pytest.mark.usefixtures("running")
async def test_each_kind_gets_a_true_answer(phone: Phone, do, words):
    await aside(do, phone)
    await aside(phone.waits_for, words)


@pytest.mark.parametrize("mode", ["polling"], indirect=True)
@pytest.mark.usefixtures("running")
async def test_what_was_edited_is_not_read_again(phone: Phone):
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    await aside(phone.edits, "提建议")
    await aside(phone.waits_for, "改过的话我不会重读")


@pytest.mark.parametrize("mode", ["polling"], indirect=True)
@pytest.mark.usefixtures("running")
async def test_a_live_position_is_answered_once(phone: Phone):
    await aside(phone.sends_location, *WANDA, live=True)
    await aside(phone.waits_for, "驿站")
    seen = len(phone.messages)
    await aside(phone.moves_to, 22.8, 113.54)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    assert len(phone.messages) == seen + 1


@pytest.mark.parametrize("mode", ["polling"], indirect=True)
async def test_a_group_and_a_channel_are_sent_to_the_private_chat(running: Bot, phone: Phone):
    group = running.api.phone(810_002, group=True)
    await aside(group.says, "附近哪能歇脚")
    await aside(group.waits_for, "点我的头像私聊")
    await aside(phone.posts_in_channel, "大家好")
    await aside(running.api.waits_until_taken)
    assert not running.chat.rasa.told


@pytest.mark.parametrize("mode", ["polling"], indirect=True)
async def test_a_group_hears_one_sentence_to_a_message(running: Bot):
    group = running.api.phone(810_003, group=True)
    await aside(group.sends_location, *WANDA, live=True)
    await aside(group.waits_for, "点我的头像私聊")
    await aside(group.moves_to, 22.8, 113.54)
    await aside(group.moves_to, 22.81, 113.54)
    await aside(running.api.waits_until_taken)
    worker = running.api.phone(810_004)
    await aside(worker.says, "菜单")
    await aside(worker.waits_for, "我能帮你")
    assert len(group.messages) == 1
