"""The inbox and the page of one case."""

from datetime import date

import pytest
from sqlalchemy import select, update

from content.library import Library
from db.models import Case, CaseEvent, CaseView, OutboxRow, Staff
from db.session import Sessions, transaction
from kit.ids import new_code
from services import cases
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.factories import FixedClock

WILD = "<script>alert('1')</script><b onclick=x>\" & {{ 7*7 }}"
ARABIC = "\u202eالعربية\u200f abc"


async def test_an_empty_inbox_says_so(reader: Reader):
    page = await reader.opens("/cases")
    assert "还没有来件" in page.text
    page = await reader.opens("/cases?state=withdrawn")
    assert page.headings["h1"] == ["已撤回的来件"]
    assert "现在没有已撤回的来件" in page.text


async def test_the_inbox_shows_the_newest_first(reader: Reader, hand_in: HandIn):
    older = await hand_in("桥下积水", kind="hazard", place="番禺大桥")
    newer = await hand_in()
    page = await reader.opens("/cases")
    assert [word for word in page.links if word in {older, newer}] == [newer, older]
    assert (
        f"{older} 隐患 已收到 桥下积水 地点 番禺大桥 收到 2026-11-18 10:31 期限 2026-11-25"
        in page.text
    )
    assert f"{newer} 建议 已收到 路口没有充电柜 地点 未填写 收到 2026-11-18 10:32" in page.text


async def test_a_due_date_is_shown(reader: Reader, hand_in: HandIn, sessions: Sessions):
    code = await hand_in()
    async with transaction(sessions) as session:
        await session.execute(update(Case).values(due=date(2026, 12, 3)))
    for path in ("/cases", f"/cases/{code}"):
        page = await reader.opens(path)
        assert "2026-12-03" in page.text
        assert "未定" not in page.text


async def test_states_filter_the_inbox_and_bear_counts(reader: Reader, hand_in: HandIn):
    first, second = await hand_in(), await hand_in()
    await reader.opens(f"/cases/{first}")
    await reader.presses("开始审核")
    page = await reader.opens("/cases")
    assert "全部 2 已收到 1 审核中 1" in page.text
    page = await reader.opens(page.links["审核中"])
    assert page.headings["h1"] == ["审核中的来件"]
    assert first in page.links
    assert second not in page.links


async def test_the_inbox_has_pages_of_fifty(reader: Reader, sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        for i in range(101):
            case = Case(id=f"{i:032}", code=new_code(), kind="hazard", subject=f"第{i}件")
            case.created_at = clock.advance(seconds=1)
            event = CaseEvent(id=f"{i:032}", number=1, state="received", actor="worker")
            event.at = case.created_at
            case.events = [event]
            session.add(case)
    page = await reader.opens("/cases?state=received")
    assert ("第100件" in page.text, "第50件" in page.text) == (True, False)
    assert "第 1 页，共 3 页，101 件" in page.text
    assert "上一页" not in page.links
    page = await reader.opens(page.links["下一页"])
    assert page.headings["h1"] == ["已收到的来件（第 2 页）"]
    page = await reader.opens(page.links["下一页"])
    assert page.path == "/cases?state=received&page=3"
    assert "第0件" in page.text
    assert "下一页" not in page.links
    await reader.opens("/cases?page=4", 404)


@pytest.mark.parametrize(
    "query",
    [
        *("page=abc", "page=0", "page=-1", "page=1.5", "page=²", "page=", "page=1%00", "page=2"),
        *("page=999999", "page=" + "9" * 30, "state=closed", "state=' OR 1=1"),
        "state=" + "x" * 20_000,
    ],
)
async def test_a_wrong_address_of_the_inbox_is_explained(reader: Reader, query: str):
    page = await reader.opens(f"/cases?{query}", 404)
    assert page.headings["h1"] == ["没有找到"]
    assert page.links["返回来件列表"] == "/cases"


async def test_a_case_shows_everything_that_was_handed_in(reader: Reader, hand_in: HandIn):
    code = await hand_in("路灯坏了\n晚上看不见", place="市桥街", remedy="修一修", kind="hazard")
    page = await reader.opens(f"/cases/{code}")
    assert page.headings["h1"] == [f"来件 {code}"]
    assert "路灯坏了\n晚上看不见" in page.answer.text
    for words in ("市桥街", "修一修", "隐患", "2026-11-18 10:31", "2026-11-25", "已收到 来件人"):
        assert words in page.text
    code = await hand_in("只有一句话")
    page = await reader.opens(f"/cases/{code}")
    assert "地点 未填写 希望怎么办 未填写" in page.text


@pytest.mark.parametrize(
    "words", [WILD, ARABIC, "长" * 4000, "a" * 4000], ids=["html", "rtl", "long", "run"]
)
async def test_a_workers_words_stay_words(reader: Reader, hand_in: HandIn, words: str):
    code = await hand_in(words, place=words, remedy=words)
    page = await reader.opens("/cases")
    assert words[:10] in page.text
    page = await reader.opens(f"/cases/{code}")
    assert words in page.text
    paragraphs = [found for tag, found in page.elements if found.get("class") == "said"]
    assert [found["dir"] for found in paragraphs] == ["auto"] * 3


async def test_personal_numbers_are_masked(reader: Reader, hand_in: HandIn):
    code = await hand_in("打我电话13812345678", place="找13812345678", remedy="13812345678")
    for path in ("/cases", f"/cases/{code}"):
        page = await reader.opens(path)
        assert "13812345678" not in page.answer.text


async def test_each_look_at_a_case_is_recorded(
    reader: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in()
    await reader.opens("/cases")
    await reader.opens(f"/cases/{code}")
    await reader.opens(f"/cases/{code}")
    async with transaction(sessions) as session:
        rows = select(Staff.name, Case.code, CaseView.at).join(
            CaseView, CaseView.staff_id == Staff.id
        )
        seen = (await session.execute(rows.join(Case, Case.id == CaseView.case_id))).all()
    assert [(name, seen_code) for name, seen_code, _ in seen] == [("陈静", code)] * 2


@pytest.mark.parametrize("typed", ["{code}", "{lower}", "{bare}", "{spaced}"])
async def test_a_code_may_be_typed_as_it_was_heard(reader: Reader, hand_in: HandIn, typed: str):
    code = await hand_in()
    bare = code.replace("-", "")
    path = typed.format(code=code, lower=code.lower(), bare=bare, spaced=" ".join(bare))
    page = await reader.opens(f"/cases/{path}")
    assert page.path == f"/cases/{code}"


@pytest.mark.parametrize("code", ["7KQ3-M9TX", "x", "%00", "来件", "<script>", "A" * 3000, "%ff"])
async def test_an_unknown_code_is_explained(reader: Reader, code: str):
    page = await reader.opens(f"/cases/{code}", 404)
    assert "没有" in page.text
    assert (await reader.client.post(f"/cases/{code}/steps/take_up")).status_code == 403


async def test_a_review_is_started_once_and_the_worker_hears_of_it(
    reader: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in()
    page = await reader.opens(f"/cases/{code}")
    (form,) = [form for form in page.forms if form.button == "开始审核"]
    page = await reader.presses("开始审核")
    assert page.path == f"/cases/{code}"
    assert "审核中 工作人员" in page.text
    assert "开始审核" not in [form.button for form in page.forms]
    again = await reader.client.post(form.action, data=form.fields)
    assert again.status_code == 409
    assert "别人已经动过这件" in again.text
    async with transaction(sessions) as session:
        news = (await session.scalars(select(OutboxRow))).all()
    assert [row.cause for row in news] == [f"case:{code}:2:in_review"]


async def test_a_withdrawn_case_offers_no_review(
    reader: Reader, hand_in: HandIn, sessions: Sessions, library: Library, clock: FixedClock
):
    code = await hand_in()
    async with transaction(sessions) as session:
        (worker_id,) = (await session.scalars(select(Case.worker_id))).all()
        await cases.withdraw(session, library, clock, worker_id, code)
    page = await reader.opens(f"/cases/{code}")
    assert "已撤回 来件人" in page.text
    assert "开始审核" not in [form.button for form in page.forms]


@pytest.mark.parametrize("token", [None, "", "forged", "é", "x" * 10_000])
async def test_a_form_of_another_making_changes_nothing(
    reader: Reader, hand_in: HandIn, token: str | None
):
    code = await hand_in()
    fields = {} if token is None else {"csrf": token}
    for path in (f"/cases/{code}/steps/take_up", "/sign-out"):
        answer = await reader.client.post(path, data=fields)
        assert answer.status_code == 403
        assert "已经过期" in answer.text
    page = await reader.opens(f"/cases/{code}")
    assert "开始审核" in [form.button for form in page.forms]
