"""One tap at the door: told at once, one voice a day, claims down and up again."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from db.models import ChoiceRow, RestStopRow, StopReport
from db.session import Sessions, transaction
from tests.fakes import heard
from tests.services.linking import link
from tests.services.stops import CENTRE, METRE, stop, store
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

HERE = (CENTRE.lat, CENTRE.lon)
A_WEEK = 7 * 24 * 3_600


@pytest.fixture
async def two_stops(sessions: Sessions) -> None:
    """One open stop beside the centre, and the next 800 m north of it."""
    fields = {"opening_hours": "24/7", "hours_text": "24小时", "facilities": ("水", "休息")}
    await store(
        sessions, stop("first", 20, **fields), stop("second", 800, entry="open_door", **fields)
    )


async def search(worker: WorkerTester) -> list[str]:
    await worker.is_at(*HERE)
    return [card["id"] for card in worker.cards("rest_stop")]


async def tap(worker: WorkerTester, stop_id: str, title: str) -> None:
    """Press a button of one stop's card."""
    [card] = [card for card in worker.cards("rest_stop") if card["id"] == stop_id]
    [token] = [choice["token"] for choice in card["choices"] if choice["title"] == title]
    await worker.sends({"choice": token}, shown=f"[{stop_id}: {title}]")


async def reports(sessions: Sessions) -> Sequence[StopReport]:
    async with transaction(sessions) as session:
        return (await session.scalars(select(StopReport).order_by(StopReport.at))).all()


async def known(chat: Chat, count: int) -> list[WorkerTester]:
    """Workers who have been here for a week."""
    workers = [await chat.newcomer() for _ in range(count)]
    chat.clock.advance(seconds=A_WEEK)
    return workers


@pytest.mark.usefixtures("two_stops")
async def test_a_tap_is_told_to_the_next_worker_at_once(chat: Chat, worker: WorkerTester):
    assert await search(worker) == ["first", "second"]
    await worker.presses("锁门")
    worker.sees("记下了", "first驿站", "锁门", "换这个试试", "second驿站")
    # The question comes last, and apart from the card: a channel may show the buttons of one only.
    assert [(len(r["cards"]), r["ask"]) for r in worker.replies] == [(1, None), (0, "location")]
    chat.clock.advance(seconds=2 * 3_600)
    other = await chat.newcomer()
    assert await search(other) == ["second", "first"]
    other.sees("2小时前有骑手说锁门")
    [_, card] = other.cards("rest_stop")
    assert card["open_state"] == "unknown"


@pytest.mark.usefixtures("two_stops")
async def test_one_voice_a_day_and_the_newest_counts(
    chat: Chat, sessions: Sessions, worker: WorkerTester
):
    await search(worker)
    locked, opened = worker.token("锁门"), worker.token("还开着")
    for token in (locked, locked, opened):
        await worker.sends({"choice": token})
    worker.sees("按这次的算")
    assert [row.kind for row in await reports(sessions)] == ["open"]
    chat.clock.advance(seconds=24 * 3_600)
    await worker.sends({"choice": locked})
    assert [row.kind for row in await reports(sessions)] == ["open", "locked"]


@pytest.mark.usefixtures("two_stops")
async def test_two_known_workers_hide_the_claim_and_two_restore_it(chat: Chat):
    one, two, three, four, reader = await known(chat, 5)
    for worker in (one, two):
        await search(worker)
        await tap(worker, "first", "锁门")
    assert await search(reader) == ["second", "first"]
    reader.sees("开放时间正在核实", "2人说锁门")
    chat.clock.advance(seconds=25 * 3_600)  # no longer of today, but still not looked at
    await search(reader)
    reader.sees("开放时间正在核实")
    for worker in (three, four):
        await search(worker)
        await tap(worker, "first", "还开着")
    await search(reader)
    reader.sees_not("正在核实")
    assert {card["open_state"] for card in reader.cards("rest_stop")} == {"open"}


@pytest.mark.usefixtures("two_stops")
@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("搬走", "有人说搬走了，正在核实"),
        ("没水没电", "有人说没水没电，正在核实"),
        ("不让进", "有人进不去，正在核实"),
    ],
)
@on_sqlite
async def test_what_two_who_agree_take_down(chat: Chat, title: str, said: str):
    one, two, reader = await known(chat, 3)
    for worker in (one, two):
        await search(worker)
        await tap(worker, "first", title)
    await search(reader)
    reader.sees(said)
    [card] = [card for card in reader.cards("rest_stop") if card["id"] == "first"]
    assert (card["map_url"] is None) == (title == "搬走")
    assert ("水" in card["facilities"]) == (title != "没水没电")


@pytest.mark.usefixtures("two_stops")
@pytest.mark.parametrize(
    ("north_m", "near", "said"), [(250, True, "你就在门口"), (400, False, "离那里有点远")]
)
async def test_a_position_shows_that_he_is_at_the_door(
    sessions: Sessions,
    worker: WorkerTester,
    north_m: int,
    near: bool,  # noqa: FBT001 - a table
    said: str,
):
    await search(worker)
    await worker.presses("锁门")
    await worker.is_at(CENTRE.lat + (20 + north_m) * METRE, CENTRE.lon)
    worker.sees(said, "second驿站")  # and the way on at once
    assert [(row.near, row.known) for row in await reports(sessions)] == [(near, False)]


@pytest.mark.usefixtures("two_stops")
async def test_who_finds_it_open_may_show_that_he_is_at_the_door(
    sessions: Sessions, worker: WorkerTester
):
    await search(worker)
    await worker.presses("还开着")
    worker.sees("记下了", "还开着", "发一下位置")
    worker.sees_not("换这个试试")
    assert worker.replies[-1]["ask"] == "location"
    await worker.is_at(*HERE)
    worker.sees("你就在门口")
    assert [(row.kind, row.near) for row in await reports(sessions)] == [("open", True)]


@pytest.mark.usefixtures("two_stops")
@on_sqlite
async def test_whose_word_counts_anyway_is_asked_for_no_position(chat: Chat):
    [worker] = await known(chat, 1)
    for title in ("还开着", "锁门"):
        await search(worker)
        await tap(worker, "first", title)
        worker.sees_not("发一下位置")
        assert [reply["ask"] for reply in worker.replies] == [None]


@pytest.mark.usefixtures("two_stops")
@on_sqlite
async def test_a_button_of_another_release_is_past(sessions: Sessions, worker: WorkerTester):
    await search(worker)
    token = worker.token("锁门")
    async with transaction(sessions) as session:
        choice = await session.get_one(ChoiceRow, token)
        choice.args = {**choice.args, "kind": "crowded"}
    await worker.sends({"choice": token})
    worker.sees("这一步已经过去了")
    assert await reports(sessions) == []


@pytest.mark.usefixtures("two_stops")
@on_sqlite
async def test_a_position_much_later_is_a_new_search(sessions: Sessions, chat: Chat, worker):
    await search(worker)
    await worker.presses("锁门")
    chat.clock.advance(seconds=11 * 60)
    await search(worker)
    worker.sees_not("门口")
    assert [row.near for row in await reports(sessions)] == [False]


@on_sqlite
async def test_a_vague_position_proves_nothing(sessions: Sessions, worker: WorkerTester):
    await store(sessions, stop("street", 10, "street", opening_hours="24/7"))
    await search(worker)
    await worker.presses("锁门")
    await worker.is_at(*HERE)
    worker.sees("这条记着了")
    assert [row.near for row in await reports(sessions)] == [False]


@pytest.mark.usefixtures("two_stops")
@on_sqlite
@pytest.mark.parametrize(
    ("text", "reported"),
    [("第一个锁门了", ("first", "locked")), ("第二个早搬走了", ("second", "moved")),
     ("第一个没水", ("first", "dry")), ("第2个不让进", ("second", "refused")),
     ("最后一个锁门了", ("second", "locked"))],
)  # fmt: skip
async def test_a_report_in_words(
    chat: Chat, sessions: Sessions, worker: WorkerTester, text: str, reported: tuple[str, str]
):
    chat.rasa.mode = "down"
    await search(worker)
    await worker.says(text)
    worker.sees("记下了")
    assert [(row.stop_id, row.kind) for row in await reports(sessions)] == [reported]


@pytest.mark.usefixtures("two_stops")
@on_sqlite
async def test_which_one_is_asked_where_it_is_not_clear(chat: Chat, sessions, worker):
    chat.rasa.hears["锁门了进不去"] = heard("report_stop_problem", 0.9)
    await search(worker)
    await worker.says("锁门了进不去")
    worker.sees("哪一个锁门")
    await worker.presses("second驿站")
    assert [row.stop_id for row in await reports(sessions)] == ["second"]


@pytest.mark.usefixtures("two_stops")
@on_sqlite
async def test_what_no_button_says_is_written_with_the_stop_as_its_place(worker: WorkerTester):
    await search(worker)
    await worker.presses("锁门")
    await worker.presses("写给工作人员")
    await worker.says("门口的台阶断了")
    await worker.presses("对")
    worker.sees("门口的台阶断了", "first驿站（广州 测试区）", "发送")


@on_sqlite
async def test_a_stop_that_is_gone(sessions: Sessions, worker: WorkerTester):
    await store(sessions, stop("first", 20, opening_hours="24/7"))
    await search(worker)
    token = worker.token("锁门")
    async with transaction(sessions) as session:
        row = await session.get(RestStopRow, "first")
        row.status = "withdrawn"
    await worker.sends({"choice": token})
    worker.sees("已经不在名单上")


@on_sqlite
async def test_twenty_stops_a_day(sessions: Sessions, worker: WorkerTester):
    await store(sessions, *(stop(f"s{n:02}", n, opening_hours="24/7") for n in range(21)))
    await search(worker)
    tokens = []
    while True:
        tokens += [card["choices"][1]["token"] for card in worker.cards("rest_stop")]
        if not any(title.startswith("还有") for title in worker.titles):
            break
        await worker.presses("还有")
    for token in tokens:
        await worker.sends({"choice": token})
    assert len(await reports(sessions)) == 20
    worker.sees("一天最多报20个")


@pytest.mark.usefixtures("two_stops")
async def test_who_leaves_takes_his_name_with_him(sessions: Sessions, worker: WorkerTester):
    await search(worker)
    await worker.presses("锁门")
    await worker.says("我的资料")
    worker.sees("说过驿站情况：1次")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    assert [(row.kind, row.worker_id) for row in await reports(sessions)] == [("locked", None)]


@pytest.mark.usefixtures("two_stops")
async def test_two_accounts_of_one_worker_have_one_voice(chat: Chat, sessions: Sessions):
    web, phone = await chat.newcomer(), await chat.newcomer("telegram")
    for worker in (web, phone):
        await search(worker)
        await tap(worker, "first", "锁门")
    await link(web, phone)
    assert len(await reports(sessions)) == 1
