"""Which column, or key, of a file of past cases or of units fills which field."""

import re
from collections.abc import Iterable, Mapping

from content.library import Library
from kit.errors import BadInput
from kit.text import normalise

_MARKS = re.compile(r"[\s*:_#.\"']+")

CASE = ("title", "text", "category", "unit")
UNIT = ("category", "province", "city", "district", "street", "road", "unit")


class Columns:
    """The words of content/words.yml for the fields of one kind of file: `case` or `unit`."""

    def __init__(self, library: Library, kind: str) -> None:
        self._words = {
            name: library.words[f"{kind}_column_{name}"]
            for name in (CASE if kind == "case" else UNIT)
        }
        self._order = {
            _plain(word): (place, name)
            for name, words in self._words.items()
            for place, word in enumerate(words)
        }

    def knows(self, header: str) -> bool:
        """Whether a cell looks like a header."""
        return _plain(header) in self._order

    def word(self, name: str) -> str:
        """What a field is called to a person."""
        return self._words[name][0]

    def names(self, name: str) -> str:
        """All that a field may be called."""
        return "、".join(self._words[name])

    def fields(self, headers: Iterable[str]) -> dict[str, str]:
        """The header of each field that has one; of two for one field that which comes first in
        content/ ("detail" before "content").
        """
        found: dict[str, tuple[int, str]] = {}
        for header in headers:
            place, name = self._order.get(_plain(header), (0, ""))
            if name and (name not in found or place < found[name][0]):
                found[name] = (place, header)
        return {name: header for name, (_, header) in found.items()}

    def needed(self, fields: Mapping[str, str], *names: str) -> None:
        """Raise BadInput when one of these fields has no column."""
        for name in names:
            if name not in fields:
                raise BadInput(
                    "cases_import.no_column", column=self.word(name), names=self.names(name)
                )


def _plain(header: str) -> str:
    return _MARKS.sub("", normalise(header))
