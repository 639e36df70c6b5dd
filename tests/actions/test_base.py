"""The action: what it makes of Rasa's message, and that it never raises."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select
from structlog.testing import capture_logs

from actions.__main__ import NAMES
from actions.base import ServeTurn, heard_from
from db.models import TurnRow
from db.session import transaction
from services.turns import Guess
from tests.factories import add_turn
from tests.fakes import tracker_of
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester


def message(turn_id: object = None, **fields: Any) -> dict[str, Any]:
    """A parsed message as Rasa puts it into its tracker."""
    metadata = {} if turn_id is None else {"turn": turn_id}
    return {
        "text": "广州最低工资多少",
        "intent": {"name": "ask_minimum_wage", "confidence": 0.93},
        "entities": [],
        "intent_ranking": [{"name": "ask_minimum_wage", "confidence": 0.93}],
        "metadata": metadata,
        **fields,
    }


async def run(chat: Chat, latest: Any) -> list[dict[str, Any]]:
    """What the action utters."""
    tracker = tracker_of(latest)
    dispatcher = CollectingDispatcher()
    action = ServeTurn("action_rights", chat.sessions, chat.library, chat.clock)
    assert await action.run(dispatcher, tracker, {}) == []
    return [uttered["custom"] for uttered in dispatcher.messages]


async def a_turn(chat: Chat, worker: WorkerTester, text: str = "广州最低工资多少") -> str:
    async with transaction(chat.sessions) as session:
        return (await add_turn(session, worker.id, text=text)).id


async def row_of(chat: Chat, turn_id: str) -> TurnRow:
    async with transaction(chat.sessions) as session:
        return (await session.scalars(select(TurnRow).where(TurnRow.id == turn_id))).one()


async def test_the_turn_is_answered_and_only_its_id_uttered(chat: Chat, worker: WorkerTester):
    turn_id = await a_turn(chat, worker)
    assert await run(chat, message(turn_id)) == [{"turn": turn_id}]
    row = await row_of(chat, turn_id)
    assert (row.taken_by, row.intent, row.confidence) == ("rasa", "ask_minimum_wage", 0.93)
    assert row.replies is not None
    assert "2500" in row.replies[0]["cards"][0]["claims"][0]["text"]


async def test_a_turn_that_is_taken_is_left_alone(chat: Chat, worker: WorkerTester):
    turn_id = await a_turn(chat, worker)
    await run(chat, message(turn_id))
    before = await row_of(chat, turn_id)
    await run(chat, message(turn_id, intent={"name": "greet", "confidence": 1.0}))
    after = await row_of(chat, turn_id)
    assert (after.replies, after.intent) == (before.replies, before.intent)


@pytest.mark.parametrize(
    "latest",
    [None, {}, message(), message(5), message(["x"]), message("x" * 32), message(metadata=None)],
)
@on_sqlite
async def test_a_message_without_a_turn_of_ours_does_nothing(chat: Chat, latest: Any):
    with capture_logs() as logged:
        uttered = await run(chat, latest)
    assert uttered in ([], [{"turn": "x" * 32}])
    assert logged == []


async def test_an_error_inside_never_gets_out(
    chat: Chat, worker: WorkerTester, monkeypatch: pytest.MonkeyPatch
):
    turn_id = await a_turn(chat, worker)

    async def broken(*_args: object, **_kwargs: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr("services.conversation.take", broken)
    with capture_logs() as logged:
        assert await run(chat, message(turn_id)) == []
    assert [entry["event"] for entry in logged] == ["action_failed"]
    assert "最低工资" not in str({k: v for k, v in logged[0].items() if k != "exc_info"})
    assert (await row_of(chat, turn_id)).taken_by is None


@pytest.mark.parametrize(
    "odd",
    [
        {"intent_ranking": [{"name": "greet"}]},
        {"intent_ranking": [None]},
        {"intent": {"name": "greet", "confidence": "very"}},
        {"entities": ["place"]},
        {"intent": "greet"},
    ],
)
@on_sqlite
async def test_a_message_of_another_shape_is_no_crash(
    chat: Chat, worker: WorkerTester, odd: dict[str, Any]
):
    turn_id = await a_turn(chat, worker)
    with capture_logs():
        assert await run(chat, message(turn_id, **odd)) == []
    assert (await row_of(chat, turn_id)).taken_by is None


def test_heard_from():
    found = heard_from(
        message(
            entities=[
                {"entity": "place", "value": "黄阁"},
                {"entity": "place", "value": "黄阁", "extractor": "other"},
                {"entity": "place", "value": "东涌"},
                {"entity": "need", "value": "手机充电"},
            ],
            intent_ranking=[{"name": f"i{n}", "confidence": n / 10} for n in range(9)],
        )
    )
    assert (found.intent, found.confidence) == ("ask_minimum_wage", 0.93)
    assert found.entities == {"place": ("黄阁", "东涌"), "need": ("手机充电",)}
    assert found.first("place") == "黄阁"
    assert found.first("region") is None
    assert found.ranking == tuple(Guess(f"i{n}", n / 10) for n in range(5))


@pytest.mark.parametrize("empty", [{}, {"intent": None, "entities": None, "intent_ranking": None}])
def test_heard_from_nothing(empty: dict[str, Any]):
    found = heard_from(empty)
    assert (found.intent, found.confidence, found.ranking) == (None, 0.0, ())


def test_the_names_are_those_of_the_rules(chat: Chat):
    assert len(set(NAMES)) == len(NAMES)
    for name in NAMES:
        action = ServeTurn(name, chat.sessions, chat.library, chat.clock)
        assert action.name() == name
