"""Staff answer a worker on Telegram, in his own chat; the bot is silent meanwhile."""

import pytest

from services.handovers import steps
from tests.services.talking import Desk
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tools.telegram.phone import Phone

pytestmark = [on_sqlite, pytest.mark.parametrize("mode", ["polling"], indirect=True)]


@pytest.mark.usefixtures("running")
async def test_staff_talk_on_telegram(bot: Bot, phone: Phone):
    desk = Desk(bot.chat)
    staff = await desk.comes()
    await aside(phone.says, "转人工")
    await aside(phone.waits_for, "你排第1位", "返回机器人")
    (item,) = (await desk.board(staff)).waiting
    await desk.does(steps.take, staff, item.id)
    await aside(phone.waits_for, "工作人员来了")
    await desk.writes(staff, item.id, "扣了 <多少> & 几次？")
    await aside(phone.waits_for, "工作人员：\n扣了 <多少> & 几次？")
    await aside(phone.says, "站点扣我钱")
    await aside(phone.presses, "返回机器人")
    await aside(phone.waits_for, "好，我回来了")
    lines = (await desk.thread(staff, item.id)).lines
    assert [line.words for line in lines] == ["扣了 <多少> & 几次？", "站点扣我钱"]
    assert [turn.text for turn in bot.chat.rasa.told] == ["转人工"]
