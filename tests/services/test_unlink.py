"""The way back: one worker becomes two again, by his word or because he has all deleted."""

import pytest

from db.models import Account, Consent, DialogueRow, LinkCode, Worker
from db.session import transaction
from services import cases
from tests.factories import add_staff
from tests.fakes import heard
from tests.services.linking import (
    all_of,
    hands_in,
    link,
    news_at,
    other_than,
    shown_to,
    starts_draft,
)
from tests.staffing import everything
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester


async def test_unlinking_is_asked_first(worker: WorkerTester, phone: WorkerTester):
    code = await hands_in(worker)
    await link(worker, phone)
    await phone.says("解除绑定")
    phone.sees("都留在这里", "网页聊天那边像新来的一样", "要解除吗")
    await phone.presses("不解除")
    await worker.says("查我提的")
    worker.sees(code)


@pytest.mark.parametrize("text", ["解绑", "取消绑定", "不要绑定了", "解除绑定！"])
@on_sqlite
async def test_fixed_phrases_lead_to_it(
    chat: Chat, worker: WorkerTester, phone: WorkerTester, text: str
):
    chat.rasa.mode = "down"
    await link(worker, phone)
    await worker.says(text)
    worker.sees("要解除吗")


async def test_all_stays_where_it_was_said(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    chat.rasa.hears = {"我是广州送外卖的": heard("set_profile", trade="rider", place="广州")}
    await worker.says("我是广州送外卖的")
    code = await hands_in(worker)
    await link(worker, phone)
    await starts_draft(phone)
    await phone.says("解绑")
    await phone.presses("解除")
    phone.sees("解除了，东西都留在这里", "网页聊天那边从头开始")
    await phone.says("我的资料")
    phone.sees("行业：送外卖", "交过的：1件", "没写完的：有一份", "绑在一起的聊天：没有")
    await worker.says("我的资料")
    worker.sees("行业：没有", "交过的：0件", "没写完的：没有", "收过的消息：1条")
    await worker.says("查我提的")
    worker.sees_not(code)
    accounts = {row.channel: row.worker_id for row in await all_of(chat, Account)}
    assert accounts["telegram"] == phone.id
    assert {row.id for row in await all_of(chat, Worker)} == set(accounts.values())


async def test_the_other_chat_is_told_and_gets_no_more_of_his_news(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    code = await hands_in(worker)
    await link(worker, phone)
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        await cases.take(
            *(session, chat.library, chat.clock, everything(staff.id), code), step="take_up"
        )
    await phone.says("解除绑定")
    await phone.presses("解除")
    [told] = await news_at(chat, "web")
    assert told.reply["text"].startswith("在Telegram聊天里解除了绑定")
    assert (told.state, told.reply["choices"]) == ("waiting", [])
    assert [code in row.reply["text"] for row in await news_at(chat, "telegram")] == [True]
    await worker.says("有什么通知")
    worker.sees_not(code)


async def test_they_can_be_linked_again_the_other_way_round(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    await link(worker, phone)
    await phone.says("解除绑定")
    await phone.presses("解除")
    code = await shown_to(phone)
    await phone.says("解除绑定")
    phone.sees("没有绑定别的聊天")
    await worker.says(code)
    worker.sees("绑好了")
    assert len({row.worker_id for row in await all_of(chat, Account)}) == 1


@on_sqlite
async def test_where_nothing_is_linked(worker: WorkerTester, phone: WorkerTester):
    await worker.says("解除绑定")
    worker.sees("没有绑定别的聊天")
    await worker.presses("绑定另一个聊天")
    worker.sees("绑成一个人")
    await link(worker, phone)
    await worker.says("解除绑定")
    button = worker.token("解除")
    await worker.sends({"choice": button})
    worker.sees("解除了")
    await worker.sends({"choice": button})
    worker.sees("没有绑定别的聊天")


async def test_deleting_goes_for_both_chats(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    chat.rasa.hears = {
        "删掉我的资料": heard("delete_my_data"),
        "别给我发消息了": heard("unsubscribe_notices"),
    }
    code = await hands_in(worker)
    await link(worker, phone)
    await phone.says("别给我发消息了")
    await phone.presses("全部不收")
    await starts_draft(worker)
    await worker.says("菜单")
    await worker.says("删掉我的资料")
    worker.sees("绑定也会解除，Telegram聊天那边从头开始", "只有认出这个聊天用的编号会留着")
    await worker.presses("删掉")
    worker.sees("都删掉了，只留着认出这个聊天用的编号")
    accounts = {row.channel: row.worker_id for row in await all_of(chat, Account)}
    assert accounts["web"] != accounts["telegram"]
    assert {row.id for row in await all_of(chat, Worker)} == set(accounts.values())
    assert await all_of(chat, Consent) == []
    assert [row.drafts for row in await all_of(chat, DialogueRow)] == [{}]
    assert await news_at(chat, "web") == []
    [told] = await news_at(chat, "telegram")
    assert told.reply["text"].startswith("在网页聊天里把存着的都删了")
    for chatter in (worker, phone):
        await chatter.says("查我提的")
        chatter.sees_not(code)


async def test_deleting_ends_a_code(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    chat.rasa.hears = {"删掉我的资料": heard("delete_my_data")}
    code = await shown_to(worker)
    await phone.says(other_than(code))
    await worker.says("删掉我的资料")
    worker.sees_not("绑定也会解除")
    await worker.presses("删掉")
    assert await all_of(chat, LinkCode) == []
    await phone.says(code)
    phone.sees("没有这个码")
