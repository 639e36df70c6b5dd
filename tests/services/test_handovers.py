"""Talks with staff in a chat: the queue, silence of the bot, words of danger, and the way back."""

import pytest

from services.handovers import steps
from tests.fakes import heard
from tests.pictures import photo
from tests.services.linking import link, shown_to
from tests.services.talking import Desk
from tests.services.test_suggestion import OPENER, SUBJECT
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

CANARY = "我叫王建国，电话13812345678，站点扣我钱"


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Whatever goes to staff must not go to Rasa, and nothing else here needs it."""
    chat.rasa.mode = "down"


@pytest.fixture
def desk(chat: Chat) -> Desk:
    return Desk(chat)


async def test_a_worker_talks_with_staff_and_comes_back(
    chat: Chat, worker: WorkerTester, desk: Desk
):
    staff = await desk.comes()
    await worker.says("转人工")
    worker.sees("你排第1位", "今天到17:30", "号码和姓名先遮住", "[返回机器人]")
    worker.sees_not("现在没有工作人员在岗")
    await worker.says(CANARY)
    assert worker.replies == []
    board = await desk.board(staff)
    assert [item.words for item in board.waiting] == ["我叫〔姓名〕，电话〔电话〕，站点扣我钱"]
    talk = board.waiting[0].id
    await desk.does(steps.take, staff, talk)
    await desk.writes(staff, talk, "你好，是哪个站点？")
    told = [reply["text"] for reply in await desk.told(worker)]
    assert told == [
        "工作人员来了，看着你发的话。有事就在这里说。",
        "工作人员：\n你好，是哪个站点？",
    ]
    for said in ("1", "👍", "/start", "附近哪里能歇脚"):
        await worker.says(said)
        assert worker.replies == []
    thread = await desk.thread(staff, talk)
    assert [line.words for line in thread.lines][-4:] == ["1", "👍", "/start", "附近哪里能歇脚"]
    assert [line.by for line in thread.lines][:2] == [None, "陈静"]
    await worker.says("返回机器人")
    worker.sees("好，我回来了", "[找驿站]")
    assert (await desk.talk_of(worker)).reason == "worker"
    await worker.says("菜单")
    worker.sees("我能帮你")
    assert [turn.text for turn in chat.rasa.told] == ["转人工", "菜单"]


@on_sqlite
async def test_a_sentence_that_rasa_hears_asks_for_a_person(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "up"
    chat.rasa.hears["给我接个活人"] = heard("human_handoff")
    await worker.says("给我接个活人")
    worker.sees("你排第1位", "现在没有工作人员在岗", "12345", "[留言]")
    told = len(chat.rasa.told)
    await worker.says("给我接个活人")
    assert len(chat.rasa.told) == told
    assert worker.replies == []


@on_sqlite
async def test_danger_is_answered_at_once_and_staff_see_it(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("人工")
    await worker.says("我出车祸了，流血不止")
    worker.sees("受伤、不舒服打120")
    worker.sees_not("菜单")
    (item,) = (await desk.board(staff)).waiting
    assert item.is_urgent
    assert item.words == "我出车祸了，流血不止"


@on_sqlite
async def test_a_draft_waits_for_the_way_back(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.says("转人工")
    worker.sees("你排第1位")
    worker.sees_not("你写了一半的")
    await worker.says("继续")
    assert worker.replies == []
    await worker.says("返回")
    worker.sees("好，我回来了", "你写了一半的还留着")
    await worker.presses("继续写")
    worker.sees("在什么地方")
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.does(steps.end, staff, talk, why="solved")
    assert [c["title"] for c in (await desk.told(worker))[-1]["choices"]][:1] == ["继续写"]
    await desk.presses(worker, "继续写")
    worker.sees("在什么地方")


@on_sqlite
async def test_what_is_no_word_is_answered_by_the_bot(worker: WorkerTester, desk: Desk):
    await desk.comes()
    await worker.says("菜单")
    menu = {each["title"]: each["token"] for each in worker.replies[0]["choices"]}
    await worker.sends({"choice": menu["找人工"]})
    await worker.sends({"choice": menu["找驿站"]})
    worker.sees("你正在和工作人员说话", "[返回机器人]")
    await worker.is_at(22.79, 113.53)
    worker.sees("位置没有转给工作人员")
    await worker.says("转人工")
    worker.sees("你排第1位")
    await worker.presses("返回机器人")
    worker.sees("好，我回来了")
    assert (await desk.words()) == []


@on_sqlite
async def test_photos_reach_staff_and_no_case(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    await worker.sends_photo(photo())
    assert worker.replies == []
    await worker.says("就是这里")
    thread = await desk.thread(staff, (await desk.talk_of(worker)).id)
    assert [line.photos for line in thread.lines] == [(1,), ()]
    await worker.says("返回机器人")
    worker.sees_not("照片")


@on_sqlite
async def test_outside_the_hours_word_is_left(chat: Chat, worker: WorkerTester, desk: Desk):
    chat.clock.advance(hours=8)  # 18:30 of a Wednesday
    await worker.says("转人工")
    worker.sees("现在不是人工的时间", "工作日09:00到17:30有人，下次是明天9点", "12345", "12333")
    await worker.presses("留言")
    worker.sees("把要说的打在这里", "明天9点以后有人看")
    await worker.says("驿站的门锁着")
    assert worker.replies == []
    await worker.says("返回机器人")
    worker.sees("留言收下了")
    await worker.says("菜单")
    worker.sees("我能帮你")
    chat.clock.advance(hours=15)
    staff = await desk.comes()
    (item,) = (await desk.board(staff)).left
    await desk.does(steps.take, staff, item.id)
    await worker.says("菜单")
    worker.sees("我能帮你")
    await desk.writes(staff, item.id, "已经叫人去开了")
    await desk.presses(worker, "接着说")
    worker.sees("接上了")
    await worker.says("谢谢")
    assert worker.replies == []
    assert [line.words for line in (await desk.thread(staff, item.id)).lines][-1] == "谢谢"


@on_sqlite
async def test_staff_write_a_case_and_the_worker_sends_it(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    text = "市桥街路口的路灯坏了一个星期，晚上看不见坑"
    await desk.writes(staff, talk, text, case_kind="hazard")
    await desk.presses(worker, "看一遍再交")
    worker.sees("归到“路灯和红绿灯”", "[对]")
    assert (await desk.talk_of(worker)).reason == "case"
    await worker.presses("对")
    await desk.presses(worker, "看一遍再交")
    worker.sees_not("收到了")


@on_sqlite
async def test_two_chats_of_one_worker_keep_one_talk(
    worker: WorkerTester, phone: WorkerTester, desk: Desk
):
    staff = await desk.comes()
    await phone.says("转人工")
    await phone.says("第一句")
    await phone.says("返回机器人")
    await link(worker, phone)
    await phone.says("转人工")
    await worker.says("网页上说的")
    assert worker.replies == []
    (item,) = (await desk.board(staff)).waiting
    assert item.words == "网页上说的"


async def test_of_two_talks_of_one_worker_the_live_one_goes_on(
    worker: WorkerTester, phone: WorkerTester, desk: Desk
):
    await phone.says("转人工")
    await phone.presses("留言")
    await phone.says("手机上留的")
    await phone.says("返回机器人")
    code = await shown_to(worker)
    await worker.says("转人工")
    await worker.says("网页上说的")
    await phone.says("绑定")
    await phone.says(code)
    phone.sees("绑好了")
    staff = await desk.comes()
    board = await desk.board(staff)
    assert board.left == ()
    (item,) = board.waiting
    assert [line.words for line in (await desk.thread(staff, item.id)).lines] == [
        "网页上说的", "手机上留的",
    ]  # fmt: skip
    await phone.says("谢谢")
    assert phone.replies == []


async def test_deleting_ones_data_deletes_the_talk(worker: WorkerTester, desk: Desk):
    staff = await desk.comes()
    await worker.says("转人工")
    await worker.says(CANARY)
    talk = (await desk.talk_of(worker)).id
    await desk.does(steps.take, staff, talk)
    await desk.writes(staff, talk, "我看看")
    await worker.says("返回机器人")
    await worker.presses("我的资料")
    worker.sees("和工作人员说过的话：1句")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    worker.sees("都删掉了")
    assert await desk.words() == []
    assert await desk.told(worker) == []
    assert (await desk.thread(staff, talk)).lines == ()
