"""Messages come out as they were written, filled once; a caller's mistake is named."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.library import Library
from content.loader import load
from content.wording import MAX_MESSAGE, MessageError, Messages, faults_of

HAN = st.text(
    alphabet="请选一个驿站打电话问，。！？：（）“”、 0123456789\n%$&<>'\"#-", max_size=60
)
FIELD = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
VALUE = st.one_of(st.text(max_size=40), st.integers(), st.floats(allow_nan=False))


@st.composite
def filled(draw: st.DrawFn) -> tuple[str, dict[str, object], str]:
    """A message, the values of its fields, and what a person should read."""
    values = draw(st.dictionaries(FIELD, VALUE, max_size=4))
    text = said = "请" + draw(HAN)
    for name in draw(st.lists(st.sampled_from(sorted(values)), max_size=6)) if values else []:
        between = draw(HAN)
        text += f"{{{name}}}{between}"
        said += f"{values[name]}{between}"
    return text, values, said


@given(filled())
def test_what_is_said_is_the_text_with_each_field_filled_once(
    message: tuple[str, dict[str, object], str],
) -> None:
    text, values, said = message
    assert faults_of(text) == []
    messages = Messages({"a.b": text})
    assert messages.say("a.b", **values) == said
    assert messages.fields("a.b") <= values.keys()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.dictionaries(FIELD, HAN.map(lambda text: f"请{text}".strip()), min_size=1, max_size=6))
def test_a_message_file_is_read_back_as_it_was_written(tree: Path, texts: dict[str, str]) -> None:
    path = tree / "messages" / "rights.yml"
    path.write_text(yaml.safe_dump(texts, allow_unicode=True), encoding="utf-8")
    library = load(tree)
    assert {key: library.say(f"rights.{key}") for key in texts} == texts


@given(st.text(max_size=80))
def test_no_text_breaks_the_check_and_what_passes_can_be_said(text: str) -> None:
    if not faults_of(text):
        fields = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "x")
        assert "{" not in Messages({"a.b": text}).say("a.b", **fields)


def test_a_value_is_never_expanded_again() -> None:
    messages = Messages({"a.b": "你好{name}，{n}"})
    assert messages.say("a.b", name="{n}{x.__class__}", n=0) == "你好{n}{x.__class__}，0"


@pytest.mark.parametrize("fields", [{}, {"n": 1}, {"name": None, "n": 1}, {"Name": "x", "n": 1}])
def test_a_missing_field_is_named(tree: Path, fields: dict[str, object]) -> None:
    with pytest.raises(MessageError, match=r"menu\.greeting.*name"):
        load(tree).say("menu.greeting", **fields)


@pytest.mark.parametrize("key", ["menu.titel", "menu", "", "menu.title ", "nothing.at_all"])
def test_an_unknown_key_is_named(tree: Path, key: str) -> None:
    with pytest.raises(MessageError, match="content/messages"):
        load(tree).say(key)


def test_a_field_that_a_message_does_not_use_is_no_fault(tree: Path) -> None:
    assert load(tree).say("menu.title", code="x") == "请选一项"


def test_shipped_messages_are_short_enough_for_a_phone(shipped: Library) -> None:
    assert shipped.messages
    assert all(len(text) <= MAX_MESSAGE for text in shipped.messages.values())


@pytest.mark.parametrize("noun", ["rights", "rest_stops"])
def test_every_source_kind_and_way_in_has_its_words(shipped: Library, noun: str) -> None:
    used = {
        "rights": [f"name_{f.force}" for t in shipped.topics.values() for f in t.facts],
        "rest_stops": [f"entry_{stop.entry}" for stop in shipped.stops.values()],
    }
    assert all(shipped.say(f"{noun}.{key}") for key in used[noun])
