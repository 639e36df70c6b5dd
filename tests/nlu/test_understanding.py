"""What the trained model makes of sentences it has never seen."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tests.rasa_server import PYTHON
from tools.nlu_eval import FALLBACK, OUT_OF_SCOPE, Parsed, Sentence, parse, read
from tools.nlu_files import read as read_project
from tools.train_nlu import ROOT

pytestmark = pytest.mark.rasa

HERE = Path(__file__).parent

ENTITIES = [
    ("蕉门地铁站附近哪有厕所", {("place", "蕉门地铁站"), ("need", "厕所")}),
    ("我在东涌镇，想找地方充电", {("place", "东涌镇"), ("need", "手机充电")}),
    ("南沙客运港边上能给电动车充电吗", {("place", "南沙客运港"), ("need", "电动车充电")}),
    ("Ｗｉｆｉ有没有", {("need", "WiFi")}),
    ("这点薪水养不活人", set()),
    ("广州天河区最低工资", {("region", "广州"), ("place", "天河区")}),
    ("我是跑滴滴的", {("trade", "ride_hailing_driver"), ("platform", "滴滴")}),
    ("美团外卖员", {("trade", "rider"), ("platform", "美团")}),
    ("去陌生大道那边歇会儿", {("place", "陌生大道"), ("need", "休息")}),
    ("江苏省高温费", {("region", "江苏省")}),
]


@pytest.fixture(scope="module")
def held_out() -> Sequence[Sentence]:
    known = frozenset(yaml.safe_load((ROOT / "nlu/intents.yml").read_text()))
    return read(HERE / "held_out.jsonl", known)


@pytest.fixture(scope="module")
def parsed(model: Path, held_out: Sequence[Sentence]) -> dict[str, Parsed]:
    texts = [one.text for one in held_out] + [text for text, _ in ENTITIES]
    return dict(zip(texts, parse(texts, model, PYTHON), strict=True))


def test_every_intent_is_asked_for(held_out: Sequence[Sentence]) -> None:
    catalogue = yaml.safe_load((ROOT / "nlu/intents.yml").read_text())
    assert set(catalogue) == {one.intent for one in held_out}


def test_no_held_out_sentence_is_a_training_sentence(held_out: Sequence[Sentence]) -> None:
    trained = {example.said for example in read_project(ROOT).examples}
    assert [one.text for one in held_out if one.text in trained] == []


def test_what_is_misunderstood_is_exactly_what_is_listed(
    held_out: Sequence[Sentence], parsed: dict[str, Parsed]
) -> None:
    """A sentence that has come to be understood must leave the list; no new one may enter it."""
    listed = yaml.safe_load((HERE / "known_failures.yml").read_text())
    missed = {one.text for one in held_out if not _understood(one, parsed[one.text])}
    assert sorted(listed) == sorted(missed)


def test_the_right_meaning_is_nearly_always_among_three_guesses(
    held_out: Sequence[Sentence], parsed: dict[str, Parsed]
) -> None:
    among = [one.intent in parsed[one.text].ranking[:3] for one in held_out]
    assert sum(among) / len(among) > 0.97


@pytest.mark.parametrize(("text", "expected"), ENTITIES)
def test_entities(parsed: dict[str, Parsed], text: str, expected: set[tuple[str, str]]) -> None:
    assert set(parsed[text].entities) == expected


def _understood(sentence: Sentence, parsed: Parsed) -> bool:
    if sentence.intent == OUT_OF_SCOPE and parsed.intent == FALLBACK:
        return True
    return parsed.intent == sentence.intent
