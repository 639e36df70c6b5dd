"""A district's table as it was read: headers, rows with the numbers the file shows, and faults."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kit.errors import BadInput
from services.rest_stops.importing.faults import Fault

HEADER_WITHIN = 20  # rows; a title and a few remarks may stand above the headers
FEWEST_HEADERS = 2  # a title may be called like one field, hardly like two
MOST_IN_A_CELL = 2_000  # characters

Knows = Callable[[str], bool]


class Row(NamedTuple):
    """Cells as text, with the row's number as Excel counts: from 1, blank rows too."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows below the headers, each with as many cells as there are headers; blank ones left out.

    With `faults` the table must be refused.
    """

    headers: tuple[str, ...]
    header_row: int
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def header_at(rows: Iterable[Row], knows: Knows) -> tuple[int, int]:
    """The number of the row that looks most like headers, and how many of its cells are known."""
    best = (0, 0)
    for row in islice(rows, HEADER_WITHIN):
        known = sum(knows(cell) for cell in row.cells if cell)
        if known > best[1]:
            best = (row.number, known)
    return best


def checked_header(row: int, known: int) -> int:
    """The row of the headers; raises BadInput when too few of its cells are known."""
    if known < FEWEST_HEADERS:
        raise BadInput("stops_import.no_header", rows=HEADER_WITHIN)
    return row


def make_table(
    rows: Iterable[Row],
    header_row: int,
    found: list[Fault],
    *,
    ragged: bool,
    longest: int = MOST_IN_A_CELL,
) -> Table:
    """The table under its headers; `ragged` when its rows may differ in their number of cells.

    A cell may hold `longest` characters.

    `found` may still grow while the rows are read; what lies above the headers does not matter.
    Raises BadInput when nothing stands below the headers.
    """
    taken: list[Row] = []
    faults: list[Fault] = []
    headers: tuple[str, ...] = ()
    wide = 0
    for row in rows:
        if row.number == header_row:
            headers, wide = _trimmed(row.cells), len(row.cells)
        if row.number <= header_row or not any(map(str.strip, row.cells)):
            continue
        wrong = tuple(_faults_of(row, headers, wide if ragged else len(row.cells), longest))
        faults += wrong
        if not wrong:
            width = len(headers)
            taken.append(Row(row.number, (*row.cells, *[""] * (width - len(row.cells)))[:width]))
    faults += (fault for fault in found if fault.row >= header_row)
    if not taken and not faults:
        raise BadInput("stops_import.no_rows")
    faults.sort(key=lambda fault: fault.row)
    return Table(headers, header_row, tuple(taken), tuple(faults))


def _faults_of(row: Row, headers: tuple[str, ...], wide: int, most: int) -> Iterator[Fault]:
    width = len(headers)
    count = len(row.cells)
    # A comma more that ends in an empty cell has still moved what stands before it.
    if count > wide or any(cell.strip() for cell in row.cells[width:]):
        fields = {"count": count, "columns": width}
        yield Fault(row.number, "stops_import.too_many_cells", fields)
    elif count < wide:
        fields = {"count": count, "columns": width}
        yield Fault(row.number, "stops_import.too_few_cells", fields)
    elif row.cells[:width] == headers:
        yield Fault(row.number, "stops_import.header_again")
    longest = max(row.cells, key=len)
    if len(longest) > most:
        fields = {"column": row.cells.index(longest) + 1, "length": len(longest)}
        yield Fault(row.number, "stops_import.cell_too_long", {**fields, "most": most})
    if any("\0" in cell for cell in row.cells):
        yield Fault(row.number, "stops_import.nul")


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]
