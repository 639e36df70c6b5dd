"""Running finders over a text, and putting marks in the place of what they found."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from services.masking.marks import BLANK, Finder, Found, Kind, blanked

_MARKS = re.compile("|".join(map(re.escape, Kind)))


def find(text: str, finders: Sequence[Finder]) -> tuple[Found, ...]:
    """What the finders find, by place and without overlaps; an earlier finder goes first.

    They are run until nothing is left to find, as each find may be the border of another. So
    what is hidden once stays as it is when it is hidden again.
    """
    view = plain(text)
    found: list[Found] = []
    while True:
        before = len(found)
        for finder in finders:
            new = tuple(finder(view))
            view = blanked(view, new)
            found += new
        if len(found) == before:
            return tuple(sorted(found))


def cover(text: str, found: Iterable[Found]) -> str:
    """The text with a mark in the place of each find, and all else as it was typed."""
    pieces, end = [], 0
    for one in found:
        pieces += [text[end : one.start], one.kind]
        end = one.end
    return "".join((*pieces, text[end:]))


def plain(text: str) -> str:
    """The text as finders read it, of the same length: full-width and other digits and letters
    as ASCII, marks that stand there already blanked.
    """
    folded = text if text.isascii() else "".join(map(_plain, text))
    return _MARKS.sub(lambda mark: BLANK * len(mark[0]), folded)


@cache
def _plain(ch: str) -> str:
    if ch.isdecimal():
        return str(unicodedata.decimal(ch))
    folded = unicodedata.normalize("NFKC", ch)
    return folded if len(folded) == 1 and folded.isascii() else ch
