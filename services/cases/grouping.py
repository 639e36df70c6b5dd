"""Which of many messages speak of the same matter; docs/cases-themes.md says how."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations
from math import floor

import numpy as np
from numpy.typing import NDArray

from services.cases.likeness import Traits, weigh
from services.cases.whereabouts import NAME_LEAST
from services.meaning import Vectors

TOGETHER = 0.5  # two messages, and on average two groups, are as likely one matter as not
UNPLACED = 0.8  # without any place only what is nearly the same is one matter
MEANT = 0.2  # vectors farther apart than this are not weighed at all
CROWD = 400  # a place named by more is split by meaning: its neighbours are looked at only
NEIGHBOURS = 30
SQUARES = 200  # of a degree
SAME = 1e-9  # numbers closer than this are one

Pair = tuple[int, int]


def groups(messages: Sequence[Traits], vectors: Vectors) -> list[tuple[int, ...]]:
    """The indexes of the messages of each matter, two at least, the largest first.

    `vectors` has a row a message. Groups are joined while on average their messages are one
    matter (average linkage, pairs never weighed count nothing), so no chain melts two.
    """
    likely = {
        pair: likeness
        for pair in candidates(messages, vectors)
        if (likeness := _likeness(messages, vectors, pair)) >= TOGETHER
    }
    found = [tuple(sorted(group)) for group in _linked(likely) if len(group) > 1]
    return sorted(found, key=lambda group: (-len(group), group))


def candidates(messages: Sequence[Traits], vectors: Vectors) -> Iterator[Pair]:
    """Pairs that may be one matter: of one place, or both without any, and near in meaning."""
    seen: set[Pair] = set()
    for members in _places(messages).values():
        for pair in _near(np.asarray(members), vectors):
            if pair not in seen:
                seen.add(pair)
                yield pair


def middle(group: Sequence[int], vectors: Vectors) -> int:
    """The message that is nearest to all of its group."""
    rows = vectors[list(group)]
    return group[int(np.argmax(rows @ rows.sum(axis=0)))]


def _likeness(messages: Sequence[Traits], vectors: Vectors, pair: Pair) -> float:
    one, other = pair
    found = weigh(float(vectors[one] @ vectors[other]), messages[one], messages[other])
    if found.place == "same":
        return found.likeness
    return found.likeness if found.place == "unsaid" and found.likeness >= UNPLACED else 0.0


def _places(messages: Sequence[Traits]) -> Mapping[object, list[int]]:
    """Messages by each name that they know, by where they lie, and those that say nothing."""
    named: dict[object, list[int]] = defaultdict(list)
    all_keys = {key for message in messages for key in message.where.keys}
    for n, message in enumerate(messages):
        words = message.where.words
        said = {words[i : i + NAME_LEAST] for i in range(len(words) - 1)} & all_keys
        for key in sorted(said | message.where.keys):
            named[key].append(n)
        if message.spot:
            # A square of half a kilometre: those in it may speak of one place.
            named[floor(message.spot.lat * SQUARES), floor(message.spot.lon * SQUARES)].append(n)
        if not message.where.keys:
            named[None].append(n)
    return named


def _near(members: NDArray[np.int64], vectors: Vectors) -> Iterator[Pair]:
    if len(members) <= CROWD:
        products = vectors[members] @ vectors[members].T
        for one, other in combinations(range(len(members)), 2):
            if products[one, other] >= MEANT:
                yield int(members[one]), int(members[other])
        return
    for start in range(0, len(members), CROWD):
        part = members[start : start + CROWD]
        products = vectors[part] @ vectors[members].T
        nearest = np.argpartition(-products, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        for one, row in zip(part, nearest, strict=True):
            for other in members[row]:
                if one != other:
                    yield min(int(one), int(other)), max(int(one), int(other))


def _linked(likely: Mapping[Pair, float]) -> list[set[int]]:
    """Average linkage over the pairs that are likely; all others count as 0."""
    groups_of: dict[int, set[int]] = {n: {n} for pair in likely for n in pair}
    sums: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), likeness in likely.items():
        sums[one][other] = sums[other][one] = likeness
    heap = [(-likeness, *pair) for pair, likeness in likely.items()]
    heapify(heap)
    while heap:
        average, one, other = heappop(heap)
        if one not in groups_of or other not in groups_of:
            continue
        if -average < TOGETHER or abs(_average(groups_of, sums, one, other) + average) > SAME:
            continue  # one of both has grown since; what it is now stands elsewhere in the heap
        _join(groups_of, sums, one, other)
        for third in sums[one]:
            low, high = min(one, third), max(one, third)
            heappush(heap, (-_average(groups_of, sums, one, third), low, high))
    return list(groups_of.values())


def _average(
    groups_of: Mapping[int, set[int]],
    sums: Mapping[int, Mapping[int, float]],
    one: int,
    other: int,
) -> float:
    return sums[one].get(other, 0.0) / (len(groups_of[one]) * len(groups_of[other]))


def _join(
    groups_of: dict[int, set[int]], sums: dict[int, dict[int, float]], one: int, other: int
) -> None:
    groups_of[one] |= groups_of.pop(other)
    del sums[one][other]
    for third, sum_ in sums.pop(other).items():
        if third != one:
            del sums[third][other]
            sums[one][third] = sums[third][one] = sums[one].get(third, 0.0) + sum_
