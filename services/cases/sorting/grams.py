"""Runs of one to four characters, each packed into one whole number: no table of strings."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.text import normalise

Keys = NDArray[np.uint64]
Counts = NDArray[np.float32]

LONGEST = 4  # 16 bits a character fill 64
BREAK = " "  # stands where a mark or the end of the text stood
_DIGIT = "0"

_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_MARKS = re.compile(r"[\W_]+")
_BITS = np.uint64(16)


class Runs(NamedTuple):
    """The distinct runs of a text, sorted, and how often each occurs."""

    keys: Keys
    counts: Counts


def plain(text: str) -> str:
    """The text as it is counted: normalised, numbers alike, marks and spaces as one break."""
    without_numbers = _NUMBERS.sub(_DIGIT, normalise(text))
    return _MARKS.sub(BREAK, f" {without_numbers} ")


def runs(text: str) -> Runs:
    """The runs of a text, each once."""
    every = [positions(units(text), length) for length in range(1, LONGEST + 1)]
    keys, counts = np.unique(np.concatenate(every), return_counts=True)
    return Runs(keys, counts.astype(np.float32))


def units(text: str) -> Keys:
    """The text's characters as numbers; those that need more than 16 bits are all one."""
    codes = np.frombuffer(plain(text).encode("utf-32-le", "replace"), dtype=np.uint32)
    return np.minimum(codes, 0xFFFF).astype(np.uint64)


def positions(codes: Keys, length: int) -> Keys:
    """The key of the run of this length at each place; shape (characters - length + 1,)."""
    size = max(len(codes) - length + 1, 0)
    keys = np.zeros(size, dtype=np.uint64)
    for offset in range(length):
        keys |= codes[offset : offset + size] << (_BITS * np.uint64(offset))
    return keys
