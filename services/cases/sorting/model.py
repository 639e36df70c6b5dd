"""A trained model: which category a message belongs to, how sure that is, and why."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services import meaning
from services.cases.sorting.features import (
    Block,
    Matrix,
    Message,
    side_by_side,
    to_be_understood,
)
from services.cases.sorting.grams import BREAK, LONGEST, Keys, plain, positions, units
from services.meaning import Vectors

# How much a title's meaning and that of a text's beginning count beside their runs.
TITLE_MEANING, TEXT_MEANING = 1.0, 0.5
RECIPE = 1  # changes whenever stored weights would mean something else
_REASONS = 3
_SHORTEST_REASON = 2
_READ_FOR_REASONS = 300  # characters of a text

Floats = NDArray[np.float32]


class Ranked(NamedTuple):
    """A category and how likely it is, from 0 to 1; those of a message add up to 1."""

    category: str
    share: float


class Reason(NamedTuple):
    """Some characters of a message, and how much they speak for the category."""

    words: str
    weight: float


@dataclass(frozen=True)
class Model:
    """Weights of shape (title runs + text runs + meaning, categories) and one bias a category.

    `sharpness` turns scores into shares that are right as often as they say.
    """

    categories: tuple[str, ...]
    title: Block
    text: Block
    weights: Floats
    bias: Floats
    sharpness: float
    encoder: str

    def scores(self, messages: Sequence[Message], vectors: Vectors | None = None) -> Floats:
        """Shape (messages, categories); `vectors` are those of `to_be_understood`, if known."""
        if vectors is None:
            vectors = meaning.encoded(to_be_understood(messages))
        rows = joined(
            self.title.weighed([each.title for each in messages]),
            self.text.weighed([each.text for each in messages]),
            side_by_side(vectors),
        )
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)

    def rank(self, message: Message) -> tuple[Ranked, ...]:
        """All categories, the likeliest first."""
        shares = shares_of(self.scores([message]), self.sharpness)[0]
        order = np.argsort(-shares, kind="stable")
        return tuple(Ranked(self.categories[i], float(shares[i])) for i in order)

    def because(self, message: Message, category: str) -> tuple[Reason, ...]:
        """What in a message speaks most for a category, at most three pieces of it."""
        column = self.categories.index(category)
        start = len(self.title.keys)
        title = _Table(self.title, self.weights[:start], column)
        text = _Table(self.text, self.weights[start : start + len(self.text.keys)], column)
        parts = (message.text[:_READ_FOR_REASONS], message.title)
        return tuple(_best([piece for part in parts for piece in _pieces(part, (title, text))]))

    def to_bytes(self) -> bytes:
        """The model as plain arrays in one npz file; nothing in it can be run."""
        about = {
            "recipe": RECIPE,
            "categories": self.categories,
            "sharpness": self.sharpness,
            "encoder": self.encoder,
        }
        file = io.BytesIO()
        np.savez_compressed(
            file,
            about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
            title_keys=self.title.keys,
            title_rarity=self.title.rarity,
            text_keys=self.text.keys,
            text_rarity=self.text.rarity,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
        )
        return file.getvalue()


def from_bytes(body: bytes) -> Model | None:
    """The model again; None when it was made by another recipe or with another encoder."""
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        about: dict[str, Any] = json.loads(stored["about"].tobytes())
        if about["recipe"] != RECIPE or about["encoder"] != meaning.encoder().name:
            return None
        return Model(
            categories=tuple(about["categories"]),
            title=Block(stored["title_keys"], stored["title_rarity"]),
            text=Block(stored["text_keys"], stored["text_rarity"]),
            weights=stored["weights"].astype(np.float32),
            bias=stored["bias"],
            sharpness=about["sharpness"],
            encoder=about["encoder"],
        )


def joined(title: Matrix, text: Matrix, vectors: Vectors) -> Matrix:
    """The rows of a model's input, shape (messages, title runs + text runs + meaning)."""
    half = vectors.shape[1] // 2
    scale = np.repeat(np.array([TITLE_MEANING, TEXT_MEANING], dtype=np.float32), half)
    return sparse.hstack([title, text, sparse.csr_matrix(vectors * scale)], format="csr")


def shares_of(scores: Floats, sharpness: float) -> Floats:
    """Scores as shares of one, row by row."""
    powers = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


class _Table(NamedTuple):
    """The weights of one field, and the category that they are asked about."""

    block: Block
    weights: Floats
    column: int

    def worth(self, found: Keys) -> Floats:
        """How much each run speaks for the category rather than for others; unknown ones 0."""
        keys = self.block.keys
        if not len(keys) or len(self.weights[0]) == 1:
            return np.zeros(len(found), dtype=np.float32)
        places = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        rows = self.weights[places]
        own = rows[:, self.column]
        others = (rows.sum(axis=1) - own) / (rows.shape[1] - 1)
        worth = (own - others) * self.block.rarity[places]
        return np.where(keys[places] == found, worth, 0).astype(np.float32)


def _pieces(text: str, tables: Sequence[_Table]) -> Iterator[Reason]:
    """Each piece of two to four characters, with the sum of all known runs inside it."""
    codes, letters = units(text), plain(text)
    sums = {length: _sums(codes, length, tables) for length in range(1, LONGEST + 1)}
    for size in range(_SHORTEST_REASON, LONGEST + 1):
        for start in range(len(letters) - size + 1):
            piece = letters[start : start + size]
            if BREAK not in piece and not piece.isdigit():
                inside = (
                    sums[n][start + size - n + 1] - sums[n][start] for n in range(1, size + 1)
                )
                yield Reason(piece, float(sum(inside)))


def _sums(codes: Keys, length: int, tables: Sequence[_Table]) -> NDArray[np.float64]:
    """What all runs of a length before each place count for together."""
    found = positions(codes, length)
    worth = np.zeros(len(found), dtype=np.float64)
    for table in tables:
        worth += table.worth(found)
    return np.concatenate([[0.0], np.cumsum(worth)])


def _best(found: Sequence[Reason]) -> Iterator[Reason]:
    """The strongest pieces that share no two characters with a stronger one."""
    chosen: list[Reason] = []
    for piece in sorted(found, key=lambda each: (-each.weight, -len(each.words))):
        if piece.weight <= 0 or len(chosen) == _REASONS:
            return
        if not any(_overlap(piece.words, other.words) for other in chosen):
            chosen.append(piece)
            yield piece


def _overlap(one: str, other: str) -> bool:
    return any(one[i : i + 2] in other for i in range(len(one) - 1))
