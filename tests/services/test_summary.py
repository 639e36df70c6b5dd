"""What is said in passing while a form is open never becomes part of it."""

import pytest

from tests.fakes import heard
from tests.services.test_suggestion import SUBJECT, YES, at_summary, cases_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

CHATTER = [
    ("你好", "greet"),
    ("谢谢", "thank"),
    ("拜拜", "goodbye"),
    ("不对", "deny"),
    ("傻子", "insult"),
]


@pytest.mark.parametrize(("text", "intent"), CHATTER, ids=[intent for _, intent in CHATTER])
@on_sqlite
async def test_small_talk_is_no_answer(chat: Chat, worker: WorkerTester, text: str, intent: str):
    chat.rasa.hears[text] = heard(intent, 0.9)
    await worker.says("提建议")
    await worker.says(text)
    worker.sees("想提什么建议")
    await worker.says("路灯坏了")
    await worker.presses("跳过")
    await worker.presses("跳过")
    await worker.presses(YES)
    await worker.says(text)
    worker.sees("请看一遍", "路灯坏了")
    worker.sees_not(f"【主题】{text}")
    worker.sees_not("都不要")


@on_sqlite
async def test_an_afterthought_at_the_summary_is_added_by_a_tap(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    await worker.says("谢谢")
    await worker.presses("都不要")
    await worker.says("还有晚上太黑")
    await worker.presses("写进去")
    worker.sees(SUBJECT, "还有晚上太黑")
    worker.sees_not("谢谢")
    await worker.is_at(23.5, 113.0)
    worker.sees("定位点（23.50000,113.00000）")
    await worker.presses("发送")
    [case] = await cases_of(chat)
    assert case.subject == f"{SUBJECT}\n还有晚上太黑"


@on_sqlite
async def test_an_old_send_button_sends_nothing_unseen(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    old = worker.token("发送")
    await worker.says("还有晚上太黑")
    await worker.presses("写进去")
    await worker.sends({"choice": old})
    worker.sees("已经过去了", "还有晚上太黑")
    assert await cases_of(chat) == []
