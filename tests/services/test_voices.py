"""Voices in a chat: they join a form and come along; a line of text is asked beside them."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.models import Case, CaseAddition, CaseRecording, Recording
from db.session import transaction
from services import recordings
from tests.pictures import scene_of
from tests.services.linking import link
from tests.services.test_suggestion import OPENER, SUBJECT, at_summary, cases_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester
from tests.voices import CANARY, voice

ONE, TWO, THREE, FOUR = (voice(seconds, seed=seconds) for seconds in (3, 4, 5, 6))
WRITE = "语音收到，会一起交上去。再打一行字说说是什么事。"
ALONE = "光有语音还交不了"


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding."""
    chat.rasa.mode = "down"


async def stored(chat: Chat) -> list[str | None]:
    """Whose the stored voices are."""
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(Recording.worker_id)))


async def in_cases(chat: Chat) -> int:
    async with transaction(chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(CaseRecording)) or 0


def files(chat: Chat) -> list[Path]:
    return [path for path in chat.voices.glob("**/*") if path.is_file()]


async def test_a_voice_comes_along_with_the_line_of_text(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    await worker.sends_voice(ONE)
    worker.sees(WRITE, "想提什么建议")
    await worker.says(SUBJECT)
    await worker.sends_voice(TWO)
    worker.sees("语音收到，会一起交上去，现在有2段", "在什么地方")
    worker.sees_not("再打一行字")
    await to_the_summary(worker)
    worker.sees("请看一遍", SUBJECT, "语音：2段", "不要语音")
    await worker.presses("发送")
    worker.sees("收到了，编号", "一起交了2段语音")
    worker.sees_not("照片")
    assert await in_cases(chat) == 2
    for path in files(chat):
        assert CANARY.encode() not in path.read_bytes()


async def to_the_summary(worker: WorkerTester) -> None:
    """Answer nothing more than it takes."""
    for _ in range(8):
        for title in ("发送", "跳过", "对", "换一类", "其他", "不一样", "都不是"):
            if any(found.startswith(title) for found in worker.titles):
                break
        else:
            raise worker.failure("no way on")
        if title == "发送":
            return
        await worker.presses(title)
    raise worker.failure("no summary")


@pytest.mark.parametrize("said", ["发送", "跳过"])
@on_sqlite
async def test_a_voice_alone_is_no_case(chat: Chat, worker: WorkerTester, said: str):
    await worker.says("报隐患")
    await worker.sends_voice(ONE)
    await worker.says(said)
    worker.sees(ALONE, "看到什么危险")
    assert await cases_of(chat) == []
    await worker.says("桥底积水")
    worker.sees("在什么地方")
    assert await stored(chat) == [worker.id]


@pytest.mark.parametrize(("title", "kind"), [("报隐患", "hazard"), ("提建议", "suggestion")])
@on_sqlite
async def test_a_voice_first_is_asked_what_it_is_for(
    chat: Chat, worker: WorkerTester, title: str, kind: str
):
    await worker.sends_voice(ONE)
    worker.sees("收到1段语音。要用它办什么")
    assert worker.titles == ["报隐患", "提建议", "不用了"]
    await worker.presses(title)
    worker.sees(WRITE)
    await worker.says(SUBJECT)
    await to_the_summary(worker)
    await worker.presses("发送")
    [case] = await cases_of(chat)
    assert (case.kind, case.subject, await in_cases(chat)) == (kind, SUBJECT, 1)


@on_sqlite
async def test_a_voice_and_a_photo_wait_together(chat: Chat, worker: WorkerTester):
    await worker.sends_photo(scene_of(1))
    await worker.sends_voice(ONE, caption="桥底积水")
    worker.sees("收到1张照片、1段语音。要用它办什么")
    await worker.presses("报隐患")
    worker.sees("照片收到了，现在有1张", "语音收到，会一起交上去，现在有1段", "在什么地方")
    worker.sees_not("再打一行字")
    await to_the_summary(worker)
    worker.sees("桥底积水", "照片：1张", "语音：1段")
    await worker.presses("不要语音")
    worker.sees("照片：1张", "不要照片")
    worker.sees_not("语音：")
    assert await stored(chat) == []
    await worker.presses("发送")
    worker.sees("一起交了1张照片")
    worker.sees_not("段语音")


@on_sqlite
async def test_what_is_not_needed_is_gone_at_once(chat: Chat, worker: WorkerTester):
    await worker.sends_voice(ONE)
    await worker.presses("不用了")
    worker.sees("语音删掉了")
    await worker.sends_voice(ONE)
    await worker.says("附近的驿站")
    worker.sees("刚才的语音没有用上，已经删掉")
    assert await stored(chat) == []


@on_sqlite
async def test_three_are_the_most(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    await worker.sends_voice(ONE)
    for sent in (ONE, TWO, THREE):
        await worker.sends_voice(sent)
    worker.sees(WRITE)
    await worker.sends_voice(FOUR)
    worker.sees("最多放3段语音，只留了前3段", "想提什么建议")
    assert len(await stored(chat)) == 3


@on_sqlite
async def test_a_button_sends_no_voice_that_was_not_shown(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    old = worker.token("发送")
    await worker.sends_voice(ONE)
    await worker.sends({"choice": old})
    worker.sees("已经过去了", "语音：1段")
    assert await cases_of(chat) == []


@on_sqlite
async def test_danger_under_a_voice_comes_first(worker: WorkerTester):
    await worker.says("报隐患")
    await worker.sends_voice(ONE, caption="着火了")
    assert "119" in worker.replies[0]["text"]
    worker.sees("现在有1段", "在什么地方")


@on_sqlite
async def test_where_no_voice_is_needed_it_is_not_kept(chat: Chat, worker: WorkerTester):
    await worker.says("附近的驿站")
    await worker.is_at(39.9, 116.4)
    await worker.presses("推荐")
    await worker.sends_voice(ONE)
    worker.sees("这里用不上语音，语音没有留")
    assert await stored(chat) == []


async def test_a_voice_is_added_later(chat: Chat, worker: WorkerTester):
    await at_summary(worker)
    await worker.sends_voice(ONE)
    await worker.presses("发送")
    await worker.presses("查我提的")
    await worker.presses("补充一件")
    await worker.sends_voice(TWO)
    worker.sees("语音收到，会一起交上去", "要补什么")
    worker.sees_not("再打一行字")
    await worker.presses("跳过")
    worker.sees("语音：1段")
    await worker.presses("发送")
    worker.sees("补进")
    async with transaction(chat.sessions) as session:
        [added] = await session.scalars(select(CaseAddition))
    assert (added.words, added.photos, added.recordings) == (None, [], [2])
    assert await in_cases(chat) == 2


@pytest.mark.parametrize("whose", ["another's", "nobody's", "of a case"])
async def test_a_voice_that_is_not_his_to_send_is_refused(
    chat: Chat, worker: WorkerTester, whose: str
):
    sent = "0" * 32
    if whose == "another's":
        sent = await (await chat.newcomer()).record(ONE)
    elif whose == "of a case":
        await at_summary(worker)
        await worker.sends_voice(ONE)
        await worker.presses("发送")
        async with transaction(chat.sessions) as session:
            sent = (await session.scalars(select(CaseRecording.attached_id))).one()
    before = await stored(chat)
    await worker.sends({"recording": sent})
    worker.sees("这段语音用不了了", "找驿站")
    await worker.says(OPENER)
    await worker.sends({"recording": sent})
    worker.sees("这段语音用不了了", "想提什么建议")
    assert await stored(chat) == before


async def test_who_deletes_his_data_takes_his_voice_out_of_the_case(
    chat: Chat, worker: WorkerTester
):
    """The masked words stay; a voice is his own, as his original words are."""
    other = await chat.newcomer()
    for each in (worker, other):
        await each.says(OPENER)
        await each.sends_voice(ONE)
        await each.says(SUBJECT)
        await to_the_summary(each)
        await each.presses("发送")
    await worker.sends_voice(TWO)
    assert len(await stored(chat)) == 3
    await worker.says("我的资料")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    worker.sees("都删掉了")
    assert await stored(chat) == [other.id]
    assert (await in_cases(chat), len(await cases_of(chat))) == (1, 2)
    # The other one sent the very same sound: its file is his now.
    assert len(files(chat)) == 2
    chat.clock.advance(hours=2)
    async with transaction(chat.sessions) as session:
        await recordings.SHELF.sweep(session, chat.clock, chat.voices)
    [left] = files(chat)
    assert left.read_bytes() == recordings.encode(ONE).ogg


async def test_a_voice_that_nothing_needs_is_swept_and_that_of_a_draft_stays(
    chat: Chat, worker: WorkerTester
):
    await worker.says(OPENER)
    await worker.sends_voice(ONE)
    await worker.says("菜单")
    await worker.record(TWO)  # and never said
    chat.clock.advance(days=4)
    for _ in range(2):
        async with transaction(chat.sessions) as session:
            await recordings.SHELF.sweep(session, chat.clock, chat.voices)
    assert await stored(chat) == [worker.id]
    assert [path.read_bytes() for path in files(chat)] == [recordings.encode(ONE).ogg]
    await worker.says("继续")
    await worker.says(SUBJECT)
    await to_the_summary(worker)
    worker.sees("语音：1段")


async def test_voices_move_when_two_chats_become_one(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    await worker.says(OPENER)
    await worker.sends_voice(ONE)
    await worker.says("菜单")
    await phone.says("菜单")
    await link(worker, phone)
    assert await stored(chat) == [phone.id]
    await worker.says("继续")
    worker.sees("想提什么建议")
    await worker.says(SUBJECT)
    await to_the_summary(worker)
    worker.sees("语音：1段")
    await worker.presses("发送")
    assert await in_cases(chat) == 1


@on_sqlite
async def test_a_draft_of_a_voice_alone_is_named_by_it(worker: WorkerTester):
    await worker.says("报隐患")
    await worker.sends_voice(ONE)
    await worker.says("菜单")
    await worker.presses("报隐患")
    worker.sees("没写完的：“语音：1段”")


@on_sqlite
async def test_the_same_voice_again_is_kept_once(chat: Chat, worker: WorkerTester):
    await worker.says(OPENER)
    for _ in range(2):
        await worker.sends_voice(ONE)
    assert len(await stored(chat)) == 1
    async with transaction(chat.sessions) as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 0
