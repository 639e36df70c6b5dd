"""Reads files of past cases and of units: CSV, XLSX, or JSON by the line (gzip too)."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content.library import Library
from kit.errors import BadInput
from services.cases.sorting.columns import Columns
from services.cases.sorting.importing import MOST_TEXT, Line
from services.rest_stops.importing.faults import Fault
from tools.stops.reading import read_table
from tools.stops.table import HEADER_WITHIN, Knows, Table

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Read:
    """A file's lines by field, and what is wrong with those that are not among them."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    digest: str

    @property
    def rows(self) -> int:
        """How many lines the file has, good and bad."""
        return len(self.lines) + len({fault.row for fault in self.faults})


def read(library: Library, path: Path, kind: str, needed: Sequence[str]) -> Read:
    """The lines of a file of `case` or `unit`; raises BadInput when it cannot be read at all.

    Of a table the `needed` columns must be there; of JSON each line must have those keys.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput("stops_import.not_there", name=path.name) from error
    columns, digest = Columns(library, kind), hashlib.sha256(raw).hexdigest()
    unpacked = _unpacked(raw).removeprefix(_BOM)
    if unpacked.lstrip()[:1] in {b"{", b"["} or raw.startswith(_GZIP):
        lines, faults = _json_lines(unpacked, columns, needed)
    else:
        table = _table(path, columns)
        fields = columns.fields(table.headers)
        columns.needed(fields, *needed)
        lines, faults = _rows(table, fields), list(table.faults)
    if not lines and not faults:
        raise BadInput("cases_import.no_rows")
    return Read(tuple(lines), tuple(faults), digest)


def _unpacked(raw: bytes) -> bytes:
    if not raw.startswith(_GZIP):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            found = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput("cases_import.not_gzip") from error
    if len(found) > _MOST_BYTES:
        raise BadInput(
            "stops_import.file_too_large", size=len(found) >> 20, most=_MOST_BYTES >> 20
        )
    return found


def _table(path: Path, columns: Columns) -> Table:
    knows: Knows = columns.knows
    try:
        return read_table(path, knows, longest=2 * MOST_TEXT)
    except BadInput as error:
        if error.key != "stops_import.no_header":
            raise
        needed = "、".join(columns.word(name) for name in ("category", "unit"))
        raise BadInput("cases_import.no_header", rows=HEADER_WITHIN, needed=needed) from error


def _rows(table: Table, fields: dict[str, str]) -> list[Line]:
    places = {name: table.headers.index(header) for name, header in fields.items()}
    spoiled = {fault.row for fault in table.faults}
    return [
        Line(row.number, {name: row.cells[place] for name, place in places.items()})
        for row in table.rows
        if row.number not in spoiled
    ]


def _json_lines(
    raw: bytes, columns: Columns, needed: Sequence[str]
) -> tuple[list[Line], list[Fault]]:
    lines: list[Line] = []
    faults: list[Fault] = []
    for number, each in enumerate(raw.split(b"\n"), 1):
        if not each.strip():
            continue
        found = _one(number, each, columns, needed)
        if isinstance(found, Line):
            lines.append(found)
        else:
            faults += found
    return lines, faults


def _one(
    number: int, raw: bytes, columns: Columns, needed: Sequence[str]
) -> Line | Sequence[Fault]:
    try:
        said = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return [Fault(number, "cases_import.not_utf8")]
    except json.JSONDecodeError as error:
        return [Fault(number, "cases_import.not_json", {"column": error.colno})]
    except (ValueError, RecursionError):  # a number of a million digits, a thousand brackets
        return [Fault(number, "cases_import.not_object")]
    if not isinstance(said, dict):
        return [Fault(number, "cases_import.not_object")]
    fields = columns.fields(said)
    faults = [*_missing(number, columns, fields, needed), *_no_text(number, columns, fields, said)]
    if faults:
        return faults
    return Line(number, {name: _text(said[key]) for name, key in fields.items()})


def _missing(
    number: int, columns: Columns, fields: dict[str, str], needed: Sequence[str]
) -> Iterator[Fault]:
    for name in needed:
        if name not in fields:
            said = {"column": columns.word(name), "names": columns.names(name)}
            yield Fault(number, "cases_import.no_key", said)


def _no_text(
    number: int, columns: Columns, fields: dict[str, str], said: dict[str, Any]
) -> Iterator[Fault]:
    for name, key in fields.items():
        if not isinstance(said[key], str | int | None):
            yield Fault(number, "cases_import.not_text", {"column": columns.word(name)})


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
