"""Places that riders recommend, in the console: listed, accepted with a form, declined."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from db.models import RestStopRow, StopProposal
from db.session import Sessions, transaction
from tests.console.reader import Reader
from tests.factories import FixedClock
from tests.stops import TODAY, add_proposal, told

WILD = "<script>alert('1')</script>\" & {{ 7*7 }}"
ACCEPT, DECLINE = "加进名单，告诉骑手", "不加入，告诉骑手"


@pytest.fixture
def propose(sessions: Sessions, clock: FixedClock) -> Callable[..., Awaitable[str]]:
    """Let a worker recommend a place; returns the path of its page."""

    async def one(*words: str) -> str:
        async with transaction(sessions) as session:
            await add_proposal(session, clock, *words)
            newest = select(StopProposal.id).order_by(StopProposal.created_at.desc())
            return f"/stops/proposals/{(await session.scalars(newest)).first()}"

    return one


async def test_recommended_places_are_listed_by_state(
    reader: Reader, propose: Callable[..., Awaitable[str]]
):
    page = await reader.opens("/stops/proposals")
    assert "现在没有等着核实的推荐" in page.text
    path = await propose()
    page = await reader.opens("/stops/proposals")
    assert page.links["阿婶糖水铺"] == path
    assert "待核实 1 已加入 0 没有加入 0" in page.text
    assert "推荐 1" in (await reader.opens("/stops")).text
    page = await reader.opens("/stops/proposals?state=declined")
    assert "还没有回绝过推荐" in page.text


async def test_a_recommended_place_is_accepted(
    reader: Reader, propose: Callable[..., Awaitable[str]], sessions: Sessions
):
    path = await propose("阿婶糖水铺", "东涌市场南门", "有热水")
    page = await reader.opens(path)
    assert "阿婶糖水铺 在哪里 东涌市场南门 有什么 有热水" in page.text
    before = page
    page = await reader.presses(ACCEPT, 422, kind="", district="南沙区", has_水="yes")
    page.fault_beside("kind")
    page.fault_beside("city")
    (form,) = [form for form in page.forms if form.button == ACCEPT]
    assert (form.fields["district"], form.fields["has_水"]) == ("南沙区", "yes")
    page = await reader.presses(ACCEPT, kind="爱心商家", city="广州")
    assert page.headings["h1"] == ["阿婶糖水铺"]
    assert "骑手推荐，核实后加入" in page.text
    async with transaction(sessions) as session:
        row = await session.get_one(RestStopRow, page.path.rsplit("/", 1)[1])
    assert (row.city, row.facilities, row.checked_on) == ("广州", ("水",), TODAY)
    reader.page = before
    page = await reader.presses(DECLINE, 403, answer="不方便")
    assert "已经有人处理过了" in page.text
    page = await reader.opens(path)
    assert "已加入 陈静" in page.text
    assert [form.button for form in page.forms] == ["退出"]


async def test_a_recommended_place_is_declined_with_a_reason(
    reader: Reader, propose: Callable[..., Awaitable[str]], sessions: Sessions
):
    path = await propose()
    await reader.opens(path)
    page = await reader.presses(DECLINE, 422, answer="不")
    page.fault_beside("answer")
    assert ">不</textarea>" in page.answer.text
    page = await reader.presses(DECLINE, answer="问过店里，不方便")
    assert page.path == "/stops/proposals"
    page = await reader.opens(path)
    assert "没有加入 陈静" in page.text
    async with transaction(sessions) as session:
        assert ["问过店里，不方便" in words for words in await told(session)] == [True]


@pytest.mark.parametrize(
    "words", [WILD, "\u202eالعربية", "店" * 4000, "一行\n两行", "13812345678"]
)
async def test_a_workers_words_stay_words(
    reader: Reader, propose: Callable[..., Awaitable[str]], words: str
):
    path = await propose(words, words, words)
    await reader.opens("/stops/proposals")
    page = await reader.opens(path)
    assert "13812345678" not in page.answer.text
    assert [found["dir"] for _, found in page.elements if found.get("class") == "said"] == [
        "auto"
    ] * 3
