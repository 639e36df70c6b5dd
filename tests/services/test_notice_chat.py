"""Notices in the chat: topics, reading, replying; with Rasa and with Rasa stopped."""

import pytest
from sqlalchemy import select

from db.models import Consent, NoticeReply, NoticeWish, OutboxRow, Worker
from db.session import transaction
from kit.errors import NotFound
from services import notices
from tests.fakes import heard
from tests.services.linking import link, shown_to
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = on_sqlite


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@pytest.fixture(params=["up", "down"])
def road(chat: Chat, request: pytest.FixtureRequest) -> str:
    chat.rasa.mode = request.param
    chat.rasa.hears |= {"别再给我发消息": heard("unsubscribe_notices")}
    return request.param


async def read(chat: Chat, query):
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(query))


async def sent(chat: Chat, room: Newsroom, worker: WorkerTester, **fields) -> int:
    """A notice that this worker has before him."""
    number = await room.scheduled(urgent=True, **fields)
    for _ in range(4):
        await room.look()
    worker.replies = [row.reply for row in await read(chat, select(OutboxRow))]
    return number


@pytest.mark.usefixtures("road")
async def test_wanting_no_more_asks_which_or_all(chat, room, worker):
    await sent(chat, room, worker)
    await worker.says("退订")
    worker.sees("哪一类", "天气停工", "全部不收")
    worker.sees_not("体检义诊")  # that one never came unasked

    await worker.presses("天气停工")
    worker.sees("不再发“天气停工”", "还是要收")
    (wish,) = await read(chat, select(NoticeWish))
    assert (wish.topic, wish.wanted) == ("weather", False)

    await worker.presses("还是要收")
    (wish,) = await read(chat, select(NoticeWish))
    assert wish.wanted


@pytest.mark.usefixtures("road")
async def test_all_is_all_and_what_waits_is_not_sent(chat, room, worker):
    number = await sent(chat, room, worker)
    await worker.says("别再发了")
    await worker.presses("全部不收")
    worker.sees("不再主动给你发消息")

    assert await read(chat, select(OutboxRow)) == []
    assert (await room.report(number)).opted_out == 1
    await room.scheduled(urgent=True)
    assert await room.look() == 0

    await worker.says("订阅")
    worker.sees("消息恢复了", "现在收的有")


async def test_a_topic_that_is_named_needs_no_question(chat, worker):
    chat.rasa.hears |= {
        "体检的通知发我": heard("subscribe_notices"),
        "台风的别发了": heard("unsubscribe_notices"),
    }
    await worker.says("体检的通知发我")
    worker.sees("有“体检义诊”的通知就发给你")
    await worker.says("台风的别发了")
    worker.sees("不再发“天气停工”")


async def test_what_was_understood_asks_the_same_as_the_word(chat, worker):
    chat.rasa.hears |= {"别再给我发消息": heard("unsubscribe_notices")}
    await worker.says("别再给我发消息")
    worker.sees("哪一类", "全部不收")


async def test_the_button_counts_as_read_and_the_link_as_clicked(chat, room, worker):
    number = await sent(chat, room, worker, buttons=("got", "go"), link="https://example.org/a")
    worker.sees(f"第{number}号通知", "退订", "收到", "去看看")
    worker.sees_not("example.org")
    shown = worker.replies

    await worker.presses("去看看")
    worker.sees("https://example.org/a")
    worker.replies = shown
    await worker.presses("收到")
    worker.sees("记下你看过了", "去看看")

    report = await room.report(number)
    assert (report.read, report.clicked, report.opted_out) == (1, 1, 0)


@pytest.mark.usefixtures("road")
async def test_a_reply_reaches_staff_masked_with_its_number(chat, room, worker):
    number = await sent(chat, room, worker)
    await worker.says(f"回复{number}：我那边也封了，打13800138000找我")
    worker.sees(f"第{number}号通知", "转给工作人员")

    async with transaction(chat.sessions) as session:
        author = await room.author()
        (said,) = await notices.replies(session, author, number)
        await notices.mark_seen(session, chat.clock, await room.author(), number, said.id)
    async with transaction(chat.sessions) as session:
        (seen,) = await notices.replies(session, await room.author())
    assert said.notice == number
    assert "我那边也封了" in said.masked
    assert "13800138000" not in said.masked
    assert (said.seen_by, seen.seen_by) == (None, "陈静")


@pytest.mark.parametrize("words", [
    "回复{n}我那边也封了", "回复{n} 我那边也封了", "回复第{n}号：我那边也封了",
    "回复{n}号通知，我那边也封了",
])  # fmt: skip
async def test_a_reply_as_people_type_it(chat, room, worker, words):
    number = await sent(chat, room, worker)
    await worker.says(words.format(n=number))
    worker.sees("转给工作人员")
    (row,) = await read(chat, select(NoticeReply))
    assert row.masked == "我那边也封了"


async def test_a_complaint_about_replies_is_no_reply(chat, room, worker):
    number = await sent(chat, room, worker)
    await worker.says(f"回复{number}天了还没消息")
    worker.sees_not("转给工作人员")


@pytest.mark.parametrize(("words", "seen"), [
    ("回复99 好的", "没有给你发过第99号"), ("回复1", "没看到你要说的话"),
    ("回复1。。。", "没看到"),
])  # fmt: skip
async def test_a_reply_that_cannot_go_anywhere_is_told_why(chat, room, worker, words, seen):
    await sent(chat, room, worker)
    await worker.says(words)
    worker.sees(seen)
    assert await read(chat, select(NoticeReply)) == []


async def test_an_author_tries_it_on_his_own_chat(chat, room, worker):
    code = await shown_to(worker)
    number = await room.composed()
    author = await room.author()
    async with transaction(chat.sessions) as session:
        for typed in ("000000", "abc"):
            with pytest.raises(NotFound):
                await notices.send_test(
                    session, chat.library, chat.clock, author, number, code=typed
                )
        await notices.send_test(session, chat.library, chat.clock, author, number, code=code)
    (row,) = await read(chat, select(OutboxRow))
    assert "试发" in row.reply["text"]
    assert "台风" in row.reply["text"]
    assert await room.state(number) == "draft"


@pytest.mark.usefixtures("road")
async def test_the_latest_show_what_came(chat, room, worker):
    await worker.says("最近的通知")
    worker.sees("现在没有给你的通知")
    number = await sent(chat, room, worker)
    await worker.says("最近的通知")
    worker.sees("台风", f"第{number}号")


async def test_notices_go_by_what_he_told_only_after_he_agreed(chat, worker):
    chat.rasa.hears |= {
        "我是送外卖的,在南沙跑": heard("set_profile", trade="rider", place="广州南沙区"),
    }
    await worker.says("我是送外卖的,在南沙跑")
    (row,) = await read(chat, select(Worker))
    assert (row.province, row.city, row.district) == ("广东", "广州", "南沙区")
    assert row.told_at is None

    await worker.presses("按我的情况发通知")
    (row,) = await read(chat, select(Worker))
    assert row.told_at is not None
    await worker.says("不按我的情况发")
    (row,) = await read(chat, select(Worker))
    said = await read(chat, select(Consent.decision).order_by(Consent.decided_at))
    assert (row.told_at, said) == (None, ["given", "withdrawn"])


@pytest.mark.usefixtures("road")
async def test_he_tells_of_himself_in_three_taps_and_a_yes(chat, worker):
    await worker.says("我的情况")
    worker.sees("你是做哪一行的", "送外卖", "跳过")
    await worker.presses("送外卖")
    worker.sees("哪个平台", "美团")
    await worker.presses("美团")
    await worker.says("火星")
    worker.sees("没认出是哪个区")
    await worker.says("广州南沙区")
    worker.sees("送外卖", "美团", "广州南沙区", "按这些发")
    await worker.presses("按这些发")
    (row,) = await read(chat, select(Worker))
    told = (row.trade, row.platform, row.province, row.city, row.district)
    assert told == ("rider", "美团", "广东", "广州", "南沙区")
    assert row.told_at is not None


async def test_any_of_it_may_be_skipped_and_a_position_leaves_only_its_district(chat, worker):
    await worker.says("我的情况")
    await worker.says("跳过")
    await worker.says("蜂鸟跑腿")
    await worker.is_at(22.7936, 113.5336)
    worker.sees("蜂鸟跑腿", "南沙区")
    await worker.presses("不用")
    worker.sees("不再按你的行业")
    (row,) = await read(chat, select(Worker))
    assert (row.trade, row.platform, row.district, row.told_at) == (
        None, "蜂鸟跑腿", "南沙区", None,
    )  # fmt: skip


async def test_who_wants_something_else_meanwhile_is_served(chat, worker):
    chat.rasa.hears |= {"附近哪能歇脚": heard("find_rest_stop")}
    await worker.says("我的情况")
    await worker.says("附近哪能歇脚")
    worker.sees_not("哪个平台")
    await worker.says("我的情况")
    await worker.says("算了")
    worker.sees("先到这里")


async def test_who_had_all_deleted_gets_nothing_until_he_writes_again(chat, room, worker):
    number = await sent(chat, room, worker)
    await worker.says("我的资料")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    await room.scheduled(urgent=True)
    for _ in range(3):
        await room.look()
    assert await read(chat, select(OutboxRow)) == []
    assert (await room.report(number)).deleted == 1

    await worker.says("菜单")
    await sent(chat, room, worker)
    assert len(await read(chat, select(OutboxRow))) == 1


async def test_of_two_chats_that_are_linked_the_wishes_of_who_stays_hold(
    chat, room, worker, phone
):
    number = await room.scheduled(urgent=True)
    for _ in range(4):
        await room.look()
    rows = {row.account_id: row.reply for row in await read(chat, select(OutboxRow))}
    for each in (worker, phone):
        for reply in rows.values():
            each.replies = [reply]
            await each.presses("收到")
            if "记下你看过了" in each.texts:
                break
        await each.says("退订")
        await each.presses("天气停工")
    await phone.presses("还是要收")
    await worker.says("退订")
    await worker.presses("封路限行")

    await link(worker, phone)

    said = {wish.topic: wish.wanted for wish in await read(chat, select(NoticeWish))}
    assert said == {"weather": True, "traffic": False}
    report = await room.report(number)
    assert (report.read, report.opted_out) == (1, 1)
