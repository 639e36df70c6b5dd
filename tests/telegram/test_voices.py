"""Voice messages on Telegram: fetched, made anew, and handed in with a case."""

import pytest
from sqlalchemy import select

from db.models import CaseRecording, Recording
from db.session import transaction
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tests.voices import CANARY, voice
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

pytestmark = on_sqlite
polling = pytest.mark.parametrize("mode", ["polling"], indirect=True)
WRITE = "语音收到，会一起交上去。再打一行字说说是什么事"


async def stored(bot: Bot) -> list[Recording]:
    async with transaction(bot.chat.sessions) as session:
        return list(await session.scalars(select(Recording)))


async def test_a_hazard_that_is_spoken_and_one_line(running: Bot, phone: Phone):
    await aside(phone.sends_voice, voice(7))
    await aside(phone.waits_for, "收到1段语音", "报隐患")
    await aside(phone.presses, "报隐患")
    await aside(phone.waits_for, WRITE)
    await aside(phone.waits_for, "看到什么危险")
    await aside(phone.says, "井盖没了")
    await aside(phone.waits_for, "在什么地方")
    await aside(phone.sends_location, 22.7936, 113.5336)
    await aside(phone.waits_for, "归到“井盖和积水”")
    await aside(phone.presses, "对")
    question = await aside(phone.waits_for, lambda m: "跳过" in m.printed or "请看" in m.printed)
    if "请看" not in question.printed:
        await aside(phone.presses, "跳过")
    await aside(phone.waits_for, "请看一遍", "井盖没了", "语音：1段")
    await aside(phone.presses, "发送")
    await aside(phone.waits_for, "编号", "一起交了1段语音")
    [kept] = await stored(running)
    data = next(running.settings.recordings.rglob(f"{kept.digest}.ogg")).read_bytes()
    assert CANARY.encode() not in data
    assert (kept.seconds, kept.size) == (7, len(data))
    async with transaction(running.chat.sessions) as session:
        assert (await session.scalars(select(CaseRecording.attached_id))).all() == [kept.id]


@polling
async def test_words_under_a_voice_are_the_line_of_text(running: Bot, phone: Phone):
    await aside(phone.says, "/hazard")
    await aside(phone.waits_for, "看到什么危险")
    await aside(phone.sends_voice, voice(2), "桥底积水")
    await aside(phone.waits_for, "现在有1段")
    await aside(phone.waits_for, "在什么地方")
    assert len(await stored(running)) == 1


@polling
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"OggS", "这段语音打不开。请按住话筒重新录"),
        (b"ID3\x04" + bytes(100), "这段语音打不开"),
        (voice(2)[:-5], "这段语音打不开"),
        # Telegram says one second of it; it is measured.
        (voice(90), "最长60秒。请分成几段发"),
    ],
    ids=["sign", "mp3", "cut", "long"],
)
async def test_what_cannot_be_kept_is_said_so(running: Bot, phone: Phone, data: bytes, words: str):
    await aside(phone.sends_voice, data)
    await aside(phone.waits_for, words)
    assert await stored(running) == []
    assert not running.settings.recordings.exists()


@polling
@pytest.mark.parametrize("status", [404, 500])
async def test_a_voice_that_telegram_does_not_give_is_asked_for_again(
    running: Bot, api: TelegramApi, phone: Phone, status: int
):
    await aside(api.fault, method="download", status=status, times=9)
    await aside(phone.sends_voice, voice())
    await aside(phone.waits_for, "这段语音没下载成，请再发一次")
    await aside(api.clear_faults)
    await aside(phone.sends_voice, voice())
    await aside(phone.waits_for, "收到1段语音")
    assert len(await stored(running)) == 1
