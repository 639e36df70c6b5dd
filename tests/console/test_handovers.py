"""Talks with workers in the console: the queue, one talk, two who are too fast, nothing lost."""

from collections.abc import Awaitable, Callable

import pytest

from console.pages import Pages
from content.library import Library
from db.repositories.accounts import AccountRepository
from db.session import Sessions, transaction
from kit.settings import Settings
from services.accounts import mark_gone
from services.handovers import ending, rows
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.reader import Reader
from tests.factories import FixedClock
from tests.pictures import photo
from tests.services.talking import Desk
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester
from tests.voices import voice

StaffAt = Callable[..., Awaitable[Reader]]
TAKE = "接手2026-11-18 10:30 来的"


@pytest.fixture
def database() -> str:
    """The rules are tested on both in tests/services."""
    return "sqlite"


@pytest.fixture
def desk(sessions: Sessions, library: Library, clock: FixedClock, settings: Settings) -> Desk:
    chat = Chat(sessions, library, clock, settings.photos)
    chat.rasa.mode = "down"
    return Desk(chat)


@pytest.fixture
async def worker(desk: Desk) -> WorkerTester:
    """Somebody who waits for a person."""
    worker = await desk.chat.newcomer()
    await worker.says("转人工")
    await worker.says("<b>我电话13812345678</b>")
    return worker


async def test_staff_take_a_talk_and_answer(reader: Reader, worker: WorkerTester, desk: Desk):
    page = await reader.opens("/handovers")
    assert "现在没有人在岗" in page.text
    page = await reader.presses("我在岗")
    assert "今天在岗：陈静" in page.text
    assert "在排队（1）" in page.text
    assert "<b>我电话〔电话〕</b>" in page.text
    page = await reader.presses(TAKE)
    assert "骑手 2026-11-18 10:30 <b>我电话〔电话〕</b>" in page.text
    assert "陈静接手" in page.text
    page = await reader.opens(f"{page.path}?ready=1")
    (form,) = [form for form in page.forms if form.button == "发给骑手"]
    assert form.fields["text"] == "你好，我是工作人员，你说，我在看。"
    page = await reader.presses("发给骑手")
    assert "陈静 2026-11-18 10:30 你好，我是工作人员" in page.text
    page = await reader.presses("发给骑手", 422, text=" ")
    assert "请写 1 到 1000 个字，还没有发出去。" in page.text
    page = await reader.presses("发给他看", case_text="路灯坏了", case_kind="hazard")
    assert "请他交的隐患 路灯坏了" in page.text
    page = await reader.presses("结束，交回机器人", why="solved")
    assert "这次对话结束了：已经答复。" in page.text
    assert "我最近结束的" in (await reader.opens("/handovers")).text
    told = [reply["text"].splitlines()[0] for reply in await desk.told(worker)]
    assert told[1:] == [
        "工作人员：",
        "工作人员帮你写了一份，你看一遍，能改，要交自己点：",
        "工作人员结束了这次对话。我接着为你服务。",
    ]


async def test_who_is_too_late_is_told_and_loses_no_word(
    staff_at: StaffAt, worker: WorkerTester, desk: Desk
):
    first, second = await staff_at("陈静"), await staff_at("李强")
    for reader in (first, second):
        await reader.opens("/handovers")
        await reader.presses("我在岗")
    page = await first.presses(TAKE)
    late = await second.presses(TAKE, 409)
    assert "已经由陈静接了" in late.text
    page = await first.opens(page.path)
    page = await first.presses("转给他")
    page = await first.opens(page.path)
    assert "陈静转给李强" in page.text
    assert [form.button for form in page.forms if "发给" in form.button] == []
    page = await second.opens(page.path)
    await worker.says("返回机器人")
    page = await second.presses("发给骑手", 409, text="写了半天的话")
    assert "已经结束了，没有发出去" in page.text
    assert "你写的没有发出去 写了半天的话" in page.text
    assert "写了半天的话" not in [word.words for word in await desk.words()]


async def test_photos_and_voices_open_and_are_noted(
    reader: Reader, worker: WorkerTester, desk: Desk
):
    await worker.sends_photo(photo())
    await worker.sends_voice(voice(3, seed=3))
    talk = (await desk.talk_of(worker)).id
    page = await reader.opens(f"/handovers/{talk}")
    assert page.links["照片1，点开看"] == f"/handovers/{talk}/photos/1"
    answer = await reader.client.get(f"/handovers/{talk}/photos/1")
    assert answer.headers["content-type"] == "image/jpeg"
    answer = await reader.client.get(f"/handovers/{talk}/recordings/1")
    assert answer.headers["content-type"] == "audio/ogg"
    page = await reader.opens(f"/handovers/{talk}")
    assert "陈静看了照片" in page.text
    assert "陈静听了语音" in page.text
    assert "已经没有了" in (await reader.opens(f"/handovers/{talk}/photos/2", 404)).text
    assert "没有这次对话" in (await reader.opens("/handovers/x", 404)).text


async def test_what_keeps_itself_up_to_date_is_a_part_of_the_page(
    reader: Reader, worker: WorkerTester, desk: Desk
):
    talk = (await desk.talk_of(worker)).id
    parts = {"/handovers": "/handovers/list", f"/handovers/{talk}": f"/handovers/{talk}/words"}
    for whole, part in parts.items():
        page = await reader.opens(whole)
        answer = await reader.client.get(part)
        assert answer.text.strip() in page.answer.text


async def test_who_closed_the_chat_is_said_to_get_nothing_now(
    reader: Reader, worker: WorkerTester, desk: Desk
):
    talk = (await desk.talk_of(worker)).id
    page = await reader.opens(f"/handovers/{talk}")
    assert "骑手关掉了聊天" not in page.text
    async with transaction(desk.chat.sessions) as session:
        for each in await AccountRepository(session).of_worker(worker.id):
            await mark_gone(session, desk.chat.clock, each.id)
    page = await reader.opens(f"/handovers/{talk}")
    assert "骑手关掉了聊天，你写的先存着" in page.text


async def test_a_limited_reviewer_has_no_part_in_talks(staff_at: StaffAt):
    limited = await staff_at("李强", Grant(Role.REVIEWER, districts=("广东/广州",)))
    page = await limited.opens("/handovers", 403)
    assert "没有这项权限" in page.text
    assert "/handovers" not in (await limited.opens("/cases")).links.values()


def test_the_pages_have_words_for_all_that_is_noted(library: Library):
    names = Pages(library)._templates.get_template("handovers/names.html").module
    assert set(names.REASONS) == set(ending.REASONS)
    assert set(names.STATES) == {*rows.OPEN, rows.CLOSED}
    assert set(ending.BY_STAFF) < set(ending.REASONS)
