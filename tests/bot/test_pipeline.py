"""The first conversation through the turn API, and a Rasa that comes and goes meanwhile."""

import asyncio

import pytest
from sqlalchemy import select

from bot.pipeline import Queues
from db.models import Case
from db.session import transaction
from tests.bot.api import Api
from tests.fakes import heard
from tests.testers.chat import on_sqlite
from tests.testers.worker import WorkerTester

HEARD = {
    "附近哪里能歇脚": heard("find_rest_stop"),
    "广州最低工资多少": heard("ask_minimum_wage", region="广州"),
    "我要提个建议": heard("send_suggestion"),
}


@pytest.fixture
def worker(api: Api) -> WorkerTester:
    """The worker of the turn API."""
    api.chat.rasa.hears = dict(HEARD)
    return api.worker()


@pytest.mark.usefixtures("stocked")
async def test_the_three_questions(api: Api, worker: WorkerTester):
    await worker.says("附近哪里能歇脚")
    assert worker.replies[0]["ask"] == "location"
    await worker.is_at(22.7947, 113.5328)
    stop = worker.card("rest_stop")
    assert "南沙万达" in stop["name"]
    assert (stop["distance_m"], stop["open_state"]) == (None, "open")
    await worker.says("广州最低工资多少")
    claim = worker.card("right")["claims"][0]
    assert "2500" in claim["text"]
    assert "23.7" in claim["text"]
    assert (claim["number"], claim["effective"]) == ("粤府函〔2025〕23号", "2025-03-01")
    for text in ("我要提个建议", "换电柜老是排队", "蕉门地铁站", "多装两个", "对", "发送"):
        await worker.says(text)
    card = worker.card("case")
    assert card["due"] == "2026-11-25"
    async with transaction(api.chat.sessions) as session:
        assert (await session.scalars(select(Case))).one().code == card["code"]


async def test_rasa_dies_inside_a_draft_and_comes_back(api: Api, worker: WorkerTester):
    await worker.says("我要提个建议")
    api.chat.rasa.mode = "down"
    await worker.says("换电柜老是排队")
    worker.sees("在什么地方")
    api.chat.rasa.mode = "crashing"
    await worker.says("蕉门地铁站")
    worker.sees("办好")
    api.chat.rasa.mode = "slow"
    await worker.says("多装两个")
    worker.sees("归到“充电换电”")
    await worker.presses("对")
    worker.sees("请看一遍", "换电柜老是排队", "蕉门地铁站", "多装两个")
    api.chat.rasa.mode = "up"
    assert await api.chat.rasa.catch_up() == [False]
    await worker.says("广州最低工资多少")
    assert worker.card("right")["topic"] == "minimum_wage"
    await worker.presses("继续写")
    await worker.presses("发送")
    worker.card("case")


@on_sqlite
async def test_what_was_typed_while_rasa_is_down_is_not_lost(api: Api, worker: WorkerTester):
    api.chat.rasa.mode = "down"
    await worker.says("横沥桥头的路灯三个晚上没亮了")
    worker.sees("没听懂", "找驿站", "把刚才那句当建议交")
    await worker.presses("把刚才那句当建议交")
    await worker.presses("跳过")
    await worker.presses("对")
    worker.sees("横沥桥头的路灯三个晚上没亮了")


@on_sqlite
async def test_rasa_is_asked_only_where_there_is_something_to_understand(
    api: Api, worker: WorkerTester
):
    await worker.says("菜单")
    told = len(api.chat.rasa.told)
    await worker.says("1")
    await worker.is_at(22.8, 113.5)
    await worker.says("🙂")
    await worker.says("/restart")
    await worker.says("救命")
    assert len(api.chat.rasa.told) == told


@pytest.mark.parametrize("wish", ["删掉我的资料", "我要找人工客服"])
@on_sqlite
async def test_a_wish_is_not_written_into_a_draft(api: Api, worker: WorkerTester, wish: str):
    api.chat.rasa.hears[wish] = heard("delete_my_data" if "删" in wish else "human_handoff")
    for text in ("我要提个建议", "换电柜老是排队", wish):
        await worker.says(text)
    worker.sees("是要我回答，还是写进地点", wish)
    await worker.presses("先回答我")
    worker.sees("要删吗" if "删" in wish else "你排第1位", "写了一半的还留着")


async def test_one_worker_waits_and_another_does_not():
    queues, order = Queues(), []
    first_is_in, may_go = asyncio.Event(), asyncio.Event()

    async def turn(worker: str, name: str, *, waits: bool = False) -> None:
        async with queues.turn_of(worker):
            if waits:
                first_is_in.set()
                await may_go.wait()
            order.append(name)

    slow = asyncio.create_task(turn("a", "a1", waits=True))
    await first_is_in.wait()
    behind = asyncio.create_task(turn("a", "a2"))
    await turn("b", "b1")
    may_go.set()
    await asyncio.gather(slow, behind)
    assert order == ["b1", "a1", "a2"]
    assert queues._locks == queues._waiting == {}
