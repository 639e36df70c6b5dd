"""What a worker does in the chat about a case of his: answers, says whether he is content."""

from typing import Any

import pytest
from sqlalchemy import select

from db.models import Account, OutboxRow
from db.session import transaction
from services.staff.actors import Actor
from tests.services.casing import UNIT, Office
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester


async def newest(office: Office, worker: WorkerTester) -> dict[str, Any]:
    """The newest news of a worker, as his channel shows it."""
    query = (
        select(OutboxRow)
        .join(Account, Account.id == OutboxRow.account_id)
        .where(Account.worker_id == worker.id)
        .order_by(OutboxRow.number.desc())
    )
    async with transaction(office.sessions) as session:
        row = (await session.scalars(query)).first()
    assert row is not None
    return row.reply


def token(news: dict[str, Any], title: str) -> str:
    return next(choice["token"] for choice in news["choices"] if choice["title"] == title)


async def answered(office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor) -> str:
    code = (await office.hand_in(worker.id)).case.code
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "answer", text="下周装好", grade="B")
    await office.takes(reviewer, code, "approve")
    return code


async def test_the_day_after_the_answer_he_is_asked_by_buttons(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    code = await answered(office, worker, reviewer, handler)
    office.clock.advance(days=1)
    await office.tick()
    news = await newest(office, worker)
    assert [choice["title"] for choice in news["choices"]] == ["满意", "基本满意", "不满意"]
    await worker.sends({"choice": token(news, "不满意")})
    worker.sees("再办一次", "前答复", code)
    assert (await office.at(code)).state == "handling"
    await worker.sends({"choice": token(news, "满意")})  # pressed once more, too late
    worker.sees_not("谢谢")


async def test_the_bare_words_do_as_well(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    code = await answered(office, worker, reviewer, handler)
    await worker.says("基本满意")
    worker.sees("记下了，谢谢", code)
    detail = await office.show(code, reviewer.id)
    assert (detail.summary.state, detail.answers[0].rating) == ("rated", "fair")


async def test_without_an_answer_the_words_mean_nothing_here(worker: WorkerTester):
    await worker.says("满意")
    worker.sees_not("记下了")


async def test_a_question_is_answered_by_its_button(
    office: Office, worker: WorkerTester, reviewer: Actor
):
    code = (await office.hand_in(worker.id)).case.code
    await office.takes(reviewer, code, "ask", text="是东门还是西门？")
    news = await newest(office, worker)
    assert "是东门还是西门？" in news["text"]
    await worker.sends({"choice": token(news, "回答")})
    await worker.says("东门，早上八点最堵")
    await worker.presses("发送")
    case = await office.at(code)
    assert (case.state, case.events[-1].step) == ("received", "supply")
    detail = await office.show(code, reviewer.id)
    assert detail.additions[0].words == "东门，早上八点最堵"


async def test_another_may_not_press_it(
    office: Office, chat: Chat, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    code = await answered(office, worker, reviewer, handler)
    office.clock.advance(days=1)
    await office.tick()
    stranger = await chat.newcomer()
    await stranger.sends({"choice": token(await newest(office, worker), "不满意")})
    assert (await office.at(code)).state == "answered"


OPINIONS = {
    "我对答复不满意": "poor",
    "我对你们的处理结果还是不满意。": "poor",
    "这次的答复很满意": "good",
    "答复还行": "fair",
}


@pytest.mark.parametrize("words", OPINIONS)
async def test_a_sentence_about_the_answer_does_as_well(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor, words: str
):
    code, rating = await answered(office, worker, reviewer, handler), OPINIONS[words]
    await worker.says(words)
    worker.sees(code)
    detail = await office.show(code, reviewer.id)
    assert detail.answers[0].rating == rating
    assert detail.summary.state == ("handling" if rating == "poor" else "rated")


@pytest.mark.parametrize(
    "words", ["骑手对平台规则不满意", "我不知道满意不满意", "答复", "我对答复"]
)
async def test_what_is_no_opinion_of_the_answer_rates_nothing(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor, words: str
):
    code = await answered(office, worker, reviewer, handler)
    await worker.says(words)
    assert (await office.at(code)).state == "answered"


async def test_who_asks_how_it_goes_may_rate_the_newest_answer_at_once(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    """Nothing of his is open then, so there is nothing to add to or to take back."""
    code = await answered(office, worker, reviewer, handler)
    await worker.says("菜单")
    await worker.presses("查我提的")
    worker.sees(code, "下周装好", f"{code} 已经答复了", "满意", "基本满意", "不满意")
    worker.sees_not("撤回一件", "补充一件")
    await worker.says(f"编号 {code}")
    worker.sees("满意", "基本满意", "不满意")
    await worker.presses("不满意")
    worker.sees("再办一次")
    await worker.says("菜单")
    await worker.presses("查我提的")
    worker.sees("撤回一件", "补充一件")
    worker.sees_not("基本满意")
