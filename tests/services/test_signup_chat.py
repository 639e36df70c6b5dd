"""Signing up in the chat, with Rasa and with Rasa stopped: one tap, a place or a queue, out."""

import pytest
from sqlalchemy import select

from db.models import Consent, Signup
from db.session import transaction
from services import notices, signups
from tests.services.noticing import Newsroom
from tests.services.signing_up import (
    TAP,
    TITLE,
    approved,
    has_before_him,
    listed,
    moved_up,
    offered,
    on_list,
    read,
    signs_up,
)
from tests.testers.chat import Chat, on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@pytest.fixture(params=["up", "down"])
def road(chat: Chat, request: pytest.FixtureRequest) -> str:
    chat.rasa.mode = request.param
    return request.param


@pytest.mark.usefixtures("road")
async def test_one_tap_gives_a_place_and_says_who_sees_what(chat, room, worker):
    notice = await offered(room, 3)
    await has_before_him(chat, worker)
    worker.sees("名额3个", "11月18日16:30截止", "报名", "收到")
    token = worker.token(TAP)

    await worker.presses(TAP)
    first = worker.texts
    worker.sees(f"已报名“{TITLE}”", "第1号", "还剩2个名额", "工作人员只看到这个号")
    worker.sees("取消报名", "留称呼或电话")
    await worker.sends({"choice": token})

    assert worker.texts == first
    assert await on_list(room, notice) == {1: (worker.id, "in")}
    report = await room.report(notice)
    assert (report.read, report.signups.taken, report.signups.left) == (1, 1, 2)


async def test_without_a_limit_nobody_waits(chat, room, worker):
    await offered(room, None)
    await has_before_him(chat, worker)
    worker.sees("名额不限")
    await worker.presses(TAP)
    worker.sees("已报名", "第1号")
    worker.sees_not("还剩")


@pytest.mark.usefixtures("road")
async def test_who_comes_too_late_waits_and_is_told_once_when_it_is_his_turn(chat, room, worker):
    second, third = await chat.newcomer(), await chat.newcomer()
    notice = await offered(room, 1)
    for each in (worker, second, third):
        await signs_up(chat, each)
    second.sees("名额满了", "第2号", "前面还有0人", "轮到会发消息告诉你")
    third.sees("第3号", "前面还有1人")

    await worker.says("我报名的")
    worker.sees(TITLE, "第1号", f"取消第{notice}号通知的报名")
    await worker.presses(f"取消第{notice}号通知的报名")
    worker.sees("真的取消吗")  # others wait: he would not get his place back
    await worker.presses("取消报名")
    worker.sees("已取消", "还是报上")

    assert await moved_up(room) == [f"signup:{notice}:2"]
    await has_before_him(chat, second, "signup:")
    second.sees("轮到你了", TITLE, "第2号", "取消报名")
    await worker.presses("还是报上")
    worker.sees("名额满了", "第4号", "前面还有1人")
    assert await on_list(room, notice) == {
        2: (second.id, "in"), 3: (third.id, "waiting"), 4: (worker.id, "waiting"),
    }  # fmt: skip
    await third.says("我报名的")
    third.sees("前面还有0人")


async def test_where_there_is_room_one_tap_cancels(chat, room, worker):
    notice = await offered(room, 3)
    await signs_up(chat, worker)
    button = worker.token("取消报名")
    await worker.presses("取消报名")
    worker.sees("已取消", TITLE)
    await worker.sends({"choice": button})
    worker.sees(f"你没有报第{notice}号通知的名")
    await worker.says("取消报名")
    worker.sees("你还没有报名")
    assert await on_list(room, notice) == {}


@pytest.mark.usefixtures("road")
async def test_it_is_typed_as_people_type_it(room, worker):
    notice = await offered(room, 3)
    await worker.says("我想报名")
    worker.sees("要报哪一个", TITLE)
    await worker.presses(TITLE)
    worker.sees("已报名", "第1号")
    await worker.presses("取消报名")
    for number, words in enumerate(
        (f"报名{notice}", f"报名第{notice}号通知", f"报名 {notice}。"), 2
    ):
        await worker.says(words)
        worker.sees("已报名", f"第{number}号")
        await worker.presses("取消报名")
    await worker.says("报名99")
    worker.sees("没有给你发过第99号通知")
    await worker.says(f"报名{notice}天了还没消息")
    worker.sees_not("已报名")
    await worker.says("报名")
    await worker.presses(TITLE)
    await worker.says("报名")
    worker.sees("没有发给你、可以报名的通知", "我报名的")


async def test_the_other_buttons_do_not_take_it_away(chat, room, worker):
    await offered(room, 3, buttons=("got", "go"), link="https://example.org/a")
    await has_before_him(chat, worker)
    await worker.presses("收到")
    worker.sees("记下你看过了", "去看看")
    await worker.presses(TAP)
    worker.sees("已报名", "去看看")
    await worker.presses("去看看")
    worker.sees("https://example.org/a")
    assert TAP not in worker.titles  # he is in by now


@pytest.mark.usefixtures("road")
async def test_what_is_over_says_so(chat, room, worker):
    closed = await offered(room, 3)
    await has_before_him(chat, worker)
    button = worker.token(TAP)
    room.clock.advance(hours=7)
    await worker.sends({"choice": button})
    worker.sees(f"“{TITLE}”11月18日16:30已经截止报名")
    assert await on_list(room, closed) == {}


async def test_what_was_stopped_while_it_went_out_says_so(chat, room, phone):
    stopped = await approved(room, 3, urgent=True)
    await room.schedule(stopped)
    await room.look()
    await has_before_him(chat, phone)
    button = phone.token(TAP)
    await room.step(notices.stop, stopped)
    await phone.sends({"choice": button})
    phone.sees(f"第{stopped}号通知停了，不再报名")
    assert await on_list(room, stopped) == {}


async def test_who_is_in_may_still_cancel_after_it_closed_and_nobody_is_called(chat, room, worker):
    second = await chat.newcomer()
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await signs_up(chat, second)
    room.clock.advance(hours=7)
    await worker.says("我报名的")
    await worker.presses("取消第")
    await worker.presses("取消报名")
    worker.sees("已取消")
    worker.sees_not("还是报上")
    assert await moved_up(room) == []
    assert (await listed(room, notice)).taken == 0


@pytest.mark.usefixtures("road")
async def test_a_contact_is_sealed_behind_who_sees_it_and_goes_nowhere_else(chat, room, worker):
    notice = await offered(room, 3)
    await signs_up(chat, worker)
    await worker.presses("留称呼或电话")
    worker.sees("写明理由才能看", "截止后30天自动删", "不留")
    heard_before = len(chat.rasa.told)
    await worker.says("王")
    worker.sees("看不出是称呼还是电话")
    await worker.says("王师傅 13800138000")
    worker.sees("记下了（王…00）")
    worker.sees_not("13800138000")

    assert len(chat.rasa.told) == heard_before
    [row] = await read(chat, select(Signup))
    assert "13800138000" not in repr(row.contact)
    async with transaction(chat.sessions) as session:
        assert await signups.unsealed(session, notice, [1]) == {1: "王师傅 13800138000"}
    [consent] = await read(chat, select(Consent).where(Consent.notice == "signup_contact"))
    assert (consent.worker_id, consent.decision) == (worker.id, "given")
    await worker.says("我的资料")
    worker.sees("报了名的：1个，其中留了称呼或电话的1个")
