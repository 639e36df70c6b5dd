"""The question "where are you?" and what may be said instead of a place."""

import pytest

from services.turns import Heard
from tests.fakes import heard
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

ELSEWHERE = [
    ("广州最低工资多少", heard("ask_minimum_wage", 0.9, region="广州"), "right"),
    ("站长跑了工资没发", heard("ask_pay_arrears", 0.9), "right"),
]
PLACES = [
    ("我在黄阁", heard("ask_minimum_wage", 0.9)),
    ("东涌", heard("thank", 0.9)),
    ("万达附近", heard("find_rest_stop", 0.9)),
    ("南沙", Heard(None)),
    ("盐城", heard("ask_minimum_wage", 0.9)),
]


@pytest.mark.parametrize(("text", "understood", "kind"), ELSEWHERE)
@on_sqlite
async def test_another_question_is_answered_as_such(
    chat: Chat, worker: WorkerTester, text: str, understood: Heard, kind: str
):
    chat.rasa.hears[text] = understood
    await worker.says("找驿站")
    await worker.says(text)
    assert worker.cards(kind)
    assert not worker.cards("rest_stop")


@pytest.mark.parametrize(("text", "understood"), PLACES)
@on_sqlite
async def test_a_bare_place_is_a_place_whatever_was_heard(
    chat: Chat, worker: WorkerTester, text: str, understood: Heard
):
    chat.rasa.hears[text] = understood
    await worker.says("找驿站")
    await worker.says(text)
    assert worker.cards("rest_stop") or "你说的是" in worker.texts or "没有收录" in worker.texts
