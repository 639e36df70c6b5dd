"""The vectors in memory: nothing is missed, whatever the order in which others commit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.repositories.likeness import VectorRow
from services.cases import shelf
from services.cases.shelf import Shelf, Wanted, packed, unpacked

SIZE = 512


def vector(seed):
    found = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    return found / np.linalg.norm(found)


def row(number, seed=None, keys=()):
    return VectorRow(
        number, packed(vector(number if seed is None else seed)), keys, None, None, None
    )


@given(st.permutations(range(1, 13)))
def test_rows_that_come_late_are_taken_in_once(order):
    kept = Shelf(SIZE)
    for number in order:
        kept.put([row(number)])
        kept.put([row(number)])

    assert kept.count == len(order)
    assert kept.last == len(order)
    assert not kept.gaps


def test_packing_keeps_what_a_vector_means():
    assert float(unpacked([packed(vector(1))])[0] @ vector(1)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("few", [shelf.FEW, 100], ids=["whole", "narrow first"])
def test_the_nearest_is_found_among_many(monkeypatch, few):
    monkeypatch.setattr(shelf, "FEW", few)
    kept = Shelf(SIZE)
    kept.put([row(number) for number in range(1, 1201)])
    near = vector(700) + 0.02 * vector(5000)

    found = kept.nearest(Wanted(near / np.linalg.norm(near), frozenset(), None), 3)

    assert found[0][0] == 700


def test_of_equals_those_of_the_same_place_come_first_and_those_of_another_never():
    kept = Shelf(SIZE)
    kept.put([row(1, 9, ("ab",)), row(2, 9, ("cd",)), row(3, 9)])

    found = kept.nearest(Wanted(vector(9), frozenset({"cd"}), None), 3)

    assert [number for number, _ in found] == [2, 3]
