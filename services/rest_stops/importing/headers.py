"""Which column of a district's table fills which field of a stop."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from content.library import Library
from content.schema import Datum
from kit.errors import BadInput
from kit.text import normalise

POSITION_FIELDS = frozenset({"lat", "lon", "point"})
LEAVE_OUT = "-"  # `--map 列名=-`
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_MARKS = re.compile(r"[\s*:_#.]+")


@dataclass(frozen=True)
class Columns:
    """The columns by their index from 0: fields, facilities of their own, and the rest."""

    headers: tuple[str, ...]
    fields: Mapping[int, str]
    facilities: Mapping[int, str]
    datum: Datum | None

    @property
    def not_imported(self) -> tuple[str, ...]:
        """The headers of columns that nothing is read from."""
        used = {*self.fields, *self.facilities}
        return tuple(
            header for i, header in enumerate(self.headers) if i not in used and header.strip()
        )

    def has(self, *fields: str) -> bool:
        """Whether one of these fields has a column."""
        return not set(fields).isdisjoint(self.fields.values())


class Headers:
    """What the headers of a table mean: words of stop_columns.yml, and what was mapped by hand."""

    def __init__(self, library: Library, mapped: Mapping[str, str] | None = None) -> None:
        """`mapped` gives fields by header, over what the words say; `-` leaves a column out.

        Raises BadInput when a field is none.
        """
        words = library.stop_columns["headers"]
        self._fields = {_plain(word): field for field, all_ in words.items() for word in all_}
        self._facilities = {
            _plain(word): key for key, all_ in library.facilities.items() for word in (key, *all_)
        }
        self._datums = {
            normalise(word): cast("Datum", datum)
            for datum, all_ in library.stop_columns["datum"].items()
            for word in all_
        }
        self._mapped = {_bare(header): self._field(to) for header, to in (mapped or {}).items()}
        self._given = dict(zip(self._mapped, mapped or {}, strict=True))

    def knows(self, header: str) -> bool:
        """Whether a cell looks like a header: how the reader finds the row of headers."""
        return _bare(header) in self._mapped or bool(self._of(header))

    def assign(self, headers: Sequence[str]) -> Columns:
        """What each column fills; raises BadInput when two fill the same field.

        The datum is the one that the headers of the position name, such as 经度（百度）.
        """
        given = {_bare(header) for header in headers}
        for header in self._mapped:
            if header not in given:
                raise BadInput("stops_import.map_no_column", header=self._given[header])
        fields: dict[int, str] = {}
        facilities: dict[int, str] = {}
        for i, header in enumerate(headers):
            filled = self._of(header)
            if filled in self._facilities.values():
                facilities[i] = str(filled)
            elif filled:
                fields[i] = filled
        for filling in (fields, facilities):
            _no_two(headers, filling)
        return Columns(tuple(headers), fields, facilities, self._datum(headers, fields))

    def _of(self, header: str) -> str | None:
        bare = _bare(header)
        if bare in self._mapped:
            return self._mapped[bare]
        plain = _plain(header)
        return self._fields.get(plain) or self._facilities.get(plain)

    def _field(self, name: str) -> str | None:
        if name.strip() == LEAVE_OUT:
            return None
        plain = _plain(name)
        named = {_plain(field): field for field in self._fields.values()}
        found = named.get(plain) or self._fields.get(plain) or self._facilities.get(plain)
        if found is None:
            raise BadInput("stops_import.map_no_field", field=name)
        return found

    def _datum(self, headers: Sequence[str], fields: Mapping[int, str]) -> Datum | None:
        said = {
            datum
            for i, field in fields.items()
            if field in POSITION_FIELDS
            for word, datum in self._datums.items()
            if word in normalise(headers[i])
        }
        if len(said) > 1:
            raise BadInput("stops_import.two_datums")
        return next(iter(said), None)


def _no_two(headers: Sequence[str], filling: Mapping[int, str]) -> None:
    first: dict[str, int] = {}
    for i, field in filling.items():
        if field in first:
            raise BadInput(
                "stops_import.two_columns",
                first=headers[first[field]],
                second=headers[i],
                columns=f"{first[field] + 1}、{i + 1}",
            )
        first[field] = i


def _bare(header: str) -> str:
    return "".join(normalise(header).split())


def _plain(header: str) -> str:
    """A header without what is said beside it: `*纬度 (WGS-84)：` is 纬度."""
    return _MARKS.sub("", _IN_BRACKETS.sub("", normalise(header)))
