"""Looks through a workbook's XML for what its values do not show: formulas, errors, merges.

The reader of values, calamine, gives a formula's last result and an empty text for an error, and
it makes room for every cell up to the farthest one; so this look comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

_CHUNK = 1 << 20
_DIGITS = "0123456789"
_LETTERS = 26
_BEFORE_A = ord("A") - 1
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


class Spoiled(Exception):
    """The XML is not what a workbook holds."""


@dataclass
class Marks:
    """What stands in a sheet: rows with formulas, rows with errors, merges from row to row."""

    formulas: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)
    height: int = 0
    width: int = 0


def sheet_parts(book: ZipFile) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name; raises Spoiled or KeyError."""
    parts: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = attributes.get("Target", "")
            whole = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            parts[attributes.get("Id", "")] = whole

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            number = next((attributes[key] for key in attributes if _local(key) == "id"), "")
            names[attributes.get("name", "")] = number

    for part, handler in ((_RELATIONS, relation), (_WORKBOOK, sheet)):
        with book.open(part) as stream:
            _parse(stream, handler)
    return {name: parts[number] for name, number in names.items() if number in parts}


def look_through(stream: IO[bytes]) -> Marks:
    """The marks of one sheet's XML; raises Spoiled."""
    looking = _Looking()
    _parse(stream, looking.start)
    looking.marks.width = max(map(_column, looking.columns), default=0)
    return looking.marks


class _Looking:
    """Called for every element, some twelve million times for 200,000 rows: hence so plain."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.columns: set[str] = set()
        self._row = 0
        self._cell = ""
        self._asks = {
            "row": self._begin_row,
            "c": self._begin_cell,
            "v": self._note_value,
            "is": self._note_value,
            "f": self._note_formula,
            "mergeCell": self._note_merge,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        ask = self._asks.get(name if ":" not in name else _local(name))
        if ask:
            ask(attributes)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes.get("r", "")
        if attributes.get("t") == "e":
            self.marks.errors.append(self._row)

    def _note_value(self, _attributes: dict[str, str]) -> None:
        self.columns.add(self._cell.rstrip(_DIGITS))
        self.marks.height = self._row

    def _note_formula(self, _attributes: dict[str, str]) -> None:
        self.marks.formulas.append(self._row)

    def _note_merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        self.marks.merged.append((_row(first), _row(last or first)))


def _parse(stream: IO[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = _no_entities
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003 -- expat takes no keywords
    except (expat.ExpatError, ValueError) as error:
        raise Spoiled from error


def _no_entities(*_declared: object) -> None:
    # No workbook declares any; a few lines of them can grow to gigabytes.
    raise Spoiled


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _row(cell: str) -> int:
    return int(cell.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ").replace("$", "") or 0)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - _BEFORE_A
    return number
