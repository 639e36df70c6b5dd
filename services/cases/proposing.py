"""The category that a sentence's own words propose, for when no model does. Pure."""

from dataclasses import dataclass

from content.case_patterns import KeyWords
from content.library import Library
from kit.text import normalise
from services.cases import places_said


@dataclass(frozen=True)
class Guess:
    """A category's id, its share of the weight of all words found (0 to 1), and its own words."""

    category: str
    score: float
    because: tuple[str, ...]


def by_words(library: Library, kind: str, text: str) -> tuple[Guess, ...]:
    """The categories of a kind whose key words stand in the text, best first; maybe none.

    A longer word weighs more, since it says more of the matter ("charging by a cable from the
    window" is a danger of fire, "charging" is not). A word inside a longer one does not count, nor
    does what names the place.
    """
    keys = library.key_words(kind)
    found: dict[str, dict[str, int]] = {}
    for match in keys.pattern.finditer(_without_place(library, text, keys)):
        found.setdefault(keys.owners[match[0]], {})[match[0]] = keys.weights[match[0]]
    weights = {key: sum(words.values()) for key, words in found.items()}
    total = sum(weights.values())
    best = sorted(found, key=lambda key: -weights[key])
    return tuple(Guess(key, weights[key] / total, tuple(found[key])) for key in best)


def _without_place(library: Library, text: str, keys: KeyWords) -> str:
    """The text without its place, unless that is a key word itself ("footbridge")."""
    words = normalise(text)
    span = places_said.find(library, words)
    if span is None or span.of(words) in keys.owners:
        return words
    return f"{words[: span.start]}\n{words[span.end :]}"
