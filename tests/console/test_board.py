"""The pages that release to the board, label sentences and change texts."""

import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import BoardPost, CaseView
from db.session import Sessions, transaction
from services import sentences
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.factories import FixedClock

StaffAt = Callable[..., Awaitable[Reader]]
WORDS = {"title": "路口加灯", "text": "路口晚上太黑，希望加灯。"}


@pytest.fixture
def database() -> str:
    """The same on both; tests/services/board/ asks both."""
    return "sqlite"


async def taken_up(reader: Reader, code: str) -> None:
    await reader.opens(f"/cases/{code}")
    await reader.presses("开始审核")


async def test_a_case_is_previewed_released_and_taken_off(
    reader: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in("来件人的原话在这里不能抄")
    page = await reader.opens(f"/cases/{code}/board")
    assert "不能公示" in page.text
    await taken_up(reader, code)
    page = await reader.opens(f"/cases/{code}")
    page = await reader.opens(page.links["公示到“你说我办”"])
    assert "没有公示" in page.text
    (form,) = [form for form in page.forms if form.button == "预览"]
    assert form.fields["text"] == ""
    page = await reader.presses("预览", **WORDS)
    assert "公众会看到 路口加灯" in page.text
    async with transaction(sessions) as session:
        assert (await session.scalars(select(BoardPost))).all() == []
        assert (await session.scalars(select(CaseView))).all()
    page = await reader.presses("公示，所有人可见")
    assert "公示中，第 1 条" in page.text
    page = await reader.opens("/cases")
    page = await reader.opens(page.links["公示"])
    assert f"第 1 条 路口加灯 公示中 {code}" in page.text
    await reader.opens("/cases/board?page=2", 404)
    page = await reader.opens(page.links["路口加灯"])
    page = await reader.presses("撤下", 422, reason="")
    assert "请写明为什么撤下" in page.text
    page = await reader.presses("撤下", reason="有人认出来了")
    assert "已撤下" in page.text
    assert "有人认出来了" in page.text


async def test_what_looks_personal_is_shown_and_must_be_looked_at(reader: Reader, hand_in: HandIn):
    code = await hand_in()
    await taken_up(reader, code)
    await reader.opens(f"/cases/{code}/board")
    said = WORDS["text"] + "电话13812345678"
    page = await reader.presses("预览", **{**WORDS, "text": said})
    assert "像是有个人信息" in page.text
    page = await reader.presses("公示，所有人可见", 422)
    assert "还没有公示" in page.text
    (form,) = [form for form in page.forms if form.button == "预览"]
    assert form.fields["text"] == said
    page = await reader.presses("公示，所有人可见", looked="yes")
    assert "公示中" in page.text


async def test_a_stale_form_keeps_what_was_typed(reader: Reader, hand_in: HandIn):
    code = await hand_in()
    await taken_up(reader, code)
    await reader.opens(f"/cases/{code}/board")
    page = await reader.presses("预览", **WORDS)
    (late,) = [form for form in page.forms if form.button == "公示，所有人可见"]
    await reader.presses("公示，所有人可见")
    answer = await reader.client.post(late.action, data={**late.fields, "title": "我写的标题"})
    assert answer.status_code == 409
    assert "别人改过公示的内容" in answer.text
    assert "我写的标题" in answer.text


async def test_a_sentence_is_labelled_or_ignored(
    staff_at: StaffAt, sessions: Sessions, library: Library, clock: FixedClock
):
    reader = await staff_at("李强", Role.CONTENT_EDITOR)
    page = await reader.opens("/sentences")
    assert "这里没有句子" in page.text
    for text, count in (("车没电咋整啊", 2), ("随便说一句", 1)):
        for _ in range(count):
            async with transaction(sessions) as session:
                await sentences.note(session, library, clock, text)
    page = await reader.opens("/sentences")
    assert page.text.index("车没电咋整啊") < page.text.index("随便说一句")
    page = await reader.presses("记下意思：车没电咋整啊", 422)
    assert "请从列表里选" in page.text
    await reader.presses("记下意思：车没电咋整啊", intent="find_rest_stop")
    page = await reader.presses("不用学：随便说一句")
    assert "还没看 0 写了意思 1 不用学 1" in page.text
    answer = await reader.client.get("/sentences/export")
    assert answer.text.endswith(
        "- intent: find_rest_stop\n    examples: |\n      - 车没电咋整啊\n"
    )
    assert "attachment" in answer.headers["content-disposition"]
    await reader.opens("/sentences?state=x", 404)
    await reader.opens("/sentences?page=9", 404)


async def test_a_text_is_proposed_by_one_and_approved_by_another(staff_at: StaffAt):
    first = await staff_at("李强", Role.CONTENT_EDITOR)
    second = await staff_at("王芳", Role.CONTENT_EDITOR)
    await first.opens("/texts")
    page = await first.opens("/texts/case_steps.template_a")
    stale = next(form for form in page.forms if form.button == "交给别人审")
    page = await first.presses("交给别人审", 422, text="没有空", reason="统一说法")
    assert "要留下 {about}" in page.text
    new = "你提的{about}办好了：〔做了什么〕。"
    page = await first.presses("交给别人审", text=new, reason="统一说法")
    assert "自己提的改动要请别人来审" in page.text
    answer = await second.client.post(stale.action, data={**stale.fields, "text": "我写的"})
    assert answer.status_code in {403, 422}
    page = await second.opens(page.path)
    page = await second.presses("同意，马上生效")
    assert f"现在用的 {new}" in page.text
    assert "李强 提，王芳 审" in page.text


async def test_a_fact_about_rights_is_looked_at(staff_at: StaffAt, library: Library):
    reader = await staff_at("李强", Role.CONTENT_EDITOR)
    drafts = [
        fact.claim
        for topic in library.topics.values()
        for fact in topic.facts
        if fact.force == "draft"
    ]
    page = await reader.opens("/rights?reason=draft&region=全国")
    (claim, *_) = [each for each in drafts if each in page.links]
    waiting = re.findall(r"待看的权益条目 (\d+)", (await reader.opens("/texts")).text)
    page = await reader.opens(page.links[claim])
    assert "只是草案" in page.text
    page = await reader.presses("看过了", 422, note="看")
    assert "请写明看了什么" in page.text
    assert next(f for f in page.forms if f.button == "看过了").fields["note"] == "看"
    at = page.path.removesuffix("/look")
    page = await reader.presses("看过了", note="查过，还是草案")
    assert page.path == "/rights"
    page = await reader.opens("/rights?reason=draft&region=全国")
    assert claim not in page.links
    left = re.findall(r"待看的权益条目 (\d+)", (await reader.opens("/sentences")).text)
    assert int(left[-1]) == int(waiting[-1]) - 1
    page = await reader.opens(at)
    assert "李强" in page.text
    assert "查过，还是草案" in page.text
    for path in ("?reason=x", "?page=99", "?region=火星&page=2", "/none"):
        await reader.opens(f"/rights{path}", 404)
    assert "这里没有要看的条目" in (await reader.opens("/rights?region=火星")).text
