"""Reads CSV as Excel and WPS save it: UTF-8 or GB18030, with commas, semicolons or tabs."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from kit.errors import BadInput
from services.rest_stops.importing.faults import Fault
from tools.stops.table import (
    MOST_IN_A_CELL,
    Knows,
    Row,
    Table,
    checked_header,
    header_at,
    make_table,
)

DELIMITERS = (",", ";", "\t")
_BETWEEN = "\x1f"


def read_csv(raw: bytes, knows: Knows, longest: int = MOST_IN_A_CELL) -> Table:
    """The table in a file's bytes; raises BadInput when it cannot be read as a table at all.

    A file is UTF-8 or GB18030 as a whole. Where rows of both stand in it, those of the rarer one
    are faults: nobody can say what they were meant to be.
    """
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise BadInput("stops_import.utf16")
    raw = raw.removeprefix(BOM_UTF8)
    if not raw.strip():
        raise BadInput("stops_import.empty")
    readings = {mark: _Reading(raw, mark) for mark in DELIMITERS}
    heads = {mark: header_at(reading.rows(), knows) for mark, reading in readings.items()}
    delimiter = max(heads, key=lambda mark: heads[mark][1])
    header_row = checked_header(*heads[delimiter])
    reading = _Reading(raw, delimiter)
    return make_table(reading.rows(), header_row, reading.faults, ragged=True, longest=longest)


class _Reading:
    """One pass through a file; `faults` is whole when the rows are exhausted."""

    def __init__(self, raw: bytes, delimiter: str) -> None:
        self.faults: list[Fault] = []
        self._raw = raw
        self._delimiter = delimiter
        self._is_utf8 = _decodes(raw, "utf-8")
        self._utf8_rows: list[int] = []
        self._gb_rows: list[int] = []
        self._lost_rows: list[int] = []

    def rows(self) -> Iterator[Row]:
        for number, cells in self._records():
            if self._is_utf8:
                yield Row(number, tuple(cells))
            else:
                yield Row(number, self._decoded(number, cells))
        # In a sound GB18030 file every row that is not plain ASCII is one of GB18030.
        rarer = min(self._utf8_rows, self._gb_rows, key=len)
        for number in sorted({*rarer, *self._lost_rows}):
            self.faults.append(Fault(number, "stops_import.encoding"))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        # What is no UTF-8 is cut into cells byte by byte, as Latin-1: in GB18030 the second and
        # later bytes of a character are never a delimiter, a quote or the end of a line.
        encoding = "utf-8" if self._is_utf8 else "latin-1"
        text = io.TextIOWrapper(io.BytesIO(self._raw), encoding=encoding, newline="")
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                yield number, cells
        except csv.Error:
            self.faults.append(Fault(number + 1, "stops_import.quotes"))

    def _decoded(self, number: int, cells: list[str]) -> tuple[str, ...]:
        whole = _BETWEEN.join(cells).encode("latin-1")
        if whole.isascii():
            return tuple(cells)
        if _is_chinese_utf8(whole):
            self._utf8_rows.append(number)
            return tuple(cell.encode("latin-1").decode("utf-8", "replace") for cell in cells)
        if _decodes(whole, "gb18030"):
            self._gb_rows.append(number)
        else:
            self._lost_rows.append(number)
        return tuple(cell.encode("latin-1").decode("gb18030", "replace") for cell in cells)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese_utf8(raw: bytes) -> bool:
    """Whether a row is UTF-8 of common Chinese, which bytes of GB18030 are not by chance."""
    try:
        text = raw.decode("utf-8")
        text.encode("gbk")
    except UnicodeError:
        return False
    return any(ch >= "\u2000" for ch in text)
