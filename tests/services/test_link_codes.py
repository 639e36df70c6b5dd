"""The six digits: how long they hold, what is wrong with them, and how many may be tried."""

from db.models import LinkCode, LinkTry
from services import links
from tests.fakes import heard
from tests.services.linking import WRONG, all_of, guess, link, other_than, shown_to, starts_draft
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester


async def test_a_code_ends(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    code = await shown_to(worker)
    chat.clock.advance(minutes=10)
    await phone.says(code)
    phone.sees("过期了", "再要一个")
    await link(worker, phone)


async def test_a_code_is_used_once(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    code = await shown_to(worker)
    await phone.says(code)
    await phone.says(code)
    phone.sees("已经绑定了另一个聊天")
    third = await chat.newcomer("telegram")
    await third.says(code)
    third.sees(WRONG, "已经用过")
    assert len(await all_of(chat, LinkTry)) == 1


async def test_a_new_code_replaces_the_old(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    old, new = await shown_to(worker), await shown_to(worker)
    assert [row.code for row in await all_of(chat, LinkCode)] == [new]
    await phone.says(old)
    phone.sees(WRONG)
    await phone.says(new)
    phone.sees("绑好了")


async def test_his_own_code_is_for_the_other_chat(chat: Chat, worker: WorkerTester):
    await worker.says(await shown_to(worker))
    worker.sees("这个聊天自己的码", "到另一个聊天里打")
    assert await all_of(chat, LinkTry) == []


async def test_two_chats_of_one_kind_are_not_linked(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    code = await shown_to(worker)
    other = await chat.newcomer()
    await other.says(code)
    other.sees("同一种聊天")
    await phone.says(code)
    phone.sees("绑好了")


async def test_two_drafts_of_one_kind_are_refused_and_the_code_stays(
    worker: WorkerTester, phone: WorkerTester
):
    code = await shown_to(worker)
    await starts_draft(worker, "这边写的")
    await starts_draft(phone, "那边写的")
    await phone.says("绑定")
    await phone.presses("我有码")
    await phone.says(code)
    phone.sees("两边都有一份没写完的", "写了一半的还留着")
    await phone.says("算了")
    phone.sees("已经删掉")
    await phone.says(code)
    phone.sees("绑好了")
    await phone.says("继续")
    await phone.says("东涌镇")
    await phone.says("跳过")
    await phone.says("其他")
    phone.sees("这边写的")


async def test_wrong_codes_are_counted_and_then_refused(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    code = await shown_to(worker)
    for _ in range(links.WRONG_BY_ONE):
        await phone.says(other_than(code))
        phone.sees(WRONG)
    assert len(await all_of(chat, LinkTry)) == links.WRONG_BY_ONE
    await phone.says(code)
    phone.sees("错的码打得太多了", "过10分钟再试")
    assert len(await all_of(chat, LinkTry)) == links.WRONG_BY_ONE
    other = await chat.newcomer("telegram")
    await other.says(other_than(code))
    other.sees(WRONG)
    chat.clock.advance(minutes=10)
    await link(worker, phone)
    assert len(await all_of(chat, LinkTry)) == 0


@on_sqlite
async def test_the_wrong_code_can_be_mended_while_it_is_asked_for(
    worker: WorkerTester, phone: WorkerTester
):
    code = await shown_to(worker)
    await phone.says("绑定")
    await phone.presses("我有码")
    await phone.says("12345")
    phone.sees("码是6位数字", "不绑了")
    await phone.says(other_than(code))
    phone.sees(WRONG)
    await phone.says(f"是{code}吧")
    phone.sees("绑好了")


@on_sqlite
async def test_whoever_has_no_code_gets_away(chat: Chat, phone: WorkerTester):
    chat.rasa.hears = {"最低工资多少": heard("ask_minimum_wage")}
    await phone.says("绑定")
    await phone.presses("我有码")
    await phone.presses("不绑了")
    phone.sees("先不绑")
    await phone.says("绑定")
    await phone.presses("我有码")
    await phone.says("最低工资多少")
    phone.sees_not("码是6位数字")
    await phone.says("123456")
    phone.sees(WRONG)


@on_sqlite
async def test_linking_leaves_a_draft_alone(phone: WorkerTester):
    await starts_draft(phone)
    await phone.says("绑定")
    phone.sees("绑成一个人", "写了一半的还留着")
    await phone.presses("继续写")
    phone.sees("在什么地方")


async def test_of_all_together_sixty_wrong_codes_are_taken(chat: Chat, worker: WorkerTester):
    code = await shown_to(worker)
    await guess(chat, links.WRONG_BY_ALL - 1)
    phone, other = await chat.newcomer("telegram"), await chat.newcomer("telegram")
    await phone.says(other_than(code))
    phone.sees(WRONG)
    await other.says(code)
    other.sees("过10分钟再试")
