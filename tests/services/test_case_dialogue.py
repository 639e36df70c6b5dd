"""Handing in with all that belongs to it: kinds, own questions, others alike, names, claims."""

import pytest
from sqlalchemy import select

from db.models import Case, CaseAddition, CaseSupporter, DialogueRow
from db.session import transaction
from services import cases
from services.cases import joining
from services.cases.limits import ADDITIONS_MOST
from tests.factories import add_staff
from tests.fakes import heard
from tests.pictures import scene_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

IDEA = "建议在蕉门地铁口多装几个换电柜"
HAZARD = "进港大道金沙路口井盖没了"
CLAIM = "站长克扣我三百块工资不给我"
NUMBER, NAME = "13900001111", "王师傅"


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding unless the test says so."""
    chat.rasa.mode = "down"


async def handed_in(worker: WorkerTester, text: str = IDEA) -> str:
    """The code of a suggestion said in one sentence."""
    for said in ("提建议", text, "对", "发送"):
        await worker.says(said)
    return str(worker.card("case")["code"])


async def rows_of(chat: Chat, table: type) -> list[object]:
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(table)))


async def test_a_hazard_with_photo_and_position(chat: Chat, worker: WorkerTester):
    await worker.says("报隐患")
    await worker.sends_photo(scene_of(1))
    await worker.says(HAZARD)
    worker.sees("归到“井盖和积水”")
    await worker.presses("对")
    worker.sees("有东西挡着吗")
    await worker.is_at(22.79471, 113.53282)
    worker.sees("位置记下了", "有东西挡着吗")
    await worker.presses("敞着没人管")
    worker.sees("120", "110", "进港大道金沙路口", "定位点", "【补充】敞着没人管", "照片：1张")
    await worker.presses("发送")
    worker.card("case")
    [case] = await rows_of(chat, Case)
    assert isinstance(case, Case)
    assert (case.kind, case.category) == ("hazard", "manhole")
    assert (case.lat, case.lon, case.district) == (22.7947, 113.5328, "南沙区")
    assert list(case.extras.values()) == ["敞着没人管"]


@pytest.mark.parametrize(
    ("opener", "rest", "most"),
    [("提建议", ["换电柜老是排队"], 4), ("报隐患", ["栏杆歪了"], 3)],
)
@on_sqlite
async def test_never_more_questions_than_promised(
    worker: WorkerTester, opener: str, rest: list[str], most: int
):
    await worker.says(opener)
    asked = 1
    for text in rest:
        await worker.says(text)
    while "请看一遍" not in worker.texts:
        asked += 1
        assert asked <= most
        first = worker.titles[0]
        await worker.presses(first if first not in {"全部", "不交了"} else worker.titles[1])


@on_sqlite
async def test_another_kind_is_chosen_from_all(worker: WorkerTester):
    await worker.says("提建议")
    await worker.says(IDEA)
    await worker.presses("换一类")
    assert len([title for title in worker.titles if title != "不交了"]) > 10
    await worker.presses("平台规则")
    worker.sees("【类别】平台规则")
    await worker.presses("改类别")
    await worker.says("其他")
    worker.sees("【类别】其他")


@on_sqlite
async def test_the_notice_comes_before_the_first_words_and_once(worker: WorkerTester):
    await worker.says("提建议")
    assert "位置只记这件事的地点" in worker.replies[0]["text"]
    await worker.presses("看全文")
    worker.sees("谁能看", "留多久")
    await worker.says("继续")
    worker.sees("想提什么建议")
    for said in (IDEA, "对", "发送"):
        await worker.says(said)
    worker.card("case")
    await worker.says("报隐患")
    worker.sees_not("看全文")


@on_sqlite
async def test_the_notice_comes_before_a_form_that_a_photo_opens(worker: WorkerTester):
    await worker.sends_photo(scene_of(1))
    await worker.presses("报隐患")
    assert "位置只记这件事的地点" in worker.replies[0]["text"]


@on_sqlite
async def test_stops_and_rights_ask_for_no_consent(worker: WorkerTester):
    for said in ("找驿站", "查权益"):
        await worker.says(said)
        worker.sees_not("看全文")


async def test_a_contact_goes_to_nobody_and_lies_sealed(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "up"
    chat.rasa.hears = {IDEA: heard("send_suggestion")}
    await worker.says(IDEA)
    await worker.presses("对")
    await worker.presses("改署名")
    worker.sees("写明理由")
    told = len(chat.rasa.told)
    await worker.says(f"{NAME} {NUMBER}")
    assert len(chat.rasa.told) == told
    worker.sees("联系方式")
    worker.sees_not(NUMBER)
    async with transaction(chat.sessions) as session:
        row = await session.get_one(DialogueRow, worker.id)
    assert NUMBER not in str(row.answers)
    assert NAME not in str(row.answers)
    await worker.presses("发送")
    [case] = await rows_of(chat, Case)
    assert isinstance(case, Case)
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        found = await cases.reveal_contact(
            session, chat.library, chat.clock, case.code, staff.id, reason="回访核实"
        )
    assert (found.contact, found.caller) == (f"{NAME} {NUMBER}", None)


@on_sqlite
async def test_a_name_alone_is_what_he_is_called(worker: WorkerTester):
    for said in ("提建议", IDEA, "对"):
        await worker.says(said)
    await worker.presses("改署名")
    await worker.says(NAME)
    worker.sees("称呼")
    await worker.presses("改署名")
    await worker.presses("匿名")
    worker.sees("【署名】匿名")


@on_sqlite
async def test_no_answer_is_wanted(chat: Chat, worker: WorkerTester):
    for said in ("提建议", IDEA, "对"):
        await worker.says(said)
    await worker.presses("不用回复")
    await worker.presses("不用回复")
    worker.sees("【回复】不用回复")
    await worker.presses("发送")
    worker.sees("不另外回复")
    [case] = await rows_of(chat, Case)
    assert isinstance(case, Case)
    assert not case.wants_answer


@pytest.mark.parametrize("way", ["openly", "at the step"])
@on_sqlite
async def test_a_claim_goes_to_its_place_with_a_text_to_copy(
    chat: Chat, worker: WorkerTester, way: str
):
    if way == "openly":
        chat.rasa.mode = "up"
        chat.rasa.hears = {CLAIM: heard("file_complaint")}
    else:
        await worker.says("提建议")
    await worker.says(CLAIM)
    worker.sees("12333", "〔", "写成一条建议")
    await worker.presses("这是建议，照样交")
    worker.sees_not("12333")
    async with transaction(chat.sessions) as session:
        row = await session.get_one(DialogueRow, worker.id)
    assert (row.name, row.answers["subject"]) == ("suggestion", CLAIM)


async def test_me_too_joins_the_first_and_hears_of_it(chat: Chat, worker: WorkerTester):
    code = await handed_in(worker)
    other = await chat.newcomer()
    for said in ("提建议", "蕉门地铁站换电柜不够用，多装几个吧", "对"):
        await other.says(said)
    other.sees("有人提过像的", IDEA, "蕉门地铁口")
    await other.presses("第1件，我也是")
    other.sees(code, "加进")
    [supporter] = await rows_of(chat, CaseSupporter)
    [addition] = await rows_of(chat, CaseAddition)
    assert isinstance(supporter, CaseSupporter)
    assert isinstance(addition, CaseAddition)
    assert supporter.worker_id == addition.worker_id == other.id
    assert "不够用" in str(addition.words)
    await other.says("查我提的")
    other.sees("我也是", code)
    assert len(await rows_of(chat, Case)) == 1


@on_sqlite
async def test_all_that_was_answered_goes_along_to_the_case_of_another(
    chat: Chat, worker: WorkerTester
):
    await handed_in(worker)
    other = await chat.newcomer()
    for said in ("提建议", "换电柜不够用", "蕉门地铁口", "多装几个换电柜", "对"):
        await other.says(said)
    await other.presses("第1件，我也是")
    [addition] = await rows_of(chat, CaseAddition)
    assert isinstance(addition, CaseAddition)
    assert addition.words == "换电柜不够用\n蕉门地铁口\n多装几个换电柜"


@on_sqlite
async def test_a_photo_that_finds_no_room_in_a_joined_case_is_told_of(
    chat: Chat, worker: WorkerTester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(joining, "JOINED_MOST", 1)
    await handed_in(worker)
    other = await chat.newcomer()
    await other.says("提建议")
    await other.sends_photo(scene_of(1))
    await other.sends_photo(scene_of(2))
    for said in ("蕉门地铁站换电柜不够用，多装几个吧", "对"):
        await other.says(said)
    await other.presses("第1件，我也是")
    other.sees("加进", "有1个没放进去")
    [addition] = await rows_of(chat, CaseAddition)
    assert isinstance(addition, CaseAddition)
    assert addition.photos == [1]


@on_sqlite
async def test_however_many_join_the_words_of_each_are_kept(chat: Chat, worker: WorkerTester):
    await handed_in(worker)
    for number in range(ADDITIONS_MOST + 2):
        other = await chat.newcomer()
        for said in ("提建议", f"蕉门地铁站换电柜不够用，多装{number + 2}个吧", "对"):
            await other.says(said)
        await other.presses("第1件，我也是")
    assert len(await rows_of(chat, CaseAddition)) == ADDITIONS_MOST + 2
    await worker.says("查我提的")
    await worker.presses("补充一件")
    await worker.says("晚上八点以后最缺")
    await worker.presses("发送")
    worker.sees("补进")


@on_sqlite
async def test_where_another_stood_is_not_told(chat: Chat, worker: WorkerTester):
    for said in ("报隐患", HAZARD, "对"):
        await worker.says(said)
    await worker.is_at(22.79471, 113.53282)
    await worker.presses("敞着没人管")
    await worker.presses("发送")
    other = await chat.newcomer()
    for said in ("报隐患", HAZARD, "对", "没看清"):
        await other.says(said)
    other.sees("有人提过像的", "进港大道金沙路口")
    other.sees_not("113.53")


@on_sqlite
async def test_another_matter_is_handed_in_beside_it(chat: Chat, worker: WorkerTester):
    await handed_in(worker)
    other = await chat.newcomer()
    for said in ("提建议", "蕉门地铁站换电柜不够用，多装几个吧", "对"):
        await other.says(said)
    await other.presses("都不是，交我的")
    await other.presses("发送")
    other.card("case")
    assert len(await rows_of(chat, Case)) == 2


async def test_a_code_alone_opens_nothing_to_a_stranger(chat: Chat, worker: WorkerTester):
    code = await handed_in(worker)
    word = next(part for part in worker.texts.split() if part[:6].isdigit())[:6]
    await worker.says(code)
    worker.sees(f"编号 {code}", "已收到", "2026-11-25")
    stranger = await chat.newcomer()
    await stranger.says(code)
    stranger.sees("没有查到")
    await stranger.says(f"{code} 000000" if word != "000000" else f"{code} 111111")
    stranger.sees("没有查到")
    await stranger.says(f"查 {code.lower()} {word}")
    stranger.sees(f"编号 {code}", "已收到")
    stranger.sees_not("蕉门")


@on_sqlite
async def test_something_is_added_later(chat: Chat, worker: WorkerTester):
    code = await handed_in(worker)
    await worker.says("查我提的")
    await worker.presses("补充一件")
    worker.sees("要补什么")
    await worker.sends_photo(scene_of(2))
    await worker.says("晚上八点以后最缺")
    worker.sees("请看一遍", "晚上八点以后最缺", "照片：1张")
    await worker.presses("发送")
    worker.sees(code, "补进")
    [addition] = await rows_of(chat, CaseAddition)
    assert isinstance(addition, CaseAddition)
    assert (addition.words, addition.photos) == ("晚上八点以后最缺", [1])


@on_sqlite
async def test_a_draft_waits_for_three_days(chat: Chat, worker: WorkerTester):
    await worker.says("提建议")
    await worker.says(IDEA)
    chat.clock.advance(days=3)
    await worker.says("继续")
    worker.sees("归到“充电换电”")
    await worker.says("对")
    worker.sees("请看一遍", IDEA)
