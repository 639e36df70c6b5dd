"""One worker on two channels: what is linked, what comes along, and who is told."""

from typing import Any

import pytest

from db.base import Base
from db.models import Account, Case, CaseEvent, Consent, DialogueRow, LinkCode, Photo, Worker
from db.repositories.links import MOVED
from db.session import transaction
from kit.ids import new_id
from services import cases
from tests.factories import add_staff
from tests.fakes import heard
from tests.services.linking import (
    DIGITS,
    all_of,
    hands_in,
    link,
    news_at,
    shown_to,
    starts_draft,
)
from tests.staffing import everything
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester


@pytest.fixture(params=["up", "down"])
def rasa(request: pytest.FixtureRequest, chat: Chat) -> None:
    """What needs no understanding runs with Rasa and without it."""
    chat.rasa.mode = request.param


async def rows_of(chat: Chat, table: Any) -> list[Any]:
    async with transaction(chat.sessions) as session:
        return list((await session.execute(table.select())).all())


@pytest.mark.usefixtures("rasa")
async def test_linked_by_buttons(chat: Chat, worker: WorkerTester, phone: WorkerTester):
    code = await hands_in(worker)
    await worker.says("绑定")
    worker.sees("和你的Telegram聊天绑成一个人")
    await worker.presses("给我一个码")
    worker.sees("10分钟内", "到你的Telegram聊天里", "别把码给别人")
    [digits] = DIGITS.findall(worker.texts)
    await phone.says("绑定电报")
    phone.sees("和你的网页聊天绑成一个人")
    await phone.presses("我有码")
    phone.sees("别人给的不要打")
    await phone.says(f"码是 {digits[:3]} {digits[3:]}")
    phone.sees("绑好了", "这里和网页聊天现在是同一个人", "解除绑定")
    await phone.presses("查我提的")
    phone.sees(code)
    assert [row.worker_id for row in await all_of(chat, Account)] == [phone.id] * 2
    assert await all_of(chat, LinkCode) == []
    await worker.says("查我提的")
    worker.sees(code)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}。", "{0[0]} {0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
@on_sqlite
async def test_digits_are_read_however_they_are_typed(
    worker: WorkerTester, phone: WorkerTester, typed: str
):
    await phone.says(typed.format(await shown_to(worker)))
    phone.sees("绑好了")


@on_sqlite
async def test_full_width_digits_are_read(worker: WorkerTester, phone: WorkerTester):
    code = await shown_to(phone)
    await worker.says("".join(chr(ord(digit) + 0xFEE0) for digit in code))
    worker.sees("绑好了")


@on_sqlite
async def test_digits_in_a_form_are_an_answer(worker: WorkerTester, phone: WorkerTester):
    code = await shown_to(worker)
    await starts_draft(phone)
    await phone.says(code)
    phone.sees_not("绑好了")
    await phone.says("跳过")
    await phone.says("对")
    phone.sees(f"【地点】{code}")


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_digits_are_no_place(worker: WorkerTester, phone: WorkerTester):
    code = await shown_to(worker)
    await phone.says("找驿站")
    await phone.says(code)
    phone.sees("绑好了")


@pytest.mark.parametrize("text", ["绑定账号", "绑定Telegram", "绑定网页。", "换个地方接着用"])
@pytest.mark.usefixtures("rasa")
@on_sqlite
async def test_fixed_phrases_lead_to_it(worker: WorkerTester, text: str):
    await worker.says(text)
    worker.sees("绑成一个人", "给我一个码", "我有码")


@on_sqlite
async def test_what_is_understood_leads_to_it(chat: Chat, worker: WorkerTester):
    chat.rasa.hears = {
        "咋把这俩号连起来": heard("link_account"),
        "有人绑了我的号": heard("unlink_account"),
    }
    await worker.says("咋把这俩号连起来")
    worker.sees("绑成一个人")
    await worker.says("有人绑了我的号")
    worker.sees("没有绑定别的聊天")
    await starts_draft(worker)
    await worker.says("有人绑了我的号")
    worker.sees("是要我回答，还是写进地点")


async def test_all_that_hangs_on_him_comes_along(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    await worker.sends({"text": "菜单"}, "1")
    await phone.sends({"text": "菜单"}, "1")
    code = await hands_in(worker)
    chat.rasa.hears = {
        "我是广州送外卖的": heard("set_profile", trade="rider", place="广州"),
        "我送快递": heard("set_profile", trade="courier"),
        "别给我发消息了": heard("unsubscribe_notices"),
    }
    await worker.says("我是广州送外卖的")
    await phone.says("我送快递")
    await worker.says("别给我发消息了")
    await worker.presses("全部不收")
    await worker.says("报隐患")
    await worker.says("井盖没了")
    await starts_draft(phone)
    async with transaction(chat.sessions) as session:
        (await session.get_one(DialogueRow, worker.id)).region = "广州"
        session.add(
            Photo(
                id=new_id(), worker_id=worker.id, digest="d", width=1, height=1, size=1,
                created_at=chat.clock(),
            )
        )  # fmt: skip
    await phone.says("菜单")
    await link(worker, phone)
    left = [
        (table.name, row)
        for table in Base.metadata.sorted_tables
        for row in await rows_of(chat, table)
        if worker.id in map(str, row)
    ]
    assert left == []
    [me] = await all_of(chat, Worker)
    assert (me.id, me.trade, me.area) == (phone.id, "courier", "广州")
    assert {row.worker_id for row in await all_of(chat, Photo)} == {phone.id}
    assert {row.worker_id for row in await all_of(chat, Consent)} == {phone.id}
    [case] = await all_of(chat, Case)
    assert (case.code, case.worker_id) == (code, phone.id)
    assert {row.actor_id for row in await all_of(chat, CaseEvent)} == {phone.id}
    [state] = await all_of(chat, DialogueRow)
    assert state.region == "广州"
    assert {kind: draft["step"] for kind, draft in state.drafts.items()} == {
        "hazard": "place",
        "suggestion": "place",
    }
    await worker.says("继续")
    worker.sees("在什么地方")


def test_whatever_belongs_to_a_worker_is_moved():
    tables = {
        key.parent.table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "workers"
    }
    assert tables == {row.__tablename__ for row in MOVED} | {"dialogues"}


async def test_the_open_form_of_the_other_chat_is_put_aside(
    worker: WorkerTester, phone: WorkerTester
):
    code = await shown_to(worker)
    await starts_draft(worker)
    await phone.says(code)
    phone.sees("绑好了", "继续写")
    await phone.says("继续")
    phone.sees("在什么地方")
    await phone.says("东涌镇")
    await phone.says("跳过")
    await phone.says("对")
    phone.sees("换电柜太少")


async def test_buttons_of_the_other_chat_still_work(worker: WorkerTester, phone: WorkerTester):
    await worker.says("菜单")
    button = worker.token("提建议")
    await link(worker, phone)
    await worker.sends({"choice": button})
    worker.sees("想提什么")


async def test_a_number_means_the_buttons_of_its_own_chat(
    worker: WorkerTester, phone: WorkerTester
):
    await link(worker, phone)
    await phone.says("绑定")
    await worker.says("我的资料")
    await phone.says("1")
    phone.sees("要解除吗")


async def test_the_chat_that_showed_the_code_is_told(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    chat.rasa.hears = {"别给我发消息了": heard("unsubscribe_notices")}
    await worker.says("别给我发消息了")
    await worker.presses("全部不收")
    await link(worker, phone)
    [row] = await news_at(chat, "web")
    assert "刚刚和一个Telegram聊天绑定了" in row.reply["text"]
    assert "不是你？说“解除绑定”" in row.reply["text"]
    [button] = row.reply["choices"]
    assert button["title"] == "解除绑定"
    assert await news_at(chat, "telegram") == []
    await worker.sends({"choice": button["token"]})
    worker.sees("要解除吗")
    await worker.presses("解除")
    worker.sees("解除了")


async def test_news_of_a_case_reach_both_chats(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    code = await hands_in(worker)
    await link(worker, phone)
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        await cases.take(
            *(session, chat.library, chat.clock, everything(staff.id), code), step="take_up"
        )
    for channel in ("web", "telegram"):
        assert code in (await news_at(chat, channel))[-1].reply["text"]


async def test_who_is_linked_needs_no_code(worker: WorkerTester, phone: WorkerTester):
    await worker.says("绑定")
    button = worker.token("给我一个码")
    await link(worker, phone)
    await worker.sends({"choice": button})
    worker.sees("已经绑定了另一个聊天")
    assert DIGITS.findall(worker.texts) == []
    await worker.says("绑定")
    worker.sees("和一个Telegram聊天已经绑定", "解除绑定")
    await phone.says("我的资料")
    phone.sees("绑在一起的聊天：网页聊天、Telegram聊天")
    assert "解除绑定" in phone.titles


@on_sqlite
async def test_the_profile_offers_linking(worker: WorkerTester):
    await worker.says("我的资料")
    worker.sees("绑在一起的聊天：没有")
    await worker.presses("绑定另一个聊天")
    worker.sees("绑成一个人")
