"""What sentences mean, as vectors: the one encoder of a process, loaded when first needed."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.encoder import Encoder, load_encoder

# One row a text, of length one: the scalar product of two rows says how alike they are.
Vectors = NDArray[np.float32]


@cache
def encoder() -> Encoder:
    """This process's encoder; loading it takes about a second and 120 MB."""
    return load_encoder()


def encoded(texts: Sequence[str]) -> Vectors:
    """The vectors of some texts in order, shape (texts, `encoder().size`); 2 to 3 ms a text."""
    known = encoder()
    rows: Any = known.encode(list(texts))
    return np.asarray(rows, dtype=np.float32).reshape(len(texts), known.size)


async def vectors(texts: Sequence[str]) -> Vectors:
    """The same beside the event loop."""
    return await asyncio.to_thread(encoded, texts)
