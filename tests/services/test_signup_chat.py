"""Signing up in the chat, with Rasa and with Rasa stopped: one tap, a place or a queue, out."""

import pytest
from sqlalchemy import select

from db.models import Account, ChoiceRow, Consent, OutboxRow, Signup
from db.session import transaction
from kit.errors import BadInput
from services import notices, signups
from tests.services.linking import link
from tests.services.noticing import Newsroom, drafted
from tests.services.signing_up import TITLE, approved, listed, moved_up, offer, offered, on_list
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = on_sqlite
TAP = "报名"


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@pytest.fixture(params=["up", "down"])
def road(chat: Chat, request: pytest.FixtureRequest) -> str:
    chat.rasa.mode = request.param
    return request.param


async def read(chat: Chat, query):
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(query))


async def has_before_him(chat: Chat, worker: WorkerTester, cause: str = "notice:") -> None:
    """The newest message that was queued for him is what he looks at."""
    query = (
        select(OutboxRow)
        .join(Account, Account.id == OutboxRow.account_id)
        .where(Account.worker_id == worker.id, OutboxRow.cause.startswith(cause))
        .order_by(OutboxRow.number.desc())
    )
    worker.replies = [(await read(chat, query))[0].reply]


async def signs_up(chat: Chat, worker: WorkerTester) -> None:
    await has_before_him(chat, worker)
    await worker.presses(TAP)


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


async def test_the_latest_notices_lead_there(room, worker):
    await offered(room, 3)
    await worker.says("最近的通知")
    await worker.presses("报名")
    await worker.presses(TITLE)
    worker.sees("已报名")
    await worker.says("最近的通知")
    await worker.presses("我报名的")
    worker.sees(TITLE, "第1号")


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


async def test_a_recall_is_told_to_who_signed_up(chat, room, worker):
    """On the web the notice cannot be taken away, and at Telegram its being gone says nothing."""
    phone, other = await chat.newcomer("telegram"), await chat.newcomer("telegram")
    notice = await offered(room, 3)
    for each in (worker, phone):
        await signs_up(chat, each)
    await room.deliver(message_ids=[7])
    async with transaction(chat.sessions) as session:
        for row in await session.scalars(select(OutboxRow)):
            row.state = "sent"
    await room.step(notices.recall, notice, note="下雨改期")
    for _ in range(2):
        async with transaction(chat.sessions) as session:
            for channel in ("web", "telegram"):
                await notices.next_changes(session, chat.library, chat.clock, channel, 100)
    told = [row for row in await room.rows() if row.cause == f"signup:{notice}:recalled"]
    assert len(told) == 2
    assert all("你报的名也取消了" in row.reply["text"] for row in told)
    assert all("下雨改期" in row.reply["text"] for row in told)
    await worker.says("我报名的")
    worker.sees("作废了，报名也取消了")
    assert not any(title.startswith("取消") for title in worker.titles)
    await other.says("我报名的")
    other.sees("你还没有报名")


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
        assert await signups.unsealed(session, notice, None) == {1: "王师傅 13800138000"}
    [consent] = await read(chat, select(Consent).where(Consent.notice == "signup_contact"))
    assert (consent.worker_id, consent.decision) == (worker.id, "given")
    await worker.says("我的资料")
    worker.sees("报了名的：1个，其中留了称呼或电话的1个")


async def test_a_contact_may_be_taken_back_and_goes_with_the_sign_up(chat, room, worker):
    await offered(room, 3)
    await signs_up(chat, worker)
    for _ in range(2):
        await worker.presses("留称呼或电话")
        await worker.says("王师傅")
        await worker.presses("我报名的")
        await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.presses("不留")
    worker.sees("留过的已经删掉了")
    await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.says("算了")
    worker.sees("没有留")
    await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    await worker.says("报名1")
    await worker.presses("取消报名")
    assert [row.contact for row in await read(chat, select(Signup))] == [None]


async def test_contacts_are_kept_thirty_days_after_it_closed(chat, room, worker):
    notice = await offered(room, 3)
    await signs_up(chat, worker)
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    for days, gone in ((30, 0), (1, 1)):
        room.clock.advance(days=days)
        async with transaction(chat.sessions) as session:
            assert await signups.forget_contacts(session, chat.clock) == gone
    assert await on_list(room, notice) == {1: (worker.id, "in")}


async def test_who_has_his_data_deleted_gives_his_place_to_the_next(chat, room, worker):
    second = await chat.newcomer()
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await signs_up(chat, second)
    await worker.says("我的资料")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    worker.sees("都删掉了")

    assert await on_list(room, notice) == {2: (second.id, "in")}
    assert await moved_up(room) == [f"signup:{notice}:2"]
    assert await read(chat, select(ChoiceRow.task).where(
        ChoiceRow.worker_id == worker.id, ChoiceRow.task.startswith("signups.")
    )) == []  # fmt: skip


async def test_two_chats_that_are_linked_keep_the_better_place(chat, room, worker, phone):
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    await signs_up(chat, phone)
    phone.sees("名额满了")

    await link(worker, phone)

    assert await on_list(room, notice) == {1: (phone.id, "in")}
    async with transaction(chat.sessions) as session:
        assert await signups.unsealed(session, notice, None) == {1: "王师傅"}
    await worker.says("我报名的")
    worker.sees("已报名", "第1号")


async def test_a_new_version_may_give_more_places_and_no_fewer_than_are_taken(chat, room, worker):
    second = await chat.newcomer()
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await signs_up(chat, second)
    await edits(room, notice, places=2)
    assert await moved_up(room) == [f"signup:{notice}:2"]
    with pytest.raises(BadInput, match="too_few_places"):
        await edits(room, notice, places=1)
    assert (await listed(room, notice)).places == 2


async def edits(room: Newsroom, notice: int, places: int) -> None:
    """A new version, approved."""
    given = {"urgent": True, "title": TITLE, "offer": offer(room.clock, places)}
    async with transaction(room.sessions) as session:
        await notices.edit(
            *(session, room.library, room.clock, await room.author(), notice),
            draft=drafted(**given),
        )
    await room.submit(notice)
    await room.approve(notice)
