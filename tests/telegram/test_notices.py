"""A notice against a real Bot API server: its picture, reading, reply, correction, recall."""

import pytest

from db.session import transaction
from services import notices, photos
from tests import pictures
from tests.services.noticing import Newsroom, drafted
from tests.services.signing_up import offer
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

pytestmark = [on_sqlite, pytest.mark.parametrize("mode", ["polling"], indirect=True)]
SECONDS = 20


@pytest.fixture
async def room(running: Bot, phone: Phone) -> Newsroom:
    """A newsroom beside the running bot, which one worker has written to."""
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    return Newsroom(running.chat.sessions, running.chat.library, running.chat.clock)


def said(phone: Phone, words: str) -> int:
    return sum(words in message.printed for message in phone.messages)


async def test_it_is_read_and_replied_to_by_number_or_as_the_app_replies(
    api: TelegramApi, phone: Phone, room: Newsroom
):
    number = await room.scheduled(urgent=True, offer=offer(room.clock, 1))
    await aside(phone.waits_for, "【紧急通知】台风", f"第{number}号", seconds=SECONDS)

    await aside(phone.presses, "报名")
    await aside(phone.waits_for, "已报名“台风”", "还剩0个名额")
    await aside(phone.presses, "收到")
    await aside(phone.waits_for, "记下你看过了")
    await aside(phone.says, f"回复{number} 江边封路了")
    await aside(phone.waits_for, "转给工作人员")
    (row,) = [row for row in await room.rows() if row.occurrence_id]
    about = {"date": 1, "chat": phone.chat, "text": "x", "message_id": row.message_ids[-1]}
    await aside(phone.sends, text="天热得很", reply_to_message=about)
    await aside(api.waits, lambda: said(phone, "转给工作人员") == 2 or None, "no second reply")

    async with transaction(room.sessions) as session:
        replies = await notices.replies(session, await room.author(), number)
    assert {each.masked for each in replies} == {"江边封路了", "天热得很"}
    report = await room.report(number)
    assert (report.sent, report.read, report.replies) == (1, 1, 1)

    await aside(phone.sends, text="退订", reply_to_message=about)
    await aside(phone.waits_for, "不想收哪一类")


async def test_it_is_corrected_and_recalled_and_its_picture_uploaded_once(
    api: TelegramApi, phone: Phone, room: Newsroom
):
    author = await room.author()
    async with transaction(room.sessions) as session:
        encoded = photos.encode(pictures.photo())
        picture = await notices.keep_picture(session, room.clock, author, encoded)
    number = await room.scheduled(urgent=True, picture=picture)
    await aside(phone.waits_for, "【紧急通知】台风", seconds=SECONDS)

    draft = drafted(urgent=True, picture=picture, text="改到后天。")
    async with transaction(room.sessions) as session:
        await notices.edit(session, room.library, room.clock, author, number, draft=draft)
    await room.submit(number)
    await room.approve(number)
    await room.step(notices.correct, number)
    edit = await aside(api.waits_for_call, "editMessageText", seconds=SECONDS)
    assert "改到后天。" in str(edit["params"])

    # A second one names the copy that Telegram keeps.
    again = await room.scheduled(urgent=True, picture=picture, title="又来了")
    await aside(phone.waits_for, "又来了", seconds=SECONDS)
    [first, second] = await aside(api.log, "sendPhoto")
    assert isinstance(second["params"].get("photo"), str)
    assert first["params"].get("photo") != second["params"]["photo"]

    await room.step(notices.recall, again, note="不来了")
    gone = "picture and text were not deleted"
    await aside(api.waits, lambda: len(api.log("deleteMessage")) == 2 or None, gone, SECONDS)
    assert {call["status"] for call in api.log("deleteMessage")} == {200}
