"""How sure two cases are one: by meaning, wording, what they are about, place and category."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Literal

from content.library import Library
from services.cases import place_reading, whereabouts
from services.cases.place_reading import Edition
from services.cases.whereabouts import Whereabouts
from services.geo import distance_m
from services.turns import Position

# Of two cases: one place; none is said; only one says any; two places.
Place = Literal["same", "unsaid", "one-sided", "other"]

HERE_M, ELSEWHERE_M = 300.0, 1_500.0  # one place up to here; surely two from there on
BEGIN = 3  # characters that a text begins with
ALIKE = 0.3  # from here on two cases are shown as one: a look too many costs less than a twin
# Fitted on tests/fixtures/duplicates_tuning.csv (logistic regression), rounded; ALIKE and
# OTHER_MATTER chosen later on that, duplicates_tuning_more and duplicates_held_out. What fresh
# pairs say stands in tests/services/cases/test_duplicates_quality.py. A place that differs is
# meant to outweigh the rest.
BIAS, MEANING, WORDING = -4.4, 5.0, 1.5
SOME_MATTER, ALL_MATTER, OTHER_MATTER = 0.5, 2.2, -1.5
PLACE: Mapping[Place, float] = {"same": 2.0, "unsaid": 0.3, "one-sided": -3.5, "other": -9.0}
SAME_CATEGORY, OTHER_CATEGORY = 0.5, -1.5


@dataclass(frozen=True)
class Traits:
    """What of a case is compared, beside the vector of its `matter`: its words without places.

    `matters` are the known matters that it names, by number; `weights` tells for each character
    of the matter how rare it is; `begin` is what it begins with, mostly a place that may have no
    end by which it is known, empty where that is a matter.
    """

    where: Whereabouts
    matter: str
    matters: frozenset[int]
    weights: Mapping[str, float]
    spot: Position | None = None
    category: str | None = None
    begin: str = ""


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against two cases being one.

    `meaning` and `wording` go up to 1; `matter` is the share of what both are about among what
    any is about, -1 where both are about something else, 0 where it is not known; `category` 1,
    0 or -1 for one, not known and another.
    """

    meaning: float
    wording: float
    matter: float
    place: Place
    category: int

    @property
    def likeness(self) -> float:
        """How sure it is that both are one case, from 0 to 1."""
        sum_ = BIAS + MEANING * self.meaning + WORDING * self.wording
        if self.matter:
            shared = SOME_MATTER + ALL_MATTER * self.matter
            sum_ += shared if self.matter > 0 else OTHER_MATTER
        sum_ += PLACE[self.place]
        if self.category:
            sum_ += SAME_CATEGORY if self.category > 0 else OTHER_CATEGORY
        return 1 / (1 + exp(-sum_))


def traits(
    library: Library,
    text: str,
    place: str | None = None,
    spot: Position | None = None,
    category: str | None = None,
) -> Traits:
    """What of a masked text is compared with others; `spot` is where the matter lies, WGS-84."""
    where = place_reading.read(library, text, place)
    book = _book(library)
    matter = book.without_fillers(where.rest)
    return Traits(
        where,
        matter,
        book.matters_in(where.rest),
        book.weights(matter),
        spot,
        category,
        book.begin(where.words),
    )


def weigh(meaning: float, one: Traits, other: Traits) -> Evidence:
    """What speaks for and against two cases being one; `meaning` is their vectors' product."""
    return Evidence(
        meaning=meaning,
        wording=_overlap(one.weights, other.weights),
        matter=_agreement(one.matters, other.matters),
        place=_place(one, other),
        category=_same(one.category, other.category),
    )


def metres(one: Traits, other: Traits) -> float | None:
    """How far apart two cases are, where both have a position."""
    return distance_m(one.spot, other.spot) if one.spot and other.spot else None


class _Book:
    """The words of one edition: what matters are called, what says nothing, how rare each is."""

    def __init__(self, library: Library) -> None:
        words = library.words
        # By their first character: a text is walked once, whatever the number of words.
        self._matters: dict[str, list[tuple[str, int]]] = {}
        for number, entry in enumerate(words["matter_words"]):
            for word in entry.split("="):
                self._matters.setdefault(word[0], []).append((word, number))
        fillers = sorted(words["matter_fillers"], key=len, reverse=True)
        self._fillers = re.compile("|".join(map(re.escape, fillers)) + r"|[\W_]+")
        claims = [fact.claim for topic in library.topics.values() for fact in topic.facts]
        seen_in = Counter(ch for claim in claims for ch in set(claim))
        self._rarest = log(len(claims) + 1)
        self._rarity = {ch: log((len(claims) + 1) / (1 + count)) for ch, count in seen_in.items()}

    def without_fillers(self, text: str) -> str:
        return " ".join(self._fillers.sub(" ", text).split())

    def begin(self, text: str) -> str:
        begin = self.without_fillers(text)[:BEGIN]
        return begin if len(begin) == BEGIN and not self.matters_in(begin) else ""

    def matters_in(self, text: str) -> frozenset[int]:
        return frozenset(
            number
            for start, ch in enumerate(text)
            for word, number in self._matters.get(ch, ())
            if text.startswith(word, start)
        )

    def weights(self, matter: str) -> Mapping[str, float]:
        """Each character once; one that stands in every other claim about rights says little."""
        rarity, rarest = self._rarity, self._rarest
        return {ch: rarity.get(ch, rarest) for ch in matter if ch != " "}


def _book(library: Library) -> _Book:
    return _made_ready(Edition(library))


@lru_cache(maxsize=4)
def _made_ready(edition: Edition) -> _Book:
    return _Book(edition.library)


def _place(one: Traits, other: Traits) -> Place:
    """Positions decide where both are near or far; between, and without them, the names."""
    apart = metres(one, other)
    named = whereabouts.agreement(one.where, other.where)
    if apart is not None and apart > ELSEWHERE_M:
        return "other"
    if named == 0 and apart is not None and apart <= HERE_M:
        return "same"
    if named:
        return "same" if named > 0 else "other"
    said = [bool(of.where.names) + bool(of.where.keys) for of in (one, other)]
    if said[0] == said[1]:
        return "unsaid"
    return "same" if _begins_in(one, other) or _begins_in(other, one) else "one-sided"


def _begins_in(one: Traits, other: Traits) -> bool:
    """Whether what one begins with stands in the other: the place of both, if one says any."""
    return bool(one.begin) and one.begin in other.where.words


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How much of the shorter wording stands in the other: a short report of a long one is it."""
    least = min(sum(one.values()), sum(other.values()))
    return sum(one[ch] for ch in one.keys() & other.keys()) / least if least else 0.0


def _agreement(one: frozenset[int], other: frozenset[int]) -> float:
    if not one or not other:
        return 0.0
    return len(one & other) / len(one | other) or -1.0


def _same(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return 0
    return 1 if one == other else -1
