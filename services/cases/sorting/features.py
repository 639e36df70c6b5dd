"""What a message looks like to the model: weighted runs of its title and text, and its meaning."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from services.cases.sorting.grams import Keys, runs
from services.meaning import Vectors

Matrix = Any  # scipy's sparse rows of float32; it ships no types
Tick = Callable[[int], None]

TITLE_LONGEST = 60  # characters of a text that stand for a title where none is given
MEANING_LONGEST = 120  # characters that the encoder reads of a text: its start says what it is
_ENOUGH = 3_000  # messages from which a run must occur in three of them, not only two
_MOST_RUNS = 400_000
_FULL_STOPS = "。！？!?\n；;"


class Message(NamedTuple):
    """What is sorted. A message without a title of its own has its first sentence for one."""

    title: str
    text: str


def message(title: str | None, text: str) -> Message:
    """A message of what was handed in; the title stands in the text too."""
    title = (title or "").strip()
    text = text.strip()
    if not title:
        ends = [place for mark in _FULL_STOPS if (place := text.find(mark)) > 0]
        return Message(text[: min([*ends, TITLE_LONGEST])], text)
    return Message(title, text if title in text else f"{title}\n{text}")


@dataclass(frozen=True)
class Counted:
    """All runs of many texts: their keys, and how often each occurs; shape (texts, keys)."""

    keys: Keys
    counts: Matrix


def counted(texts: Iterable[str], tick: Tick = lambda _rows: None) -> Counted:
    """Count the runs of each text."""
    each = []
    for text in texts:
        each.append(runs(text))
        tick(1)
    lengths = [len(found.keys) for found in each]
    keys, columns = np.unique(np.concatenate([one.keys for one in each]), return_inverse=True)
    shape = (len(each), len(keys))
    values = np.concatenate([one.counts for one in each])
    starts = np.concatenate(([0], np.cumsum(lengths)))
    counts = sparse.csr_matrix((values, columns.astype(np.int32), starts), shape=shape)
    return Counted(keys, counts)


@dataclass(frozen=True)
class Block:
    """The runs that a model knows of one field, sorted, and how much each says."""

    keys: Keys
    rarity: NDArray[np.float32]

    def weighed(self, texts: Sequence[str]) -> Matrix:
        """Rows of length one, shape (texts, keys)."""
        found = counted(texts)
        places = np.searchsorted(self.keys, found.keys)
        places[places == len(self.keys)] = 0
        known = self.keys[places] == found.keys if len(self.keys) else np.zeros(0, bool)
        chosen = found.counts[:, np.flatnonzero(known)]
        shape = (len(texts), len(self.keys))
        cells = chosen.tocoo()
        spread = sparse.csr_matrix(
            (cells.data, (cells.row, places[known][cells.col])), shape=shape
        )
        return weighed(spread, self.rarity)


def learned(counts: Matrix, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Any]:
    """Which columns are worth knowing from these rows alone, and the rarity of each."""
    shown = np.asarray((counts[rows] > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero(shown >= (2 if len(rows) < _ENOUGH else 3))
    if len(columns) > _MOST_RUNS:
        columns = np.sort(columns[np.argsort(-shown[columns], kind="stable")[:_MOST_RUNS]])
    rarity = np.log((1 + len(rows)) / (1 + shown[columns])) + 1
    return columns, rarity.astype(np.float32)


def weighed(counts: Matrix, rarity: NDArray[np.float32]) -> Matrix:
    """Counts as rows of length one: the tenth time says little more than the first."""
    rows = counts.tocsr(copy=True)
    rows.data = (1 + np.log(rows.data)) * rarity[rows.indices]
    sizes = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    sizes[sizes == 0] = 1
    rows.data = (rows.data / np.repeat(sizes, np.diff(rows.indptr))).astype(np.float32)
    return rows


def to_be_understood(messages: Sequence[Message]) -> list[str]:
    """What the sentence encoder reads: all titles, then the beginnings of all texts."""
    starts = [each.text[:MEANING_LONGEST] for each in messages]
    return [each.title[:MEANING_LONGEST] for each in messages] + starts


def side_by_side(vectors: Vectors) -> Vectors:
    """Both vectors of each message in a row of its own, shape (messages, 2 * size)."""
    half = len(vectors) // 2
    return np.hstack([vectors[:half], vectors[half:]])
