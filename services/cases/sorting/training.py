"""Trains a model: two linear ones that err differently, added up into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from services import meaning
from services.cases.sorting.features import (
    Block,
    Counted,
    Message,
    Tick,
    counted,
    learned,
    side_by_side,
    to_be_understood,
    weighed,
)
from services.cases.sorting.model import Floats, Model, joined
from services.meaning import Vectors

Rows = NDArray[np.intp]
_SVM_C, _LOGISTIC_C = 1.0, 30.0
_ENCODED_AT_ONCE = 256


@dataclass(frozen=True)
class Prepared:
    """Messages with all that takes long to work out and is the same for each fold."""

    messages: tuple[Message, ...]
    labels: NDArray[np.str_]
    titles: Counted
    texts: Counted
    vectors: Vectors


def prepare(
    messages: Sequence[Message], labels: Sequence[str], tick: Tick = lambda _rows: None
) -> Prepared:
    """Count and encode; about 8 ms a message. `tick` hears 4 for each message in all."""
    vectors: Any = np.vstack(list(_encoded(to_be_understood(messages), tick)))
    return Prepared(
        messages=tuple(messages),
        labels=np.array(labels),
        titles=counted((each.title for each in messages), tick),
        texts=counted((each.text for each in messages), tick),
        vectors=side_by_side(vectors),
    )


def _encoded(texts: list[str], tick: Tick) -> Any:  # noqa: ANN401 -- an iterator of arrays
    for start in range(0, len(texts), _ENCODED_AT_ONCE):
        part = texts[start : start + _ENCODED_AT_ONCE]
        yield meaning.encoded(part)
        tick(len(part))


def train(prepared: Prepared, rows: Rows, sharpness: float = 1.0) -> Model:
    """A model of these rows alone: nothing of the others gets into it, rarity included."""
    title_columns, title_rarity = learned(prepared.titles.counts, rows)
    text_columns, text_rarity = learned(prepared.texts.counts, rows)
    inputs = joined(
        weighed(prepared.titles.counts[rows][:, title_columns], title_rarity),
        weighed(prepared.texts.counts[rows][:, text_columns], text_rarity),
        prepared.vectors[rows],
    )
    labels = prepared.labels[rows]
    weights, bias = _fit(inputs, labels)
    return Model(
        categories=tuple(str(label) for label in np.unique(labels)),
        title=Block(prepared.titles.keys[title_columns], title_rarity),
        text=Block(prepared.texts.keys[text_columns], text_rarity),
        # As they are stored, so that a model answers the same before and after.
        weights=weights.astype(np.float16).astype(np.float32),
        bias=bias,
        sharpness=sharpness,
        encoder=meaning.encoder().name,
    )


def _fit(inputs: Any, labels: NDArray[np.str_]) -> tuple[Floats, Floats]:  # noqa: ANN401
    machine = LinearSVC(C=_SVM_C, class_weight="balanced", random_state=0)
    # One category against the rest: all at once takes twenty times as long and is no better.
    one = LogisticRegression(
        C=_LOGISTIC_C,
        class_weight="balanced",
        solver="liblinear",
        dual=True,
        tol=1e-2,
        random_state=0,
    )
    weights: Any = 0
    bias: Any = 0
    for slopes, offsets in (_machine(machine, inputs, labels), _logistic(one, inputs, labels)):
        spread = float((inputs @ slopes.T + offsets).std()) or 1.0
        weights = weights + slopes.T / spread
        bias = bias + offsets / spread
    return np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32)


def _machine(machine: Any, inputs: Any, labels: Any) -> tuple[Any, Any]:  # noqa: ANN401
    machine.fit(inputs, labels)
    return _for_each_category(machine.coef_, machine.intercept_)


def _logistic(one: Any, inputs: Any, labels: Any) -> tuple[Any, Any]:  # noqa: ANN401
    each = OneVsRestClassifier(one).fit(inputs, labels).estimators_
    slopes = np.vstack([member.coef_ for member in each])
    return _for_each_category(slopes, np.concatenate([member.intercept_ for member in each]))


def _for_each_category(slopes: Any, offsets: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Of two categories scikit-learn keeps only the second's side."""
    if len(slopes) == 1:
        return np.vstack([-slopes, slopes]), np.concatenate([-offsets, offsets])
    return slopes, offsets
