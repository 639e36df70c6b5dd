"""Photos while a form is open: they join it, are counted aloud, and come along when it is sent."""

import asyncio

import pytest
from sqlalchemy import select

from db.models import Photo
from db.session import transaction
from tests.pictures import scene_of
from tests.services.photographing import count, ids_in_cases, in_draft
from tests.services.test_suggestion import (
    OPENER,
    PLACE,
    REMEDY,
    SUBJECT,
    YES,
    at_summary,
    cases_of,
)
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

ONE, TWO, THREE, FOUR, FIVE = (scene_of(number) for number in range(5))


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding unless the test says so."""
    chat.rasa.mode = "down"


async def test_photos_sent_on_the_way_are_handed_in(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    worker.sees("也可以发照片")
    await worker.sends_photo(ONE)
    worker.sees("照片收到了，现在有1张", "想提什么建议")
    await worker.says(SUBJECT)
    await worker.sends_photo(TWO)
    worker.sees("现在有2张", "在什么地方")
    await worker.says(PLACE)
    await worker.says(REMEDY)
    await worker.presses(YES)
    worker.sees("请看一遍", "照片：2张", SUBJECT, PLACE, REMEDY)
    order = await in_draft(chat, worker)
    await worker.presses("发送")
    worker.sees("收到了，编号", "一起交了2张照片")
    worker.card("case")
    assert await ids_in_cases(chat) == {"suggestion": order}


@on_sqlite
async def test_where_no_photo_is_nothing_is_said_of_any(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    worker.sees_not("照片")
    await worker.presses("发送")
    worker.sees_not("照片")
    assert await ids_in_cases(chat) == {}


@on_sqlite
async def test_a_caption_answers_the_open_step(chat: Chat, worker: WorkerTester):
    await worker.says("报隐患")
    worker.sees("能拍就发张照片")
    await worker.sends_photo(ONE, caption="桥下积水很深")
    worker.sees("现在有1张", "在什么地方")
    await worker.sends_photo(TWO, caption="👍")
    worker.sees("现在有2张", "在什么地方")
    await worker.sends_photo(THREE, caption="番禺大桥底")
    await worker.presses(YES)
    worker.sees("请看一遍", "桥下积水很深", "番禺大桥底", "照片：3张")
    await worker.presses("发送")
    [case] = await cases_of(chat)
    assert (case.subject, case.place) == ("桥下积水很深", "番禺大桥底")
    assert len((await ids_in_cases(chat))["hazard"]) == 3
    assert [turn.kind for turn in chat.rasa.told] == ["text"]


@on_sqlite
async def test_only_the_first_three_are_kept(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    await worker.sends_photo(ONE, TWO)
    first = await in_draft(chat, worker)
    await worker.sends_photo(THREE, FOUR, FIVE)
    worker.sees("最多放3张照片，只留了前3张", "想提什么建议")
    assert (await in_draft(chat, worker))[:2] == first
    assert len(await in_draft(chat, worker)) == await count(chat) == 3


@on_sqlite
async def test_the_same_photo_counts_once(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    for _ in range(2):
        await worker.sends_photo(ONE)
        worker.sees("现在有1张")
    assert await count(chat) == 1


@on_sqlite
async def test_photos_sent_at_once_all_arrive(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    sent = [await worker.upload(picture) for picture in (ONE, TWO, THREE)]
    await asyncio.gather(*(worker.sends({"photo": photo_id}) for photo_id in sent))
    assert sorted(await in_draft(chat, worker)) == sorted(sent)


@on_sqlite
async def test_the_summary_takes_them_out_again(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    worker.sees_not("不要照片")
    await worker.sends_photo(ONE, TWO)
    worker.sees("请看一遍", "照片：2张")
    await worker.presses("不要照片")
    worker.sees("请看一遍", SUBJECT)
    worker.sees_not("照片")
    assert await count(chat) == 0
    await worker.sends_photo(THREE)
    worker.sees("照片：1张")
    await worker.presses("发送")
    worker.sees("一起交了1张照片")


@on_sqlite
async def test_a_button_sends_no_photo_that_was_not_shown(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    old = worker.token("发送")
    await worker.sends_photo(ONE)
    await worker.sends({"choice": old})
    worker.sees("已经过去了", "照片：1张")
    await worker.sends_photo(TWO, caption="发送")
    worker.sees("请看一遍", "照片：2张")
    assert await cases_of(chat) == []
    await worker.says("发送")
    assert len((await ids_in_cases(chat))["suggestion"]) == 2


@on_sqlite
async def test_a_caption_at_the_summary_waits_for_his_word(worker: WorkerTester):
    await at_summary(worker)
    await worker.sends_photo(ONE, caption="晚上更黑")
    worker.sees("现在有1张", "晚上更黑", "要写进主题吗")
    await worker.presses("写进去")
    worker.sees("请看一遍", "晚上更黑", "照片：1张")


@pytest.mark.parametrize("way", ["算了", "不交了"])
@on_sqlite
async def test_who_cancels_keeps_no_photo(chat: Chat, worker: WorkerTester, way: str):
    await worker.says(OPENER)
    await worker.sends_photo(ONE)
    assert await count(chat) == 1
    await (worker.presses(way) if way in worker.titles else worker.says(way))
    worker.sees("没有交")
    assert await count(chat) == 0


@on_sqlite
async def test_never_mind_under_a_photo_cancels_too(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    await worker.sends_photo(ONE)
    await worker.sends_photo(TWO, caption="算了")
    worker.sees("没有交")
    assert await count(chat) == 0


@on_sqlite
async def test_a_draft_put_aside_keeps_its_photos_until_it_is_dropped(
    chat: Chat, worker: WorkerTester
):
    await worker.says(OPENER)
    await worker.sends_photo(ONE)
    await worker.says("菜单")
    assert await count(chat) == 1
    await worker.says("继续")
    await worker.says(SUBJECT)
    await worker.says("菜单")
    await worker.says("算了")
    worker.sees("已经删掉")
    assert await count(chat) == 0


async def test_photos_of_a_case_outlive_the_next_draft(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    await worker.sends_photo(ONE)
    await worker.presses("发送")
    await worker.says(OPENER)
    await worker.sends_photo(TWO)
    await worker.presses("不交了")
    assert await count(chat) == 1
    await worker.says(OPENER)
    # What is in a case is a photo of its own: the same picture may be sent again for the next.
    await worker.sends_photo(ONE)
    worker.sees("现在有1张")
    assert await count(chat) == 2


@pytest.mark.parametrize("whose", ["another's", "nobody's", "of a case", "odd"])
async def test_a_photo_that_is_not_his_to_send_is_refused(
    chat: Chat, worker: WorkerTester, whose: str
):
    if whose == "another's":
        photo_id = await (await chat.newcomer()).upload(ONE)
    elif whose == "of a case":
        await at_summary(worker)
        await worker.sends_photo(ONE)
        await worker.presses("发送")
        [[photo_id]] = (await ids_in_cases(chat)).values()
    else:
        photo_id = "0" * 32 if whose == "nobody's" else "' OR 1=1 --"
    stored = await count(chat)
    await worker.sends({"photo": photo_id})
    worker.sees("这张照片用不了了", "找驿站")
    await worker.says(OPENER)
    await worker.sends({"photo": photo_id})
    worker.sees("这张照片用不了了", "想提什么建议")
    assert await in_draft(chat, worker) == []
    assert await count(chat) == stored


@on_sqlite
async def test_of_an_album_the_good_ones_are_taken(chat: Chat, worker: WorkerTester):
    theirs = await (await chat.newcomer()).upload(TWO)
    mine = await worker.upload(ONE)
    await worker.says(OPENER)
    await worker.sends({"photos": [theirs, mine, mine]})
    worker.sees("现在有1张")
    assert await in_draft(chat, worker) == [mine]


@on_sqlite
async def test_danger_under_a_photo_comes_first_and_the_photo_stays(worker: WorkerTester):
    await worker.says("报隐患")
    await worker.sends_photo(ONE, caption="着火了")
    assert "119" in worker.replies[0]["text"]
    worker.sees("现在有1张", "在什么地方")
    await worker.sends({"photos": ["0" * 32], "text": "着火了"})
    assert "119" in worker.replies[0]["text"]


async def test_deleting_my_data_leaves_only_photos_of_cases(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    await worker.sends_photo(ONE)
    await worker.presses("发送")
    [in_case] = (await ids_in_cases(chat))["suggestion"]
    await worker.says(OPENER)
    await worker.sends_photo(TWO)
    await worker.upload(THREE)  # and never said
    await worker.says("我的资料")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    worker.sees("都删掉了")
    worker.sees_not("照片")
    async with transaction(chat.sessions) as session:
        rows = list(await session.execute(select(Photo.id, Photo.worker_id)))
    assert [tuple(row) for row in rows] == [(in_case, None)]


@on_sqlite
async def test_a_draft_of_photos_alone_is_named_by_them(worker: WorkerTester):
    await worker.says("报隐患")
    await worker.sends_photo(ONE, TWO)
    await worker.says("菜单")
    await worker.presses("报隐患")
    worker.sees("没写完的：“照片：2张”")
    await worker.presses("接着写")
    worker.sees("看到什么危险")
