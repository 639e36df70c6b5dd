"""Whether two texts may speak of one place, by what each says of it."""

from collections.abc import Mapping
from dataclasses import dataclass

NAME_LEAST = 2  # characters
ONE_TO_TEN = "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341"
SIDES = "\u4e1c\u5357\u897f\u5317"
# What tells apart streets and estates of one name: sides, the middle, numbers.
_TURNS = SIDES + "\u4e2d\u6a2a" + ONE_TO_TEN


@dataclass(frozen=True)
class Whereabouts:
    """What a text says of its place.

    `names` are names as far as they were said, without what ends them; `areas` the towns,
    districts and cities by level; `parts` the gates, blocks and the like by kind; `rest` is the
    text without all of them, `words` the whole of it, `said` the places alone.
    """

    names: frozenset[str]
    areas: Mapping[str, frozenset[str]]
    parts: Mapping[str, frozenset[str]]
    rest: str
    words: str
    said: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """What of it finds others at the same place."""
        names = self.names or (name for known in self.areas.values() for name in known)
        return frozenset(name[-NAME_LEAST:] for name in names)

    def speaks_of(self, name: str) -> bool:
        """Whether the text names it, or holds it without our knowing that it is a name."""
        called = [own for own in self.names if own.endswith(_key(name))]
        if called:
            return any(not _before_differ(own, name) for own in called)
        return _key(name) in self.words


def _before_differ(one: str, other: str) -> bool:
    """Whether more was said before one name twice, and it differs: of two towns, one road each."""
    size = len(_key(one))
    before, before_other = one[:-size], other[:-size]
    short = min(len(before), len(before_other))
    return short >= NAME_LEAST and before[-short:] != before_other[-short:]


def agreement(one: Whereabouts, other: Whereabouts) -> int:
    """1 when both name one place, -1 when they name different ones, 0 when it cannot be said."""
    if _differ(one.areas, other.areas) or _differ(one.parts, other.parts):
        return -1
    known = [other.speaks_of(name) for name in one.names]
    known_there = [one.speaks_of(name) for name in other.names]
    # Each has a name that the other does not know: two crossings of one road, two roads of a name.
    if not all(known) and not all(known_there):
        return -1
    # A town or district alone is no place yet.
    return int(any((*known, *known_there)))


def _differ(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    return any(not one[kind] & other[kind] for kind in one.keys() & other.keys())


def _key(name: str) -> str:
    """The last two characters of a name, and the side or number behind them."""
    bare = name.rstrip(_TURNS)
    return name[-(len(name) - len(bare) + NAME_LEAST) :]
