"""A question that is asked in the middle of a suggestion: answered, written down or dropped."""

import pytest

from tests.fakes import heard
from tests.services.test_suggestion import OPENER, PLACE, SUBJECT, state_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

QUESTION = "广州最低工资多少"


@pytest.fixture
async def asking(chat: Chat, worker: WorkerTester) -> WorkerTester:
    """A worker who asks something else at the place step."""
    chat.rasa.hears = {QUESTION: heard("ask_minimum_wage"), OPENER: heard("send_suggestion")}
    await worker.says(OPENER)
    await worker.says(SUBJECT)
    await worker.says(QUESTION)
    worker.sees("是要我回答，还是写进地点", QUESTION)
    return worker


async def test_a_question_inside_is_answered_and_the_draft_waits(chat: Chat, asking: WorkerTester):
    await asking.presses("先回答我")
    asking.sees("2500", "写了一半的还留着")
    await asking.says("继续")
    asking.sees("在什么地方")
    assert (await state_of(chat, asking)).answers == {"subject": SUBJECT}


@pytest.mark.parametrize(
    ("title", "place", "next_words"), [("写进去", QUESTION, "办好"), ("都不要", None, "什么地方")]
)
@on_sqlite
async def test_a_question_inside_is_written_down_or_dropped(
    chat: Chat, asking: WorkerTester, title: str, place: str | None, next_words: str
):
    await asking.presses(title)
    asking.sees(next_words)
    answers = (await state_of(chat, asking)).answers
    assert answers.get("place") == place
    assert set(answers) <= {"subject", "place"}


@on_sqlite
async def test_another_answer_replaces_the_question(chat: Chat, asking: WorkerTester):
    await asking.says(PLACE)
    asking.sees("办好")
    assert (await state_of(chat, asking)).answers == {"subject": SUBJECT, "place": PLACE}
