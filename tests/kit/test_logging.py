"""No word of a worker may reach a log, by whatever way it comes."""

import io
import json
import logging
import sys

import pytest
import structlog

from kit.logging import PERSONAL, set_up_logging

CANARY = "我家住在南沙大道7号"


class Held:
    def __repr__(self):
        return CANARY


def fail():
    raise ValueError(CANARY)


@pytest.fixture
def lines(monkeypatch):
    """What was logged so far, as objects."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    set_up_logging("test", "DEBUG")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def only(lines):
    [line] = lines()
    assert CANARY not in json.dumps(line, ensure_ascii=False)
    assert line["process"] == "test"
    return line


def test_an_event_keeps_ids_and_outcomes(lines):
    structlog.get_logger().info("turn_done", turn="4f", count=3)

    line = only(lines)
    assert (line["event"], line["level"], line["turn"], line["count"]) == (
        "turn_done",
        "info",
        "4f",
        3,
    )
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("field", sorted(PERSONAL))
def test_a_personal_field_is_withheld(lines, field):
    structlog.get_logger().info("seen", **{field: CANARY})

    assert only(lines)[field] == "(withheld)"


@pytest.mark.parametrize(
    "value",
    [{"text": CANARY}, [{"deep": {"answers": [CANARY]}}], ValueError(CANARY), Held(), {Held()}],
    ids=["mapping", "deep", "exception", "object", "set"],
)
def test_what_a_value_holds_is_withheld_too(lines, value):
    structlog.get_logger().info("seen", value=value)

    only(lines)


def test_an_exception_is_told_by_type_and_place(lines):
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("turn_failed", turn="4f")

    line = only(lines)
    assert line["error"] == "ValueError"
    assert line["at"][-1].endswith(" fail")


def test_an_exception_of_a_library_is_told_by_type_and_place(lines):
    try:
        fail()
    except ValueError:
        logging.getLogger("asyncio").exception("Task failed: %s", CANARY)

    line = only(lines)
    assert (line["event"], line["logger"], line["error"]) == (
        "Task failed: %s",
        "asyncio",
        "ValueError",
    )
    assert line["line"].startswith("test_logging.py:")


def test_a_sentence_that_a_library_filled_itself_is_withheld(lines):
    sentence = f"cannot run {CANARY}"
    logging.getLogger("rasa_sdk").error(sentence)

    assert only(lines)["event"] == "(withheld)"


def test_a_library_is_heard_from_warning_up(lines):
    logging.getLogger("httpx").info("GET %s", CANARY)

    assert lines() == []


def test_the_level_is_obeyed(lines):
    set_up_logging("test", "WARNING")
    structlog.get_logger().info("quiet")

    assert lines() == []
