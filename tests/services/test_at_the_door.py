"""One sentence at the open desk: danger, a claim and an idea each find their door at once."""

import pytest

from tests.fakes import heard
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = on_sqlite
READY = "〔"


async def hears(chat: Chat, worker: WorkerTester, said: str, intent: str, sure: float) -> None:
    """He says it, and Rasa hears that."""
    chat.rasa.hears = {said: heard(intent, sure)}
    await worker.says(said)


async def to_the_summary(worker: WorkerTester) -> None:
    """He agrees to the first that is proposed, and skips what may be skipped."""
    while "发送" not in worker.titles:
        ways = [title for title in ("对", "跳过") if title in worker.titles]
        own = [title for title in worker.titles if title != "看全文"]
        await worker.presses((ways or own)[0])


@pytest.mark.parametrize(
    ("said", "intent", "sure"),
    [
        ("建议取消超时罚款", "ask_fines_deductions", 0.8),
        ("建议平台工资按周结清", "ask_pay_arrears", 0.9),
        ("我有个建议，夏天给骑手发冰袖", "ask_high_temperature_extreme_weather", 0.6),
        ("要是蕉门那边有个喝水的地方就好了", "find_rest_stop", 0.7),
        ("万顷沙没有厕所，建一个吧", "find_rest_stop", 0.31),
        ("建议给骑手留个门", "out_of_scope", 0.8),
    ],
)
async def test_an_idea_is_taken_in_whatever_was_heard(
    chat: Chat, worker: WorkerTester, said: str, intent: str, sure: float
):
    await hears(chat, worker, said, intent, sure)
    worker.sees("不交了")
    worker.sees_not("未核到")
    await to_the_summary(worker)
    worker.sees(f"【主题】{said}"[:8])


async def test_an_idea_is_taken_in_without_rasa(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    await worker.says("建议在蕉门地铁口多装换电柜")
    worker.sees("归到“充电换电”")


@pytest.mark.parametrize(
    ("said", "intent", "sure"),
    [
        ("建议附近哪里能充电", "find_rest_stop", 0.99),
        ("找个能充电的地方就好了", "find_rest_stop", 0.99),
        ("谢谢太好了", "thank", 1.0),
        ("你太厉害了", "insult", 0.86),
        ("提个意见箱在哪", "ask_suggestions_petition", 0.44),
    ],
)
async def test_what_only_sounds_like_one_is_not_taken_in(
    chat: Chat, worker: WorkerTester, said: str, intent: str, sure: float
):
    await hears(chat, worker, said, intent, sure)
    worker.sees_not("不交了", "当建议交")


@pytest.mark.parametrize("said", ["单量爆炸了", "天天躺地上睡觉", "早上起不来", "撞车了怎么赔"])
async def test_what_only_sounds_like_danger_waits_for_rasa(
    chat: Chat, worker: WorkerTester, said: str
):
    await hears(chat, worker, said, "ask_rest_working_time", 0.8)
    worker.sees_not("先保命")


async def test_a_question_about_ideas_is_none(chat: Chat, worker: WorkerTester):
    await hears(chat, worker, "建议在哪里提？", "ask_suggestions_petition", 0.8)
    worker.sees("未核到")


async def test_a_wish_that_may_be_a_question_is_answered_and_kept(
    chat: Chat, worker: WorkerTester
):
    said = "能不能降低抽成"
    await hears(chat, worker, said, "ask_ride_hailing_commission", 0.91)
    worker.sees("未核到")
    await worker.presses("把刚才那句当建议交")
    await to_the_summary(worker)
    worker.sees(f"【主题】{said}")


@pytest.mark.parametrize(
    ("said", "what", "number"),
    [
        ("老板跑路了工资没给", ("ask_pay_arrears", 0.99), "12333"),
        ("平台把我封号了", ("ask_account_ban", 0.96), "12333"),
        ("希望把拖欠的工资发给我", ("ask_pay_arrears", 0.86), "12333"),
        ("能不能帮我把押金要回来", ("nlu_fallback", 0.25), "12315"),
        ("公司欠我三个月工资", ("nlu_fallback", 0.25), "12333"),
        ("把我辞退了", ("goodbye", 0.27), "12351"),
        ("我建议开除站长", ("send_suggestion", 0.67), "12345"),
        ("保安骂人", ("insult", 0.5), "12345"),
        ("保安打我", ("ask_community_access_friendly", 0.78), "110"),
        ("客户骚扰我", ("human_handoff", 0.58), "110"),
        ("滴滴把我停运了", ("set_profile", 0.42), "12328"),
        ("交警扣我车", ("nlu_fallback", 0.25), "12345"),
        ("物业乱收费", ("file_complaint", 0.33), "12345"),
    ],
)
async def test_a_claim_comes_with_words_to_copy(
    chat: Chat, worker: WorkerTester, said: str, what: tuple[str, float], number: str
):
    await hears(chat, worker, said, *what)
    worker.sees(number)
    assert READY in worker.replies[-1]["text"]
    await worker.presses("这是建议，照样交")
    worker.sees_not("下面这段")


@pytest.mark.parametrize(
    ("said", "intent", "sure"),
    [
        ("公厕太脏", "insult", 0.59),
        ("路太烂了", "thank", 0.39),
        ("女厕所太少", "out_of_scope", 0.9),
    ],
)
async def test_a_grumble_is_not_answered_with_a_courtesy(
    chat: Chat, worker: WorkerTester, said: str, intent: str, sure: float
):
    await hears(chat, worker, said, intent, sure)
    await worker.presses("报隐患")
    worker.sees("在什么地方")


@pytest.mark.parametrize("said", ["今天太热了", "单子怎么这么少", "讲个笑话"])
async def test_small_talk_is_no_grumble(chat: Chat, worker: WorkerTester, said: str):
    await hears(chat, worker, said, "out_of_scope", 0.9)
    worker.sees("这个我办不了")


async def test_a_grumble_about_rights_may_be_handed_in(chat: Chat, worker: WorkerTester):
    await hears(chat, worker, "快递柜收费太贵了", "ask_courier_rights", 0.87)
    worker.sees("未核到")
    await worker.presses("把刚才那句当建议交")
    await to_the_summary(worker)
    worker.sees("【主题】快递柜收费太贵了")


@pytest.mark.parametrize("said", ["最低工资", "网约车抽成", "社保断了怎么补"])
async def test_a_card_that_was_asked_for_stands_alone(chat: Chat, worker: WorkerTester, said: str):
    await hears(chat, worker, said, "ask_minimum_wage", 0.9)
    worker.sees_not("把刚才那句")


@pytest.mark.parametrize("said", ["欠薪", "工资没发怎么办"])
async def test_words_to_copy_are_a_tap_away_from_a_card(
    chat: Chat, worker: WorkerTester, said: str
):
    await hears(chat, worker, said, "ask_pay_arrears", 0.88)
    await worker.presses("要一段现成的话")
    worker.sees("12333")
    assert READY in worker.replies[-1]["text"]
    worker.sees_not("照样交")


@pytest.mark.parametrize(
    "said",
    [
        "着火了",
        "楼下电瓶爆炸了",
        "井盖没了有人掉下去了",
        "前面撞车了，有人躺在地上",
        "充电桩漏电电到人了",
    ],
)
async def test_an_emergency_comes_with_words_to_say(chat: Chat, worker: WorkerTester, said: str):
    await worker.says(said)
    assert "119" in worker.replies[0]["text"]
    assert READY in worker.replies[1]["text"]
    await worker.presses("人没事，当隐患报")
    worker.sees("在什么地方")
    assert chat.rasa.told == []


async def test_an_idea_with_a_fire_in_it_is_taken_in_behind_the_numbers(worker: WorkerTester):
    await worker.says("充电棚上次着火了，建议多放灭火器")
    assert "119" in worker.replies[0]["text"]
    worker.sees("不交了")


@pytest.mark.parametrize("said", ["有人要跳楼", "桥上有人跳河", "桥栏杆坏了，怕有人跳桥"])
async def test_who_fears_for_another_is_told_whom_to_call(worker: WorkerTester, said: str):
    await worker.says(said)
    assert "马上打110" in worker.replies[0]["text"]
    assert "12356" in worker.replies[0]["text"]
    worker.token("人没事，当隐患报")


@pytest.mark.parametrize(
    ("said", "seen"), [("公司欠我三个月工资", "12333"), ("建议取消超时罚款", "不交了")]
)
async def test_the_same_door_is_open_while_a_stop_is_searched(
    chat: Chat, worker: WorkerTester, said: str, seen: str
):
    chat.rasa.hears = {"找个能充电的地方": heard("find_rest_stop", need="电动车充电")}
    await worker.says("找个能充电的地方")
    worker.sees("你在哪")
    await worker.says(said)
    worker.sees(seen)


async def test_who_sees_no_way_on_is_asked_nothing(worker: WorkerTester):
    await worker.says("我不想活了")
    worker.sees("12356", "你不用一个人扛")
    assert worker.titles == []
