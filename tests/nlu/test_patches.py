"""Each patch of Rasa: that it works, and that Rasa still has the fault which it is there for."""

from typing import Any

import pytest

pytestmark = pytest.mark.rasa

Facts = dict[str, Any]
NO_LONGER = "Rasa has mended this: delete the patch in nlu/components/{}.py and this test"


def test_rasa_still_checks_its_schema_for_every_action(facts: Facts) -> None:
    assert facts["validator"]["stock"] == 2, NO_LONGER.format("action_results")


def test_our_validator_is_built_once(facts: Facts) -> None:
    assert facts["validator"]["ours_first"] == 1
    assert facts["validator"]["ours_later"] == 0


def test_our_validator_refuses_an_unfit_answer_without_quoting_it(facts: Facts) -> None:
    assert facts["validator"]["refused"].startswith("ValidationError")
    assert "/responses/0" in facts["validator"]["refused"]
    assert "canary" not in facts["validator"]["refused"]


def test_rasas_store_in_memory_still_forgets_nothing(facts: Facts) -> None:
    stock = facts["tracker_store"]["stock"]
    assert (stock["events"], len(stock["kept"])) == (101, 6), NO_LONGER.format("tracker_store")


def test_our_store_keeps_the_newest_events_of_the_conversations_last_used(facts: Facts) -> None:
    ours = facts["tracker_store"]["ours"]
    assert ours["events"] == 40
    assert ours["newest"] == "a99"
    assert ours["metadata"] == {"turn": "99"}
    # Three fit: the long one, used all along; the last new one; and one asked for afterwards.
    assert ours["kept"] == ["a", "f"]
    assert ours["new"] == 1


def test_rasa_still_obeys_a_slash_behind_odd_spaces(facts: Facts) -> None:
    assert len(facts["commands"]["stock"]) == 6, NO_LONGER.format("tokenizer")


def test_no_slash_is_obeyed_behind_our_tokenizer(facts: Facts) -> None:
    assert facts["commands"]["ours"] == []


def test_rasa_still_quotes_workers_in_its_logs(facts: Facts) -> None:
    assert facts["logs"]["stock"] > 0, NO_LONGER.format("quiet_logs")


def test_our_logs_say_what_happened_and_where_but_quote_nobody(facts: Facts) -> None:
    ours = facts["logs"]["ours"]
    assert "canary" not in ours
    for sign in (
        "message.parsing.failed",
        "rest.message.received.failure",
        "ValueError",
        "probe.py",
    ):
        assert sign in ours


def test_a_model_refuses_vectors_of_another_encoder(facts: Facts) -> None:
    assert "trained with the encoder another" in facts["encoder"]


def test_our_training_finds_the_model_that_rasas_own_finds(facts: Facts) -> None:
    assert facts["classifier"] < 1e-4
