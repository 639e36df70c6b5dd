"""Hiding names as well as numbers, for whatever others read."""

from content.library import Library
from services.masking.covering import cover, find
from services.masking.marks import Found
from services.masking.names import Names
from services.masking.numbers import find_numbers


class Masker:
    """Masks texts by the rules and the names of one library; made once, used by all."""

    def __init__(self, library: Library) -> None:
        self._finders = (find_numbers, Names(library).find)

    def __call__(self, text: str) -> str:
        """The text with a mark in the place of each number, account and name that was found."""
        return cover(text, self.find(text))

    def find(self, text: str) -> tuple[Found, ...]:
        """What has to be hidden, by place."""
        return find(text, self._finders)


_MADE: dict[str, Masker] = {}


def masker(library: Library) -> Masker:
    """The masker of a library, made at its first use (some 15 ms) and again for a new version."""
    if library.version not in _MADE:
        _MADE.clear()
        _MADE[library.version] = Masker(library)
    return _MADE[library.version]
