"""Reads XLSX: the one sheet with a table in it, and what in it can only be seen in its XML."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

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
from tools.stops.xlsx_marks import Marks, Spoiled, look_through, sheet_parts

MOST_CELLS = 20_000_000  # 24 bytes each while a sheet is read
MOST_BYTES = 3 << 30  # unpacked
_EXACT = 1e15  # a float holds every whole number up to here

# RuntimeError: a part is encrypted or packed in a way that zipfile does not know.
_DAMAGED = (BadZipFile, CalamineError, KeyError, EOFError, RuntimeError, zlib.error)

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class _Sheet:
    name: str
    marks: Marks


def read_xlsx(raw: bytes, knows: Knows, sheet: str | None, longest: int = MOST_IN_A_CELL) -> Table:
    """The table of a workbook's bytes; raises BadInput when it cannot be read at all."""
    try:
        with ZipFile(BytesIO(raw)) as zipped:
            _check_is_xlsx(zipped)
            with CalamineWorkbook.from_filelike(BytesIO(raw)) as book:
                chosen = _choose(zipped, book, sheet)
                return _table(book, chosen, knows, longest)
    except (*_DAMAGED, Spoiled) as error:
        raise BadInput("stops_import.damaged") from error


def _check_is_xlsx(zipped: ZipFile) -> None:
    if "xl/workbook.xml" not in zipped.namelist():
        raise BadInput("stops_import.other_format")
    if sum(part.file_size for part in zipped.infolist()) > MOST_BYTES:
        raise BadInput("stops_import.damaged")


def _choose(zipped: ZipFile, book: CalamineWorkbook, wanted: str | None) -> _Sheet:
    """The sheet that was asked for, or the only visible one with something in it."""
    tables = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    names = [one.name for one in tables]
    if wanted is None:
        names = [one.name for one in tables if one.visible == SheetVisibleEnum.Visible]
    elif wanted in names:
        names = [wanted]
    else:
        raise BadInput("stops_import.no_such_sheet", sheet=wanted, names="、".join(names))
    parts = sheet_parts(zipped)
    filled = []
    for name in names:
        with zipped.open(parts[name]) as stream:
            marks = look_through(stream)
        if marks.height:
            filled.append(_Sheet(name, marks))
    if not filled:
        raise BadInput("stops_import.empty")
    if len(filled) > 1:
        shown = "、".join(one.name for one in filled)
        raise BadInput("stops_import.which_sheet", count=len(filled), names=shown)
    return filled[0]


def _table(book: CalamineWorkbook, chosen: _Sheet, knows: Knows, longest: int) -> Table:
    marks = chosen.marks
    if marks.height * marks.width > MOST_CELLS:
        raise BadInput("stops_import.too_spread", height=marks.height, width=marks.width)
    sheet = book.get_sheet_by_name(chosen.name)
    header_row = checked_header(*header_at(_rows(sheet.iter_rows()), knows))
    faults = [
        Fault(max(first, header_row), "stops_import.merged", {"last": last})
        for first, last in marks.merged
        if last >= header_row
    ]
    faults += (Fault(row, "stops_import.formula") for row in dict.fromkeys(marks.formulas))
    faults += (Fault(row, "stops_import.error_cell") for row in dict.fromkeys(marks.errors))
    rows = _rows(sheet.iter_rows())
    return make_table(rows, header_row, faults, ragged=False, longest=longest)


def _rows(rows: Iterator[list[Cell]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, 1):
        yield Row(number, tuple(cell if type(cell) is str else _text(cell) for cell in cells))


def _text(cell: Cell) -> str:
    """A cell as a person sees it who formats nothing: 22.794742, 2026-03-01, 08:30."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(cell)
