"""Sentences as vectors: shapes and lengths, whatever encoder this environment has."""

import numpy as np

from services import meaning


async def test_one_row_a_text_in_order_of_length_one() -> None:
    texts = ["first", "second", "first"]

    found = await meaning.vectors(texts)

    assert found.shape == (3, meaning.encoder().size)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-3)
    assert np.allclose(found[0], found[2], atol=1e-5)
    assert not np.allclose(found[0], found[1])


async def test_no_text_no_row() -> None:
    assert (await meaning.vectors([])).shape == (0, meaning.encoder().size)
