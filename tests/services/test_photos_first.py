"""Photos before anything was said: what they are for is asked, and nothing is kept for nothing."""

import pytest

from tests.fakes import heard
from tests.pictures import scene_of
from tests.services.photographing import count, ids_in_cases, in_draft
from tests.services.test_suggestion import OPENER, SUBJECT, cases_of, state_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

ONE, TWO, THREE, FOUR, FIVE = (scene_of(number) for number in range(5))
WORDS = "桥底下积水一个礼拜了"
OFFERED = ["报隐患", "提建议", "不用了"]


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding unless the test says so."""
    chat.rasa.mode = "down"


@pytest.mark.parametrize(
    ("title", "kind", "rest"),
    [
        ("报隐患", "hazard", ["跳过", "对", "跳过"]),
        ("提建议", "suggestion", ["跳过", "跳过", "换一类", "其他"]),
    ],
)
async def test_a_photo_first_becomes_a_case(
    chat: Chat, worker: WorkerTester, title: str, kind: str, rest: list[str]
):
    await worker.sends_photo(ONE, TWO, caption=WORDS)
    worker.sees("收到2张照片。要用它办什么")
    assert worker.titles == OFFERED
    assert chat.rasa.told == []
    await worker.presses(title)
    worker.sees("现在有2张", "在什么地方")
    for skip in rest:
        await worker.presses(skip)
    worker.sees("请看一遍", WORDS, "照片：2张")
    await worker.presses("发送")
    [case] = await cases_of(chat)
    assert (case.kind, case.subject) == (kind, WORDS)
    assert len((await ids_in_cases(chat))[kind]) == 2


@pytest.mark.parametrize("typed", ["报隐患", "1", "我要报隐患"])
@on_sqlite
async def test_the_answer_may_be_typed(chat: Chat, worker: WorkerTester, typed: str):
    await worker.sends_photo(ONE)
    await worker.says(typed)
    worker.sees("现在有1张", "看到什么危险")
    assert (await state_of(chat, worker)).name == "hazard"
    assert len(await in_draft(chat, worker)) == 1


@on_sqlite
async def test_photos_sent_one_by_one_gather(chat: Chat, worker: WorkerTester):
    await worker.sends_photo(ONE, caption="桥底下")
    first = worker.token("报隐患")
    await worker.sends_photo(TWO, caption="积水很深")
    worker.sees("收到2张照片")
    await worker.sends({"choice": first})
    worker.sees("这一步已经过去了", "收到2张照片")
    await worker.sends_photo(THREE, FOUR)
    worker.sees("最多放3张照片，只留了前3张", "收到3张照片")
    assert await count(chat) == 3
    await worker.presses("提建议")
    answers = (await state_of(chat, worker)).answers
    assert answers["subject"] == "桥底下\n积水很深"
    assert len(answers["photos"]) == 3


@on_sqlite
async def test_a_word_behind_the_photo_is_kept_with_it(chat: Chat, worker: WorkerTester):
    await worker.sends_photo(ONE)
    await worker.says(WORDS)
    worker.sees("收到1张照片")
    assert worker.titles == OFFERED
    await worker.presses("报隐患")
    worker.sees("现在有1张", "在什么地方")
    assert (await state_of(chat, worker)).answers["subject"] == WORDS


@on_sqlite
async def test_a_hazard_that_is_heard_takes_the_photo_along(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "up"
    chat.rasa.hears = {WORDS: heard("report_hazard")}
    await worker.sends_photo(ONE, caption="看这里")
    await worker.says(WORDS)
    worker.sees("现在有1张", "在什么地方")
    answers = (await state_of(chat, worker)).answers
    assert answers["subject"] == f"看这里\n{WORDS}"


@on_sqlite
async def test_not_needed_means_deleted(chat: Chat, worker: WorkerTester):
    await worker.sends_photo(ONE, caption=WORDS)
    old = worker.token("报隐患")
    await worker.presses("不用了")
    worker.sees("照片删掉了", "找驿站")
    assert await count(chat) == 0
    await worker.sends({"choice": old})
    worker.sees("这一步已经过去了", "找驿站")
    assert (await state_of(chat, worker)).answers == {}


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("other", ["菜单", "查权益", "找驿站"])
@on_sqlite
async def test_who_wants_something_else_is_told_that_it_is_gone(
    chat: Chat, worker: WorkerTester, other: str
):
    await worker.sends_photo(ONE)
    await worker.says(other)
    worker.sees("刚才的照片没有用上，已经删掉")
    assert await count(chat) == 0
    await worker.says("菜单")
    worker.sees_not("照片")


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_a_photo_is_no_answer_to_where_are_you(chat: Chat, worker: WorkerTester):
    await worker.says("找驿站")
    worker.sees("你在哪")
    await worker.sends_photo(ONE)
    assert worker.titles == OFFERED
    await worker.presses("报隐患")
    assert len(await in_draft(chat, worker)) == 1


@on_sqlite
async def test_beside_a_draft_it_may_join_it(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.says("菜单")
    await worker.sends_photo(ONE)
    worker.sees("收到1张照片", "写了一半的还留着")
    await worker.presses("继续写")
    worker.sees("现在有1张", "在什么地方")
    assert (await state_of(chat, worker)).answers["subject"] == SUBJECT
    assert len(await in_draft(chat, worker)) == 1


@pytest.mark.parametrize(
    ("which", "subject", "photos"), [("接着写", SUBJECT, 2), ("写新的", WORDS, 1)]
)
@on_sqlite
async def test_a_draft_of_the_same_kind_asks_which(
    chat: Chat, worker: WorkerTester, which: str, subject: str, photos: int
):
    await worker.says(OPENER)
    await worker.sends_photo(ONE)
    await worker.says(SUBJECT)
    await worker.says("菜单")
    await worker.sends_photo(TWO, caption=WORDS)
    await worker.presses("提建议")
    worker.sees("没写完的", SUBJECT)
    await worker.presses(which)
    assert (await state_of(chat, worker)).answers["subject"] == subject
    assert len(await in_draft(chat, worker)) == await count(chat) == photos


@on_sqlite
async def test_danger_comes_first_and_the_photo_still_waits(chat: Chat, worker: WorkerTester):
    await worker.sends_photo(ONE, caption="着火了")
    assert "119" in worker.replies[0]["text"]
    worker.sees("收到1张照片")
    await worker.says("救命")
    assert "119" in worker.replies[0]["text"]
    worker.sees_not("删掉")
    await worker.says("报隐患")
    worker.sees("现在有1张")
    assert await count(chat) == 1


@on_sqlite
async def test_a_photo_that_cannot_be_used_does_not_cost_the_one_before(
    chat: Chat, worker: WorkerTester
):
    await worker.sends_photo(ONE)
    await worker.sends({"photo": "0" * 32})
    worker.sees("这张照片用不了了", "收到1张照片")
    assert worker.titles == OFFERED
    assert await count(chat) == 1
