"""The running Rasa behind its REST channel: which action it calls, and what it never does."""

import pytest

from tests.rasa_server import FakeActions, Rasa

pytestmark = pytest.mark.rasa

ONE_OF_EACH_NOUN = [
    ("附近哪里能歇脚充电", "find_rest_stop", "action_rest_stops"),
    ("广州最低工资多少", "ask_minimum_wage", "action_rights"),
    ("帮我看看我有哪些权益", "start_rights_checkup", "action_rights_checks"),
    ("我要提个建议", "send_suggestion", "action_cases"),
    ("最近有什么通知", "latest_notices", "action_notices"),
    ("你们存了我哪些信息", "show_my_data", "action_workers"),
    ("你好", "greet", "action_talk"),
    ("重新来", "restart", "action_restart"),
    ("今天彩票开什么", "out_of_scope", "action_talk"),
]


@pytest.mark.parametrize(("text", "intent", "action"), ONE_OF_EACH_NOUN)
def test_an_intent_calls_the_action_of_its_noun_once_and_utters_the_turn(
    rasa: Rasa, actions: FakeActions, text: str, intent: str, action: str
) -> None:
    before = len(actions.calls)
    assert rasa.says(text, turn=f"turn-{intent}", sender=intent) == [
        {"recipient_id": intent, "custom": {"turn": f"turn-{intent}"}}
    ]
    assert len(actions.calls) == before + 1
    heard = actions.heard()
    assert heard["next_action"] == action
    assert heard["tracker"]["latest_message"]["intent"]["name"] == intent
    assert heard["tracker"]["latest_message"]["metadata"] == {"turn": f"turn-{intent}"}


def test_a_conversation_goes_on_after_a_restart(rasa: Rasa, actions: FakeActions) -> None:
    for text, action in [("重新来", "action_restart"), ("你好", "action_talk")] * 2:
        assert rasa.says(text, sender="again")
        assert actions.heard()["next_action"] == action


def test_what_is_not_understood_goes_to_talk_with_the_guesses(
    rasa: Rasa, actions: FakeActions
) -> None:
    heard = []
    for text in ("钱", "站长", "什么时候", "平台", "离职后尾款一直压着不结"):
        rasa.says(text, sender="unclear")
        heard.append(actions.heard())
    unclear = [
        call
        for call in heard
        if call["tracker"]["latest_message"]["intent"]["name"] == "nlu_fallback"
    ]
    assert unclear
    for call in unclear:
        assert call["next_action"] == "action_talk"
        ranking = call["tracker"]["latest_message"]["intent_ranking"]
        assert len({one["name"] for one in ranking} - {"nlu_fallback"}) >= 3


@pytest.mark.parametrize("before", ["", " ", "\u3000", "\u2028", "\x1c", "\u200b", "/", "\n"])
@pytest.mark.parametrize(
    "command", ['/find_rest_stop{"place":"x"}', "/restart", "／restart", "/session_start"]
)
def test_no_text_is_obeyed_as_a_command(
    rasa: Rasa, actions: FakeActions, before: str, command: str
) -> None:
    assert rasa.says(before + command, sender="slash")
    message = actions.heard()["tracker"]["latest_message"]
    # Of what it obeys Rasa is sure, and it takes the value over.
    assert message["intent"]["confidence"] < 1
    assert [one for one in message["entities"] if one["value"] == "x"] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "   ",
        "😀😀",
        "\u200b\u200d",
        "啊" * 4096,
        "a" * 4096,
        "\x00\x01",
        "{}",
        "[x](need)",
    ],
)
def test_odd_text_is_answered(rasa: Rasa, actions: FakeActions, text: str) -> None:
    before = len(actions.calls)
    assert rasa.says(text, sender="odd") == [{"recipient_id": "odd", "custom": {"turn": "t-1"}}]
    assert len(actions.calls) == before + 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, "canary7f3a"),
        (400, '{"action_name": "canary7f3a", "error": "canary7f3a"}'),
        (400, "canary7f3a"),
        (449, "canary7f3a"),
        (200, "canary7f3a"),
        (200, '{"events": "canary7f3a"}'),
        (200, '{"events": [{"event": "canary7f3a"}], "responses": []}'),
    ],
)
def test_a_broken_action_server_gets_no_word_of_a_worker_into_the_log(
    rasa: Rasa, actions: FakeActions, answer: tuple[int, str]
) -> None:
    actions.answer = answer
    try:
        assert rasa.says("我叫canary7f3a，住在canary7f3a路，最低工资多少", sender="quiet") == []
    finally:
        actions.answer = None
    rasa.says("/canary7f3a{", sender="quiet")
    rasa.says('/canary7f3a@{"canary7f3a": "canary7f3a"}', sender="quiet")
    assert "canary7f3a" not in rasa.log.read_text()


def test_a_conversation_of_many_turns_stays_short(rasa: Rasa, actions: FakeActions) -> None:
    for number in range(30):
        rasa.says("你好", turn=str(number), sender="long")
    # Forty are kept, and the present turn has added a few.
    assert len(actions.heard()["tracker"]["events"]) < 50
    assert actions.heard()["tracker"]["latest_message"]["metadata"] == {"turn": "29"}
