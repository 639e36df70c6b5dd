"""What staff said of a case is there for whoever asks for it by its code, and hears no news."""

from db.session import transaction
from services import cases, consents
from services.staff.actors import Actor
from tests.services.casing import UNIT, Office, refused
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester


async def answered(
    office: Office, code: str, reviewer: Actor, handler: Actor, *, is_public: bool = False
) -> None:
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "answer", text="下周装好", grade="B", is_public=is_public)
    await office.takes(reviewer, code, "approve")


async def test_who_wants_no_messages_reads_the_answer_when_he_asks(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    """The form says: 想看随时来查. He saw states and dates, and never a word of the answer."""
    code = (await office.hand_in(worker.id, wants_answer=False)).case.code
    await worker.says(code)
    worker.sees_not("答复来了")
    await answered(office, code, reviewer, handler)
    await worker.says(code)
    worker.sees("答复来了（列入计划）", "下周装好", code)


async def test_of_his_only_case_the_word_is_told_without_its_code(
    office: Office, worker: WorkerTester, reviewer: Actor
):
    code = (await office.hand_in(worker.id, "什么都不好")).case.code
    await office.takes(reviewer, code, "refuse", reason="too_vague")
    await worker.says("查我提的")
    worker.sees(code, office.library.refusals["too_vague"].way_on)


async def test_a_private_answer_is_read_by_its_author_alone(
    office: Office, chat: Chat, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    handed = await office.hand_in(worker.id)
    code, word = handed.case.code, handed.query_word
    behind, stranger = await chat.newcomer(), await chat.newcomer()
    await office.support(behind.id, code)
    await answered(office, code, reviewer, handler)
    await behind.says(code)
    behind.sees("已经答复了提的人（列入计划）")
    behind.sees_not("下周装好")
    await stranger.says(f"{code} {word}")
    stranger.sees(code)
    stranger.sees_not("答复了提的人", "下周装好")


async def test_reasons_and_questions_are_read_again(
    office: Office, chat: Chat, worker: WorkerTester, reviewer: Actor
):
    vague = (await office.hand_in(worker.id, "什么都不好")).case.code
    office.clock.advance(minutes=3)
    asked = (await office.hand_in(worker.id, "门禁打不开")).case.code
    behind = await chat.newcomer()
    await office.support(behind.id, asked)
    refusal = office.library.refusals["too_vague"]
    await office.takes(reviewer, vague, "refuse", reason="too_vague")
    await worker.says(vague)
    worker.sees("不受理", refusal.text, refusal.way_on)
    await office.takes(reviewer, asked, "ask", text="是东门还是西门？")
    await worker.says(asked)
    worker.sees("是东门还是西门？", "答复期限：现在停着，接着办时往后顺延")
    await behind.says(asked)
    behind.sees_not("东门")
    await worker.presses("回答")
    await worker.says("东门")
    await worker.presses("发送")
    assert (await office.at(asked)).events[-1].step == "supply"


async def test_no_card_promises_a_day_while_the_case_stands_still(
    office: Office, worker: WorkerTester, reviewer: Actor, handler: Actor
):
    code = (await office.hand_in(worker.id)).case.code
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    dues = [cases.card(office.library, await office.at(code)).due]
    await office.takes(handler, code, "pause", note="等鉴定")
    dues.append(cases.card(office.library, await office.at(code)).due)
    await office.takes(handler, code, "resume")
    dues.append(cases.card(office.library, await office.at(code)).due)
    assert dues == ["2026-11-25", None, "2026-11-25"]


async def test_who_takes_no_messages_is_not_asked(office: Office, reviewer: Actor):
    """The question would reach nobody, and the clock stand still."""
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    async with transaction(office.sessions) as session:
        await consents.withdraw(session, office.clock, author, consents.NEWS)
    assert await refused(office, reviewer, code, "ask", text="哪个门？") == (
        "case_steps.nobody_to_ask"
    )
