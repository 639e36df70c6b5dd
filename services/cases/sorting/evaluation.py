"""How good a model is on messages that it has not seen: five folds, duplicates in one."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score

from kit.ids import digest
from services.cases.sorting.features import Message
from services.cases.sorting.grams import plain
from services.cases.sorting.model import Floats, Model, shares_of
from services.cases.sorting.training import Prepared, Rows, train

FOLDS = 5
_LONG_ENOUGH = 20  # characters of a text that is sent again under another title
_SHARPNESSES = np.geomspace(0.25, 16, 49)

Folds = NDArray[np.int64]
Done = Callable[[int], None]


@dataclass(frozen=True)
class Judged:
    """What came out over all folds; each message was judged by a model that had not seen it.

    `truth` and `scores` are in the order of the messages that were judged; `sharpness` is what
    makes the shares of such scores right as often as they say.
    """

    categories: tuple[str, ...]
    of_folds: tuple[float, ...]
    truth: NDArray[np.str_]
    scores: Floats
    sharpness: float

    @property
    def macro_f1(self) -> float:
        """The mean of the folds."""
        return float(np.mean(self.of_folds))

    @property
    def spread(self) -> float:
        """The standard deviation between the folds."""
        return float(np.std(self.of_folds))

    @property
    def said(self) -> NDArray[np.str_]:
        """The category that was found for each message."""
        found: NDArray[np.str_] = np.array(self.categories)[self.scores.argmax(axis=1)]
        return found

    def f1_of_each(self) -> dict[str, tuple[float, int]]:
        """F1 and the number of messages by category, all folds together."""
        found = f1_score(
            self.truth, self.said, labels=list(self.categories), average=None, zero_division=0
        )
        return {
            name: (float(f1), int((self.truth == name).sum()))
            for name, f1 in zip(self.categories, found, strict=True)
        }


def same_text(message: Message) -> str:
    """What is equal for exact duplicates: messages with it must not be torn apart.

    A long text that was sent again under another title is a duplicate too.
    """
    body = message.text.removeprefix(message.title)
    alone = plain(body).strip()
    return digest(alone if len(alone) >= _LONG_ENOUGH else plain(message.text).strip())


def folds(messages: Sequence[Message], labels: Sequence[str], count: int = FOLDS) -> Folds:
    """The fold of each message: as many of each category in each, duplicates together.

    The same messages always get the same folds, in whatever order they come.
    """
    groups: dict[str, list[int]] = {}
    for row, each in enumerate(messages):
        groups.setdefault(same_text(each), []).append(row)
    found = np.zeros(len(messages), dtype=np.int64)
    filled: dict[str, list[int]] = {label: [0] * count for label in sorted(set(labels))}
    total = [0] * count
    # The largest first, while there is room to balance them; else by chance, that is by digest.
    for key in sorted(groups, key=lambda each: (-len(groups[each]), each)):
        rows = groups[key]
        label = max(sorted({labels[row] for row in rows}), key=[labels[r] for r in rows].count)
        fold = min(range(count), key=lambda each: (filled[label][each], total[each]))
        found[rows] = fold
        total[fold] += len(rows)
        for row in rows:
            filled[labels[row]][fold] += 1
    return found


def judge(
    prepared: Prepared,
    fold_of: Folds,
    *,
    learn_from: NDArray[np.bool_] | None = None,
    done: Done = lambda _fold: None,
) -> Judged:
    """Train on all folds but one, judge that one, and so on.

    Messages of fold -1 are learned from and never judged. `learn_from` leaves some out of what is
    learned from, not out of what is judged.
    """
    may = np.ones(len(fold_of), bool) if learn_from is None else learn_from
    categories = tuple(str(each) for each in np.unique(prepared.labels[fold_of >= 0]))
    scores = np.full((len(fold_of), len(categories)), -np.inf, dtype=np.float32)
    of_folds = []
    for fold in range(int(fold_of.max()) + 1):
        held = np.flatnonzero(fold_of == fold)
        model = _trained(prepared, np.flatnonzero((fold_of != fold) & may))
        scores[held] = _in_order(model, prepared, held, categories)
        guess = np.array(categories)[scores[held].argmax(axis=1)]
        truth = prepared.labels[held]
        labels = list(np.unique(truth))
        of_folds.append(
            float(f1_score(truth, guess, labels=labels, average="macro", zero_division=0))
        )
        done(fold)
    judged = np.flatnonzero(fold_of >= 0)
    truth, scores = prepared.labels[judged], scores[judged]
    return Judged(
        categories, tuple(of_folds), truth, scores, _sharpness(categories, truth, scores)
    )


def _trained(prepared: Prepared, rows: Rows) -> Model:
    with warnings.catch_warnings():
        # A few rounds fewer than the last digit wants: what they would change is not seen.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return train(prepared, rows)


def _in_order(model: Model, prepared: Prepared, rows: Rows, categories: tuple[str, ...]) -> Floats:
    """The scores of these rows by category; least where the model does not know one."""
    half = prepared.vectors.shape[1] // 2
    vectors = np.vstack([prepared.vectors[rows][:, :half], prepared.vectors[rows][:, half:]])
    known = model.scores([prepared.messages[row] for row in rows], vectors)
    least = known.min() - 1
    found = np.full((len(rows), len(categories)), least, dtype=np.float32)
    for column, name in enumerate(model.categories):
        if name in categories:
            found[:, categories.index(name)] = known[:, column]
    return found


def _sharpness(categories: tuple[str, ...], truth: NDArray[np.str_], scores: Floats) -> float:
    """The one with which the truth was least surprising."""
    columns = np.array([categories.index(label) for label in truth])
    rows = np.arange(len(truth))

    def surprise(sharpness: float) -> float:
        shares = shares_of(scores, sharpness)[rows, columns]
        return float(-np.log(np.maximum(shares, 1e-9)).mean())

    return float(min(_SHARPNESSES, key=surprise))
