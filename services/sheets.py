"""Tables that we write as CSV and XLSX, and the one guard of their cells against formulas."""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import xlsxwriter

Add = Callable[[Sequence[str]], object]

# In front of a CSV it makes Excel take it for UTF-8.
BOM = "\ufeff"

# What makes Excel, WPS and LibreOffice calculate, also behind guards that stood there before.
_CALCULATES = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_GUARD = "'"


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate with it."""
    return _GUARD + text if _CALCULATES.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; others stay as they are."""
    if text.startswith(_GUARD) and _CALCULATES.match(text):
        return text.removeprefix(_GUARD)
    return text


def csv_rows(file: IO[str]) -> Add:
    """What takes the rows of a CSV."""
    return csv.writer(file).writerow


class Workbook:
    """An XLSX of one sheet; its rows wait on the disk, so it may be long: in the folder `rows_in`,
    whose owner clears up where the book is never closed, else where the system keeps such files.

    Nobody may add to it while it is closed, which takes seconds where there are many rows.
    """

    def __init__(self, file: Path, printed: str = "", rows_in: Path | None = None) -> None:
        given = {"constant_memory": True, "tmpdir": str(rows_in) if rows_in else None}
        self._book = xlsxwriter.Workbook(file, given)
        self._sheet = self._book.add_worksheet()
        if printed:
            # An ampersand would begin a code of Excel's.
            self._sheet.set_footer("&L" + printed.replace("&", "&&") + "&R&P / &N")
        self._row = 0

    def add(self, cells: Sequence[str]) -> None:
        """One more row."""
        for column, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self._row, column, cell)  # no formula, number or link
        self._row += 1

    def close(self) -> None:
        """Write the file."""
        self._book.close()
