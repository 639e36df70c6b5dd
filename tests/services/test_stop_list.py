"""What is asked about the list before one's eyes, in few characters and without Rasa."""

import pytest

from content.library import Library
from db.models import DialogueRow
from db.repositories.rest_stops import RestStopRepository
from db.session import Sessions, transaction
from services.dialogues import stop_search
from services.dialogues.stop_search import SHOWN_AT_ONCE
from tests.factories import FixedClock
from tests.fakes import heard
from tests.services.stops import CENTRE, METRE, stop, store
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = [on_sqlite]
DAY = {"opening_hours": "Mo-Su 08:00-20:00", "hours_text": "每天8点到20点"}


@pytest.fixture(name="_seven")
async def seven(sessions: Sessions, chat: Chat) -> None:
    """Seven stops, the nearest first; and nobody who understands for us."""
    chat.rasa.mode = "down"
    await store(
        sessions,
        stop("a", 100, entry="open_door", facilities=("水",), lacks=("厕所",), **DAY),
        stop("b", 200, entry="open_door", facilities=("停车",), fee="免费",
             phone="020-84960000", **DAY),
        stop("c", 300, entry="open_door", admits="骑手都能进", **DAY),
        *(stop(key, 400 + n, entry="open_door", **DAY) for n, key in enumerate("defg")),
    )  # fmt: skip


async def shown(worker: WorkerTester) -> str:
    return "".join(card["id"] for card in worker.cards("rest_stop"))


@pytest.fixture
async def asked(_seven: None, worker: WorkerTester) -> WorkerTester:
    """A worker who has the first three before him."""
    await worker.is_at(CENTRE.lat, CENTRE.lon)
    assert await shown(worker) == "abc"
    return worker


async def test_any_more(asked: WorkerTester):
    for expected in ("def", "g"):
        await asked.says("还有吗")
        assert await shown(asked) == expected
    await asked.says("还有吗")
    asked.sees("就这些了", "推荐一个点")
    await asked.says("还有没有？")
    asked.sees("就这些了")


async def test_the_second_one_by_words_and_by_number(asked: WorkerTester):
    for text in ("第二个几点关", "2", "２", "第2个", "第二家电话"):
        await asked.says(text)
        assert await shown(asked) == "b", text
        await asked.presses("回到刚才的")
        assert await shown(asked) == "abc"
    await asked.says("9")
    asked.sees("只有3个")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("第二个几点关", "开放时间：每天8点到20点 开到20点"),
        ("第二个怎么进", "怎么进：直接进"),
        ("第二个要钱吗", "收费：免费"),
        ("第一个要钱吗", "没公布，别默认免费"),
        ("第三个谁能进", "骑手都能进"),
        ("第二个电话多少", "020-84960000"),
        ("第一个有厕所吗", "写明没有厕所"),
        ("第二个能停车吗", "写明有停车"),
        ("第三个有厕所吗", "没写有没有厕所"),
        ("最后一个谁能进", "骑手都能进"),
    ],
)
async def test_what_is_asked_of_one(asked: WorkerTester, text: str, answer: str):
    await asked.says(text)
    asked.sees(answer)


async def test_asked_of_all_it_is_answered_of_each(asked: WorkerTester):
    await asked.says("怎么进")
    asked.sees("1. a驿站", "2. b驿站", "3. c驿站")
    await asked.says("有厕所吗")
    asked.sees("1. a驿站：写明没有厕所", "2. b驿站：没写有没有厕所")


async def test_only_those_with_parking(asked: WorkerTester):
    await asked.says("只要能停车的")
    assert await shown(asked) == "b"
    asked.sees("写明有停车")
    await asked.says("只要有换电的")
    asked.sees("没有写明有停车、换电的", "没写不等于没有")
    assert asked.replies[-1]["ask"] == "location"  # nobody kept where he was


async def test_filters_by_button(asked: WorkerTester):
    await asked.presses("筛一下")
    titles = ["现在开", "24小时", "换电", "手机充电", "电动车充电", "厕所+停车", "热饭"]
    assert asked.titles[: len(titles)] == titles
    await asked.presses("现在开")
    assert await shown(asked) == "abc"
    await asked.presses("筛一下")
    await asked.presses("24小时")
    asked.sees("没有现在开、24小时开的")


@pytest.mark.usefixtures("_seven")
async def test_a_wish_is_kept_until_he_says_where(worker: WorkerTester, chat: Chat):
    chat.rasa.mode = "up"
    chat.rasa.hears["哪里能停车"] = heard("find_rest_stop", 0.9, need="停车")
    await worker.says("哪里能停车")
    worker.sees("你在哪")
    await worker.is_at(CENTRE.lat, CENTRE.lon)
    assert await shown(worker) == "bac"
    worker.sees("开着、写明有停车的", "其中6个没写有没有停车")


async def test_farther_ones(sessions: Sessions, asked: WorkerTester):
    await store(sessions, stop("far", 9_000, **DAY))
    while any(title.startswith("还有") for title in asked.titles):
        await asked.says("远一点的也行")
    await asked.says("远一点的也行")
    asked.sees("再发一次位置，我往远处找")
    await asked.is_at(CENTRE.lat, CENTRE.lon)
    seen = await shown(asked)
    while any(title.startswith("还有") for title in asked.titles):
        await asked.says("还有吗")
        seen += await shown(asked)
    assert seen == "abcdefgfar"


async def test_a_number_means_the_stop_only_while_the_list_is_before_his_eyes(
    asked: WorkerTester,
):
    await asked.says("菜单")
    await asked.says("2")
    assert not asked.cards("rest_stop")  # the menu's second line
    await asked.says("第二个几点关")  # said in full it still is the list's
    assert await shown(asked) == "b"


async def test_buttons_are_numbered_behind_the_stops(asked: WorkerTester):
    number = SHOWN_AT_ONCE + 1 + asked.titles.index("筛一下")
    await asked.says(str(number))
    asked.sees("只看哪种")


async def test_the_list_is_forgotten_after_two_hours(asked: WorkerTester, chat: Chat):
    chat.clock.advance(seconds=2 * 3_600 + 1)
    await asked.says("还有吗")
    assert not asked.cards("rest_stop")
    await asked.says("第二个几点关")
    assert not asked.cards("rest_stop")


async def test_nothing_of_it_is_left_after_two_hours(
    asked: WorkerTester, chat: Chat, sessions: Sessions
):
    for seconds, is_there in ((0, True), (2 * 3_600 + 1, False)):
        chat.clock.advance(seconds=seconds)
        async with transaction(sessions) as session:
            await stop_search.sweep(session, chat.clock)
        async with transaction(sessions) as session:
            row = await session.get(DialogueRow, asked.id)
            assert (row.search is not None) == is_there


@pytest.mark.parametrize(
    "kept", [{}, {"list": {"ids": 3}}, {"list": {"new": "x"}, "at": "2026-11-22T00:00:00+00:00"}]
)
async def test_a_list_of_another_release_is_none(
    asked: WorkerTester, sessions: Sessions, kept: dict
):
    async with transaction(sessions) as session:
        row = await session.get(DialogueRow, asked.id)
        row.search = {"turn": "t", "at": "2026-11-22T00:00:00+00:00", "seen": True, **kept}
    await asked.says("还有吗")
    assert not asked.cards("rest_stop")


async def test_it_holds_no_position(asked: WorkerTester, sessions: Sessions):
    async with transaction(sessions) as session:
        row = await session.get(DialogueRow, asked.id)
        assert "23.0" not in str(row.search)
        assert set(row.search["list"]["metres"].values()) <= {float(m) for m in range(0, 999, 10)}


async def test_not_here(asked: WorkerTester):
    await asked.presses("我不在这里")
    asked.sees("定位有时会偏", "你在哪")


async def test_at_night(sessions: Sessions, worker: WorkerTester, clock: FixedClock):
    await store(
        sessions,
        stop("late", 100, opening_hours="Mo-Su 06:00-20:00", hours_text="6点到20点"),
        stop("later", 50, opening_hours="Mo-Su 09:00-20:00", hours_text="9点到20点"),
        stop("unknown", 60),
        stop("always", 7_000, opening_hours="24/7", hours_text="24小时"),
    )
    clock.advance(seconds=(23 - 12) * 3_600)  # the tests' noon becomes 23:00 or so
    await worker.is_at(CENTRE.lat, CENTRE.lon)
    worker.sees("3公里内现在没有确定开着的", "有1个现在开不开说不准", "12351")
    worker.sees("最早开门：late驿站，明天6点开门", "最近开着的：always驿站，约7.0公里，24小时")
    assert [card["id"] for card in worker.cards("rest_stop")][:2] == ["late", "always"]


async def test_around_a_named_place_distances_are_from_there(
    sessions: Sessions, chat: Chat, worker: WorkerTester, library: Library
):
    chat.rasa.mode = "down"
    [place] = [p for p in library.places if p.name == "蕉门站" and p.kind == "metro"]
    where = {"lat": place.lat + 500 * METRE, "lon": place.lon}
    await store(sessions, stop("x", 0, **{**DAY, **where}))
    await worker.says("我在蕉门地铁站")
    [card] = worker.cards("rest_stop")
    assert (card["distance_m"], card["distance_from"]) == (500, "蕉门站")
    await worker.says("只要能停车的")
    worker.sees("没有一个写明有停车")


async def test_a_large_city_is_asked_about_by_district(
    sessions: Sessions, chat: Chat, worker: WorkerTester
):
    chat.rasa.mode = "down"
    rows = [
        stop(f"{d}{n:02}", None, "none", district=f"{d}区", street="东街" if n % 2 else "西街")
        for d in ("东", "西") for n in range(30)
    ]  # fmt: skip
    await store(sessions, *rows)
    async with transaction(sessions) as session:
        await RestStopRepository(session).count_areas()
    await worker.says("找驿站")
    await worker.says("广州")
    worker.sees("广州有60个", "你在哪一片")
    await worker.presses("东区（30）")
    worker.sees("广州东区", "30个")
    await worker.says("找驿站")
    await worker.says("广州")
    await worker.presses("都看看")
    assert len(worker.cards("rest_stop")) == SHOWN_AT_ONCE


@pytest.mark.parametrize("text", ["歇脚", "厕所", "充电。", "上厕所"])
async def test_a_word_is_enough_whatever_was_understood(
    chat: Chat, worker: WorkerTester, text: str
):
    chat.rasa.hears[text] = heard("insult", 0.95)
    await worker.says(text)
    worker.sees("你在哪")


@pytest.mark.parametrize("text", ["我在蕉门地铁站", "蕉门站附近", "人在蕉门"])
async def test_a_bare_place_is_searched_whatever_was_understood(
    sessions: Sessions, chat: Chat, worker: WorkerTester, library: Library, text: str
):
    [place] = [p for p in library.places if p.name == "蕉门站" and p.kind == "metro"]
    await store(sessions, stop("x", 0, lat=place.lat, lon=place.lon, **DAY))
    chat.rasa.hears[text] = heard("set_profile", 0.95, place="蕉门")
    await worker.says(text)
    assert await shown(worker) == "x"


async def test_who_tells_of_himself_is_not_shown_stops(chat: Chat, worker: WorkerTester):
    chat.rasa.hears["我在蕉门跑美团"] = heard("set_profile", 0.95, place="蕉门", platform="美团")
    await worker.says("我在蕉门跑美团")
    worker.sees("记下了")
