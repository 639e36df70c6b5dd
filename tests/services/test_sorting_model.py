"""The model of sorting: what it sees, that it survives being stored, and that folds are honest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.library import Library
from content.loader import load
from services.cases.sorting import model as models
from services.cases.sorting.evaluation import folds, judge, same_text
from services.cases.sorting.features import Message, counted, message
from services.cases.sorting.grams import plain, runs
from services.cases.sorting.training import prepare, train
from tests.content.conftest import SHIPPED
from tests.services.sorting import examples

WORDS = st.text(alphabet="换电柜停车驿站 ，。0a", max_size=8)


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED)


@pytest.fixture(scope="module")
def prepared(library: Library):
    found = examples(library)
    return prepare([message(None, text) for text, _ in found], [name for _, name in found])


@pytest.fixture(scope="module")
def model(prepared):
    return train(prepared, np.arange(len(prepared.messages)), sharpness=2.0)


def test_a_message_without_title_has_its_first_sentence_for_one():
    assert message(None, "路灯坏了。晚上看不见路") == Message("路灯坏了", "路灯坏了。晚上看不见路")
    assert message("", "路灯" * 50).title == "路灯" * 30
    assert message("路灯", "坏了三天") == Message("路灯", "路灯\n坏了三天")


def test_numbers_and_marks_do_not_tell_messages_apart():
    assert plain("3号楼，第2,000次！") == plain("17号楼  第5次。")


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_runs_are_counted_as_a_reader_would(texts: list[str]):
    found = counted(texts)
    for row, text in enumerate(texts):
        letters = plain(text)
        every = [letters[i : i + n] for n in range(1, 5) for i in range(len(letters) - n + 1)]
        assert runs(text).counts.sum() == len(every)
        assert len(runs(text).keys) == len(set(every)) == found.counts[row].nnz


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, st.sampled_from("ab")), min_size=5, max_size=60))
def test_duplicates_never_lie_in_two_folds(rows: list[tuple[str, str, str]]):
    long = "这是一段超过二十个字的正文用来检查重复内容不会拆开"
    messages = [message(title, text + long * (len(text) % 2)) for title, text, _ in rows]
    found = folds(messages, [label for *_, label in rows])
    where: dict[str, set[int]] = {}
    for each, fold in zip(messages, found, strict=True):
        where.setdefault(same_text(each), set()).add(int(fold))
    assert all(len(of_text) == 1 for of_text in where.values())


def test_a_long_text_under_another_title_is_a_duplicate():
    text = "小区门口的路灯坏了一个多月，晚上骑车完全看不清路面，请尽快来修"
    assert same_text(message("路灯坏了", text)) == same_text(message("请修路灯！", f"  {text}。"))
    assert same_text(message("路灯坏了", "快修")) != same_text(message("井盖坏了", "快修"))


def test_folds_hold_as_many_of_each_category_in_whatever_order(library: Library):
    found = examples(library)
    messages, labels = [message(None, text) for text, _ in found], [name for _, name in found]
    there = folds(messages, labels)
    back = folds(messages[::-1], labels[::-1])
    assert there.tolist() == back.tolist()[::-1]
    for name in set(labels):
        of_name = [int(fold) for fold, label in zip(there, labels, strict=True) if label == name]
        sizes = [of_name.count(fold) for fold in range(5)]
        assert max(sizes) - min(sizes) <= 1


def test_what_was_not_learned_from_is_judged_and_well(prepared):
    found = judge(prepared, folds(prepared.messages, list(prepared.labels)))
    assert len(found.of_folds) == 5
    assert found.macro_f1 > 0.9
    assert found.f1_of_each().keys() == set(prepared.labels)


def test_a_model_that_learned_nonsense_is_judged_as_such(prepared):
    shuffled = np.roll(prepared.labels, len(prepared.labels) // 2)
    honest = folds(prepared.messages, list(prepared.labels))
    spoiled = type(prepared)(
        prepared.messages, shuffled, prepared.titles, prepared.texts, prepared.vectors
    )
    rows = np.flatnonzero(honest != 0)
    held = np.flatnonzero(honest == 0)
    wrong = train(spoiled, rows)
    said = [wrong.rank(prepared.messages[row])[0].category for row in held]
    assert np.mean([a == b for a, b in zip(said, prepared.labels[held], strict=True)]) < 0.7


def test_a_stored_model_gives_the_same_answers(model, prepared):
    again = models.from_bytes(model.to_bytes())
    assert again is not None
    for each in (*prepared.messages[::10], message(None, "充电的地方太少")):
        assert again.rank(each) == model.rank(each)
        first = model.rank(each)[0].category
        assert again.because(each, first) == model.because(each, first)


def test_shares_add_up_and_the_likeliest_comes_first(model):
    ranking = model.rank(message(None, "换电柜旁边没有棚子"))
    assert ranking[0].category == "battery_charging_swap"
    assert sum(each.share for each in ranking) == pytest.approx(1, abs=1e-5)
    assert [each.share for each in ranking] == sorted((e.share for e in ranking), reverse=True)


def test_the_reason_is_in_the_message(model):
    said = message(None, "金洲地铁口的换电柜老是排队")
    found = model.because(said, "battery_charging_swap")
    assert found
    assert all(each.words in said.text and 2 <= len(each.words) <= 4 for each in found)
    assert any("电" in each.words for each in found)


def test_nothing_known_can_still_be_ranked(model):
    assert len(model.rank(message(None, "zzz"))) == 3
    assert model.because(message(None, "，。"), "rest_stops") == ()


def test_a_model_of_another_recipe_is_not_used(model, monkeypatch):
    body = model.to_bytes()
    monkeypatch.setattr(models, "RECIPE", models.RECIPE + 1)
    assert models.from_bytes(body) is None


def test_a_model_holds_nothing_that_can_be_run(model):
    assert b"pickle" not in model.to_bytes()
    with np.load(__import__("io").BytesIO(model.to_bytes()), allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)
