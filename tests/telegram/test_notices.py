"""A notice against a real Bot API server: its picture, reading, reply, correction, recall."""

import pytest

from db.session import transaction
from services import notices, photos
from tests import pictures
from tests.services.noticing import Newsroom, drafted
from tests.telegram.conftest import aside
from tests.testers.chat import Chat, on_sqlite
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

pytestmark = [on_sqlite, pytest.mark.parametrize("mode", ["polling"], indirect=True)]
SECONDS = 20


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


async def pictured(room: Newsroom) -> str:
    async with transaction(room.sessions) as session:
        encoded = photos.encode(pictures.photo())
        return await notices.keep_picture(session, room.clock, await room.author(), encoded)


@pytest.mark.usefixtures("running")
async def test_a_notice_with_a_picture_is_read_replied_to_corrected_and_recalled(
    api: TelegramApi, phone: Phone, room: Newsroom
):
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "我能帮你")
    picture = await pictured(room)
    number = await room.scheduled(urgent=True, picture=picture)
    await aside(phone.waits_for, "【紧急通知】台风", f"第{number}号", seconds=SECONDS)

    await aside(phone.presses, "收到")
    await aside(phone.waits_for, "记下你看过了")
    await aside(phone.says, f"回复{number} 江边封路了")
    await aside(phone.waits_for, "转给工作人员")
    report = await room.report(number)
    assert (report.sent, report.read, report.replies) == (1, 1, 1)

    author = await room.author()
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
    await aside(
        api.waits,
        lambda: len(api.log("deleteMessage")) == 2 or None,
        "picture and text were not deleted",
        SECONDS,
    )
    assert {call["status"] for call in api.log("deleteMessage")} == {200}
