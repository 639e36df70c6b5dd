"""Key words propose a category when no model does, and say which words it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.case_schema import KINDS
from content.library import Library
from services.cases.proposing import by_words
from tests.services.labelled import HALVES, by_category

FIRST_LEAST = {"tuned": 0.9, "held_out": 0.72}  # shares of sentences whose category comes first


def first(library: Library, kind: str, text: str) -> str:
    guesses = by_words(library, kind, text)
    return guesses[0].category if guesses else "other"


@pytest.mark.parametrize("half", HALVES)
def test_labelled_sentences_are_proposed_as_labelled(library: Library, half: str) -> None:
    table = by_category(half)
    assert len(table) >= 100
    for category in library.categories:
        assert sum(key == category for key, _, _ in table) >= 7
    right = sum(first(library, kind, text) == key for key, kind, text in table)
    assert right / len(table) >= FIRST_LEAST[half]


def test_the_longest_word_decides_and_is_named(library: Library) -> None:
    best, *_ = by_words(library, "hazard", "楼道里有人拉飞线充电")
    assert best.category == "fire_obstruction"
    assert "飞线充电" in best.because


def test_what_names_the_place_is_no_key_word(library: Library) -> None:
    assert first(library, "hazard", "人民医院停车场门口井盖没了") == "manhole"


def test_a_category_that_does_not_take_the_kind_is_not_proposed(library: Library) -> None:
    found = by_words(library, "hazard", "驿站里微波炉坏了")
    assert "rest_stops" not in {guess.category for guess in found}


def test_where_no_word_says_anything_nothing_is_proposed(library: Library) -> None:
    assert by_words(library, "suggestion", "我有话讲") == ()


@given(kind=st.sampled_from(KINDS), text=st.text(max_size=60))
def test_any_text_is_judged_without_a_fault(library: Library, kind: str, text: str) -> None:
    guesses = by_words(library, kind, text)
    assert list(guesses) == sorted(guesses, key=lambda guess: -guess.score)
    assert not guesses or sum(guess.score for guess in guesses) == pytest.approx(1)
    assert all(guess.because for guess in guesses)
    assert all(kind in library.categories[guess.category].kinds for guess in guesses)


def test_a_key_word_alone_proposes_its_category(library: Library) -> None:
    words = [(one, word) for one in library.categories.values() for word in one.words]
    wrong = [word for one, word in words if first(library, one.kinds[0], word) != one.id]
    assert wrong == []
