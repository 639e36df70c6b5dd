"""Handing in a suggestion: by text, by buttons, with corrections; never lost, never twice."""

import asyncio

import pytest
from sqlalchemy import func, select

from db.models import Case, DialogueRow, TurnRow
from db.session import transaction
from kit.ids import new_id, read_code
from tests.fakes import heard
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

SUBJECT, PLACE, REMEDY = "换电柜老是排队", "蕉门地铁站A口", "多装两个换电柜"
OPENER = "我要提个建议"
# To the kind of matter that is proposed.
YES = "对"


async def cases_of(chat: Chat) -> list[Case]:
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(Case).order_by(Case.created_at)))


async def count(chat: Chat) -> int:
    async with transaction(chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(Case)) or 0


async def state_of(chat: Chat, worker: WorkerTester) -> DialogueRow:
    async with transaction(chat.sessions) as session:
        row = await session.get(DialogueRow, worker.id)
    assert row is not None
    return row


async def at_summary(worker: WorkerTester) -> None:
    for text in (OPENER, SUBJECT, PLACE, REMEDY, YES):
        await worker.says(text)
    worker.sees("请看一遍", SUBJECT, PLACE, REMEDY)


@pytest.fixture(params=["up", "down", "crashing"])
def rasa(request: pytest.FixtureRequest, chat: Chat) -> str:
    """What needs no understanding runs with Rasa and without it."""
    chat.rasa.hears = {
        OPENER: heard("send_suggestion"),
        SUBJECT: heard("send_suggestion"),
        REMEDY: heard("send_suggestion"),
    }
    chat.rasa.mode = request.param
    return str(request.param)


@pytest.mark.usefixtures("rasa")
async def test_by_text_to_the_end(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    await worker.says("发送")
    card = worker.card("case")
    assert read_code(card["code"]) == card["code"]
    assert (card["due"], card["state"]) == ("2026-11-25", "已收到，等工作人员看")
    worker.sees(card["code"], "截图")
    [case] = await cases_of(chat)
    assert (case.code, case.kind, case.worker_id) == (card["code"], "suggestion", worker.id)
    assert (case.subject, case.place, case.remedy) == (SUBJECT, PLACE, REMEDY)
    row = await state_of(chat, worker)
    assert (row.name, row.step, row.answers, row.drafts) == (None, None, {}, {})


@pytest.mark.usefixtures("rasa")
@on_sqlite
async def test_by_buttons_where_there_are_buttons(chat: Chat, worker: WorkerTester):
    await worker.says("菜单")
    await worker.presses("提建议")
    await worker.says(SUBJECT)
    await worker.presses("跳过")
    await worker.presses("跳过")
    await worker.presses(YES)
    worker.sees("（没写）")
    await worker.presses("发送")
    worker.card("case")
    [case] = await cases_of(chat)
    assert (case.subject, case.place, case.remedy) == (SUBJECT, None, None)


@pytest.mark.parametrize("send", ["发送", "好的", "１", "1。", "OK"])
@on_sqlite
async def test_by_numbers_and_words(chat: Chat, worker: WorkerTester, send: str):
    chat.rasa.mode = "down"
    await worker.says("３")
    worker.sees("想提什么建议")
    await worker.says(SUBJECT)
    await worker.says("1")
    worker.sees("办好")
    await worker.says("没有")
    await worker.says(send)
    worker.sees("请看一遍")
    await worker.says(send)
    worker.card("case")
    assert await count(chat) == 1


@on_sqlite
async def test_one_sentence_and_two_taps(chat: Chat, worker: WorkerTester):
    text = "建议在蕉门地铁口多装几个换电柜"
    chat.rasa.hears = {text: heard("send_suggestion")}
    await worker.says(text)
    worker.sees("归到“充电换电”，对吗")
    await worker.presses(YES)
    worker.sees(f"【主题】{text}", "【地点】蕉门地铁口", "【办法】多装几个换电柜")
    await worker.presses("发送")
    worker.card("case")
    [case] = await cases_of(chat)
    assert (case.subject, case.place, case.category) == (
        text,
        "蕉门地铁口",
        "battery_charging_swap",
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("主题", SUBJECT, "换电柜太少了"),
        ("地点", PLACE, "横沥地铁站"),
        ("办法", REMEDY, "装三个"),
    ],
)
@on_sqlite
async def test_each_field_can_be_mended(
    chat: Chat, worker: WorkerTester, name: str, old: str, new: str
):
    chat.rasa.mode = "down"
    await at_summary(worker)
    await worker.presses(f"改{name}")
    await worker.says(new)
    worker.sees("请看一遍", new)
    worker.sees_not(old)
    await worker.presses("发送")
    [case] = await cases_of(chat)
    assert new in {case.subject, case.place, case.remedy}


@on_sqlite
async def test_a_mending_can_be_dropped(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    await worker.presses("改主题")
    await worker.presses("不改了")
    worker.sees("请看一遍", SUBJECT)


@on_sqlite
async def test_back_leads_through_all_steps_and_out(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    for text in (OPENER, SUBJECT, PLACE):
        await worker.says(text)
    for expected in ("在什么地方", "想提什么建议"):
        await worker.says("返回")
        worker.sees(expected)
    await worker.says("上一步")
    worker.sees("先回到外面", "写了一半的还留着")
    assert "suggestion" in (await state_of(chat, worker)).drafts


@pytest.mark.parametrize("way", ["返回", "算了"])
@on_sqlite
async def test_leaving_an_edit_leads_to_the_summary(chat: Chat, worker: WorkerTester, way: str):
    chat.rasa.mode = "down"
    await at_summary(worker)
    await worker.presses("改地点")
    await worker.says(way)
    worker.sees("请看一遍", PLACE)


@pytest.mark.parametrize("turns", range(1, 6))
@pytest.mark.parametrize("way", ["算了", "不交了"])
@on_sqlite
async def test_it_can_be_cancelled_at_each_step(
    chat: Chat, worker: WorkerTester, turns: int, way: str
):
    chat.rasa.mode = "down"
    for text in (OPENER, SUBJECT, PLACE, REMEDY, YES)[:turns]:
        await worker.says(text)
    await (worker.presses(way) if way in worker.titles else worker.says(way))
    worker.sees("没有交", "菜单")
    row = await state_of(chat, worker)
    assert (row.name, row.answers, row.drafts) == (None, {}, {})
    assert await count(chat) == 0


@on_sqlite
async def test_a_position_at_the_place_step(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says(OPENER)
    await worker.is_at(22.8275, 113.5135)
    worker.sees("等问到地点时", "想提什么建议")
    await worker.says(SUBJECT)
    assert worker.replies[-1]["ask"] == "location"
    await worker.is_at(22.8275, 113.5135)
    await worker.presses("跳过")
    await worker.presses(YES)
    worker.sees("黄阁站附近的定位点（22.82750,113.51350）")


@on_sqlite
async def test_a_chinese_map_position_is_stored_in_wgs84(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.is_at(39.91334, 116.40391, "gcj02")
    answers = (await state_of(chat, worker)).answers
    # The Forbidden City's gate: about 500 m between the two datums.
    assert "39.911" in answers["place"]
    assert "116.397" in answers["place"]


@on_sqlite
async def test_too_short_and_too_long_are_said_and_cost_nothing(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says(OPENER)
    await worker.says("嗯")
    worker.sees("太短了", "想提什么建议")
    await worker.says("啊" * 4096)
    worker.sees("在什么地方")
    await worker.says("路" * 301)
    worker.sees("301", "300", "在什么地方")
    assert (await state_of(chat, worker)).answers["subject"] == "啊" * 4096
    await worker.presses("跳过")
    await worker.presses("跳过")
    await worker.presses("其他")
    await worker.says("道" * 4096)
    await worker.presses("写进去")
    worker.sees("太长")
    assert (await state_of(chat, worker)).answers["subject"] == "啊" * 4096


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("aside", ["菜单", "找驿站", "查权益"])
async def test_put_aside_and_taken_up_again(chat: Chat, worker: WorkerTester, aside: str):
    chat.rasa.mode = "down"
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.says(aside)
    worker.sees("写了一半的还留着")
    await worker.is_at(22.7947, 113.5328)
    worker.card("rest_stop")
    await worker.says("继续")
    worker.sees("在什么地方")
    assert (await state_of(chat, worker)).answers == {"subject": SUBJECT}


@on_sqlite
async def test_a_button_of_the_menu_puts_aside_too(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("菜单")
    rights = worker.token("查权益")
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.sends({"choice": rights})
    worker.sees("想查哪一样", "写了一半的还留着")
    await worker.says("随便说说天气")
    worker.sees_not("办好")
    await worker.says("继续")
    worker.sees("在什么地方")


@on_sqlite
async def test_a_new_one_beside_a_draft_asks_which(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    other = "建议修路"
    chat.rasa.hears = {other: heard("send_suggestion")}
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.says("菜单")
    chat.rasa.mode = "up"
    await worker.says(other)
    worker.sees("没写完的", SUBJECT)
    anew = worker.token("写新的")
    await worker.presses("接着写")
    worker.sees(other, "地点")
    worker.sees_not("先回答我")
    await worker.presses("都不要")
    worker.sees("在什么地方")
    assert (await state_of(chat, worker)).answers == {"subject": SUBJECT}
    await worker.says("菜单")
    await worker.says(other)
    await worker.presses("写新的")
    row = await state_of(chat, worker)
    assert (row.answers["subject"], row.drafts) == (other, {})
    assert anew


async def test_sending_twice_makes_one_case(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    send, message = worker.token("发送"), new_id()
    await worker.sends({"choice": send}, message)
    first = worker.replies
    await worker.sends({"choice": send}, message)
    assert worker.replies == first
    await worker.sends({"choice": send})
    worker.sees("这一步已经过去了", "菜单" if "菜单" in worker.titles else "找驿站")
    assert await count(chat) == 1


async def test_pressed_twice_at_once_makes_one_case(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    send = worker.token("发送")
    await asyncio.gather(*(worker.sends({"choice": send}) for _ in range(4)))
    assert await count(chat) == 1


@on_sqlite
async def test_a_stale_button_asks_the_open_step_again(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    stale = worker.token("跳过")
    await worker.says(PLACE)
    await worker.sends({"choice": stale})
    worker.sees("这一步已经过去了", "办好")
    answers = (await state_of(chat, worker)).answers
    assert answers == {"subject": SUBJECT, "place": PLACE}


async def test_a_forged_or_anothers_button_does_nothing(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    theirs = worker.token("发送")
    stranger = await chat.newcomer()
    for token in (theirs, "forged", "1", "发送", "' OR 1=1 --"):
        await stranger.sends({"choice": token})
        stranger.sees("这个按钮不能用了", "找驿站")
    await worker.sends({"choice": "forged"})
    worker.sees("这个按钮不能用了")
    assert (await state_of(chat, worker)).step == "summary"
    assert await count(chat) == 0


@pytest.mark.parametrize(("text", "number"), [("救命啊", "120"), ("我不想活了", "12356")])
@on_sqlite
async def test_danger_comes_first_and_keeps_the_draft(
    chat: Chat, worker: WorkerTester, text: str, number: str
):
    chat.rasa.hears = {OPENER: heard("send_suggestion"), text: heard("greet")}
    await worker.says(text)
    worker.sees(number)
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    told = len(chat.rasa.told)
    await worker.says(text)
    assert number in worker.replies[0]["text"]
    assert len(chat.rasa.told) == told
    assert (await state_of(chat, worker)).answers["subject"] == SUBJECT
    assert (await state_of(chat, worker)).name == "suggestion"


@on_sqlite
async def test_the_words_are_blanked_when_the_turn_ends(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await at_summary(worker)
    await worker.is_at(22.8275, 113.5135)
    async with transaction(chat.sessions) as session:
        rows = list(await session.scalars(select(TurnRow)))
    assert len(rows) == 6
    for row in rows:
        assert row.answered_at is not None
        assert (row.text, row.lat, row.lon, row.datum) == (None, None, None, None)
