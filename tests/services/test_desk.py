"""The desk: whatever is heard, there is an answer and a way on, and no draft is lost."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from db.models import DialogueRow
from db.session import transaction
from kit.ids import new_id
from services import desk
from services.turns import NOTHING_HEARD, Heard, Turn
from tests.factories import add_turn
from tests.fakes import FALLBACK, heard
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

CATALOGUE = Path(__file__).resolve().parents[2] / "nlu" / "intents.yml"
INTENTS: dict[str, dict[str, str]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
# What a product says that is not finished, and what a formatter leaves behind.
UNFINISHED = (
    "敬请期待",
    "即将上线",
    "开发中",
    "暂未开放",
    "尚未开通",
    "后续版本",
    "TODO",
    "{",
    "}",
)
HOTLINE = re.compile(r"(?<!\d)(1[12]\d{3}|1\d{2}|12\d{3})(?!\d)")
DRAFT = ("我要提个建议", "换电柜老是排队", "蕉门地铁站A口", "多装两个换电柜", "对")
STEPS = ("subject", "place", "remedy", "category", "summary")


def complaints(replies: list[dict[str, Any]]) -> list[str]:
    """What is wrong with replies, whatever was asked."""
    titles = [choice["title"] for reply in replies for choice in reply["choices"]]
    texts = "\n".join(reply["text"] for reply in replies)
    wrong = [f"says {word!r}" for word in UNFINISHED if word in "\n".join([texts, *titles])]
    if not replies or not all(reply["text"].strip() for reply in replies):
        wrong.append("says nothing")
    if not (titles or HOTLINE.search(texts)):
        wrong.append("dead end")
    return wrong


async def state_of(chat: Chat, worker: WorkerTester) -> DialogueRow:
    async with transaction(chat.sessions) as session:
        row = await session.get(DialogueRow, worker.id)
    assert row is not None
    return row


async def served(
    chat: Chat, worker: WorkerTester, intent: str
) -> tuple[list[dict[str, Any]], DialogueRow]:
    """What the desk makes of an intent's example now, and the state it leaves; then all is undone.

    Without the pipeline, so that the whole catalogue can be tried at each step.
    """
    text = "嘟嘟囔囔" if intent == FALLBACK else INTENTS[intent]["example"]
    turn = Turn(new_id(), worker.id, "text", text=text)
    async with chat.sessions() as session:
        await add_turn(session, worker.id, id=turn.id)
        replies = await desk.serve(session, chat.library, chat.clock, turn, heard(intent))
        await session.flush()
        row = await session.get_one(DialogueRow, worker.id)
        session.expunge(row)
        await session.rollback()
    return [reply.as_json() for reply in replies], row


def test_the_catalogue_is_whole():
    assert len(INTENTS) >= 78
    assert all(entry["example"] for entry in INTENTS.values())


@pytest.mark.usefixtures("stocked")
async def test_every_intent_leads_somewhere(chat: Chat, worker: WorkerTester):
    wrong = {}
    for intent in [*INTENTS, FALLBACK]:
        replies, _ = await served(chat, worker, intent)
        wrong[intent] = complaints(replies)
    assert {intent: found for intent, found in wrong.items() if found} == {}


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_every_button_leads_somewhere(chat: Chat, worker: WorkerTester):
    wrong = {}
    for intent in [*INTENTS, FALLBACK]:
        async with chat.sessions() as session:
            turn = Turn(new_id(), worker.id, "text", text="嘟囔")
            replies = await desk.serve(session, chat.library, chat.clock, turn, heard(intent))
            for choice in (choice for reply in replies for choice in reply.choices):
                pressed = Turn(new_id(), worker.id, "choice", task=choice.task)
                answer = await desk.serve(
                    session, chat.library, chat.clock, pressed, NOTHING_HEARD
                )
                if found := complaints([reply.as_json() for reply in answer]):
                    wrong[intent, choice.title] = found
            await session.rollback()
    assert wrong == {}


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("step", range(5), ids=STEPS)
@on_sqlite
async def test_no_intent_loses_an_open_draft(chat: Chat, worker: WorkerTester, step: int):
    chat.rasa.mode = "down"
    for text in DRAFT[: step + 1]:
        await worker.says(text)
    before = dict((await state_of(chat, worker)).answers)
    words = {"subject", "place", "remedy"} & set(before)
    lost = {}
    for intent in [*INTENTS, FALLBACK]:
        replies, row = await served(chat, worker, intent)
        parked = row.drafts.get("suggestion", {}).get("answers", {})
        kept = row.answers if row.name == "suggestion" else parked
        sent = any(card["kind"] == "case" for reply in replies for card in reply["cards"])
        whole = all(str(kept.get(name, "")).startswith(before[name]) for name in words)
        problems = complaints(replies) + ([] if sent or whole else ["lost the draft"])
        if problems:
            lost[intent] = problems
        if sent:
            assert intent == "affirm"
    assert lost == {}


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_the_open_search_for_a_stop_gives_way(chat: Chat, worker: WorkerTester):
    await worker.says("找驿站")
    wrong = {}
    for intent in [*INTENTS, FALLBACK]:
        replies, _ = await served(chat, worker, intent)
        wrong[intent] = complaints(replies)
    assert {intent: found for intent, found in wrong.items() if found} == {}


@on_sqlite
async def test_not_understood_keeps_the_sentence(chat: Chat, worker: WorkerTester):
    text = "天河路口的红灯太短了跑不过去"
    chat.rasa.hears = {text: heard("nlu_fallback", 0.3, "report_hazard", "ask_traffic_accident")}
    await worker.says(text)
    worker.sees("没太听准", "报隐患", "都不是")
    as_idea = worker.token("把刚才那句当建议交")
    await worker.presses("都不是")
    worker.sees("12345", "把刚才那句当建议交")
    await worker.sends({"choice": as_idea})
    assert (await state_of(chat, worker)).answers["subject"] == text


@pytest.mark.parametrize("way", ["press", "number", "title"])
@on_sqlite
async def test_a_guess_is_served_with_the_sentence_that_waited(
    chat: Chat, worker: WorkerTester, way: str
):
    text = "天河路口的井盖没了"
    chat.rasa.hears = {text: heard("nlu_fallback", 0.3, "report_hazard")}
    await worker.says(text)
    if way == "press":
        await worker.presses("报隐患")
    else:
        await worker.says("1" if way == "number" else "报隐患")
    row = await state_of(chat, worker)
    assert (row.name, row.answers["subject"]) == ("hazard", text)


@pytest.mark.usefixtures("stocked")
@on_sqlite
async def test_a_guessed_search_knows_the_place(chat: Chat, worker: WorkerTester):
    text = "东晓南那边"
    chat.rasa.hears = {text: heard("nlu_fallback", 0.3, "find_rest_stop")}
    await worker.says(text)
    await worker.says("1")
    assert "东晓南" in worker.card("rest_stop")["name"]


@on_sqlite
async def test_never_more_than_three_guesses_and_no_useless_ones(chat: Chat, worker: WorkerTester):
    guesses = ("insult", "greet", "check_case", "ask_tax", "report_hazard", "check_pay")
    chat.rasa.hears = {"嗯嗯啊啊": heard("nlu_fallback", 0.3, *guesses)}
    await worker.says("嗯嗯啊啊")
    assert len(worker.titles) == 5
    assert worker.titles[0] == "查我提的"
    assert worker.titles[-2:] == ["把刚才那句当建议交", "都不是"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "你在哪"),
        ("2", "想查哪一样"),
        ("４", "危险"),
        ("7。", "12333"),
        ("查我提的", "还没有"),
    ],
)
@on_sqlite
async def test_the_menu_by_number_with_rasa_down(
    chat: Chat, worker: WorkerTester, text: str, expected: str
):
    chat.rasa.mode = "down"
    await worker.says("菜单")
    await worker.says(text)
    worker.sees(expected)


@on_sqlite
async def test_an_unknown_intent_or_task_is_no_crash(chat: Chat, worker: WorkerTester):
    chat.rasa.hears = {"新模型的话": Heard("made_up_intent", 0.99)}
    await worker.says("新模型的话")
    assert complaints(worker.replies) == []


@pytest.mark.parametrize("text", ["救命有人被车撞了", "出车祸了", "着火了快来", "我被人打了"])
@on_sqlite
async def test_emergency_words_need_no_rasa(chat: Chat, worker: WorkerTester, text: str):
    await worker.says(text)
    assert "120" in worker.replies[0]["text"]
    assert chat.rasa.told == []


@pytest.mark.parametrize("text", ["不想活了", "活着没意思", "我真想死"])
@on_sqlite
async def test_distress_words_need_no_rasa(chat: Chat, worker: WorkerTester, text: str):
    await worker.says(text)
    assert "12356" in worker.replies[0]["text"]
    assert chat.rasa.told == []
