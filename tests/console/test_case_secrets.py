"""What a case hides: a canary in all a worker gives, and the doors through which staff see it."""

import pytest
from sqlalchemy import select, text

from content.library import Library
from db.base import Base
from db.models import Case, CaseView, WorkerKey
from db.session import MASTER_KEY, Sessions, transaction
from services import cases
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.factories import FixedClock, add_turn, add_worker

PHONE, ID_NUMBER, NAME = "13987654321", "11010519491231002X", "欧阳铁柱"
CANARY = (PHONE, ID_NUMBER, NAME)
FIELDS = {
    "place": f"蕉门，找{PHONE}",
    "remedy": f"打{PHONE}，证件{ID_NUMBER}",
    "extras": {"since": f"问{PHONE}"},
    "contact": f"{PHONE} {ID_NUMBER}",
    "caller": NAME,
}


@pytest.fixture
async def code(hand_in: HandIn) -> str:
    """A case full of what nobody is to see."""
    return await hand_in(f"路灯坏了，电话{PHONE}，身份证{ID_NUMBER}", **FIELDS)


async def looks(sessions: Sessions) -> list[tuple[str, str | None]]:
    async with transaction(sessions) as session:
        rows = await session.execute(
            select(CaseView.kind, CaseView.reason).where(CaseView.kind != "case")
        )
        return [(kind, reason) for kind, reason in rows]


async def test_no_page_no_news_and_no_row_holds_the_canary(
    *, reader: Reader, code: str, sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        author = await session.scalar(select(Case.worker_id).where(Case.code == code))
        other = await add_worker(session)
        turn = await add_turn(session, other.id)
        await cases.support(session, clock, other.id, turn.id, code)
        turn = await add_turn(session, str(author))
        await cases.add(
            session, library, clock, str(author), turn.id, code=code, text=f"再说一次{PHONE}"
        )
    pages = [await reader.opens("/cases"), await reader.opens(f"/cases/{code}")]
    pages.append(await reader.presses("开始审核"))
    for page in pages:
        assert not [word for word in CANARY if word in page.answer.text]
        assert not [word for word in CANARY if word in str(page.answer.headers)]
    async with transaction(sessions) as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608
                held = b"".join(
                    bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode()
                    for each in row
                )
                assert not [word for word in CANARY if word.encode() in held], table.name


async def test_the_original_is_shown_once_for_a_reason(
    reader: Reader, code: str, sessions: Sessions
):
    await reader.opens(f"/cases/{code}")
    page = await reader.presses("看原话", 422, reason="看")
    assert "请写明为什么要看" in page.text
    assert await looks(sessions) == []
    page = await reader.presses("看原话", reason="电话里核对地点")
    assert f"路灯坏了，电话{PHONE}，身份证{ID_NUMBER}" in page.text
    assert NAME not in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert await looks(sessions) == [("original", "电话里核对地点")]
    page = await reader.opens(f"/cases/{code}")
    assert PHONE not in page.answer.text
    assert (await reader.client.get(f"/cases/{code}/original")).status_code == 405


async def test_the_contact_is_a_look_of_its_own(reader: Reader, code: str, sessions: Sessions):
    await reader.opens(f"/cases/{code}")
    page = await reader.presses("看联系方式", contact_reason="回电话答复他")
    assert f"称呼 {NAME} 联系方式 {PHONE} {ID_NUMBER}" in page.text
    assert "路灯" not in page.text
    assert await looks(sessions) == [("contact", "回电话答复他")]


async def test_without_a_contact_there_is_no_door(reader: Reader, hand_in: HandIn):
    page = await reader.opens(f"/cases/{await hand_in()}")
    assert "看联系方式" not in [form.button for form in page.forms]


async def test_of_who_was_forgotten_nothing_is_left(reader: Reader, code: str, sessions: Sessions):
    page = await reader.opens(f"/cases/{code}")
    (form,) = [form for form in page.forms if form.button == "看原话"]
    async with transaction(sessions) as session:
        for key in await session.scalars(select(WorkerKey)):
            await session.delete(key)
    answer = await reader.client.post(form.action, data={**form.fields, "reason": "看看还在不在"})
    assert answer.status_code == 404
    assert "原话已经没有了" in answer.text
    assert PHONE not in answer.text
    assert await looks(sessions) == []


async def test_another_master_key_is_told(reader: Reader, code: str, sessions: Sessions):
    await reader.opens(f"/cases/{code}")
    sessions.configure(info={**sessions.kw["info"], MASTER_KEY: b"x" * 32})
    page = await reader.presses("看原话", 503, reason="电话里核对地点")
    assert "主密钥没有设好，或者换过了" in page.text
    assert await looks(sessions) == []


async def test_more_words_are_hidden_by_hand(reader: Reader, hand_in: HandIn):
    words = "保安蓝雨衣不让进"
    code = await hand_in(words, place="蓝雨衣的岗亭", remedy="换人")
    await reader.opens(f"/cases/{code}")
    page = await reader.presses("隐去", 422, words="红雨衣")
    assert "来件里没有这几个字" in page.text
    page = await reader.presses("隐去", words="蓝雨衣")
    assert page.path == f"/cases/{code}"
    assert "蓝雨衣" not in page.answer.text
    assert "保安〔已隐去〕不让进" in page.text
    assert "已收到 工作人员" in page.text
    assert "又隐去了2处文字" in page.text
    assert "蓝雨衣" not in (await reader.opens("/cases")).answer.text
    await reader.opens(f"/cases/{code}")
    assert words in (await reader.presses("看原话", reason="核对是谁")).text


async def test_a_held_case_is_labelled_first_and_let_in(reader: Reader, hand_in: HandIn):
    first = await hand_in("门口没地方停车")
    held = await hand_in("门口没地方停车")
    newest = await hand_in("别的事情")
    page = await reader.opens("/cases")
    assert [word for word in page.links if word in {first, held, newest}] == [held, newest, first]
    assert "待查看 一天内有别人交过一模一样的话" in page.text
    page = await reader.opens(f"/cases/{held}")
    assert page.links[first] == f"/cases/{first}"
    assert "开始审核" not in [form.button for form in page.forms]
    page = await reader.presses("看过了，收下")
    assert "待查看 来件人" in page.text
    assert "已收到 工作人员" in page.text
    assert "开始审核" in [form.button for form in page.forms]
