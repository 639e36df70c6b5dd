"""A report as a workbook: sheets of real numbers, and text that no spreadsheet calculates with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter

from services.sheets import guarded

Cell = str | int | float | None
WIDE, NARROW = 28, 13
MOST_IN_A_NAME = 31  # characters of a sheet's name


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, a line of heads, rows of cells.

    A `share` is a column of numbers from 0 to 1, shown as a percentage. `drawn` names the columns
    (first, last) that a picture shows beside the table; none where it is None.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shares: frozenset[int] = frozenset()
    drawn: tuple[int, int] | None = None


@dataclass(frozen=True)
class Book:
    """A workbook: its title, lines below it, its sheets, and who took it when."""

    title: str
    lines: Sequence[str]
    sheets: Sequence[Sheet]
    stamp: str
    properties: Mapping[str, str] = field(default_factory=dict)


def written(book: Book) -> bytes:
    """The workbook as the bytes of an XLSX file.

    Text is written as text, with a guard in front where a spreadsheet would calculate with it
    once the file is saved as something else.
    """
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    made = xlsxwriter.Workbook(out, options)
    made.set_properties({"title": book.title, **book.properties})
    styles = {
        "title": made.add_format({"bold": True, "font_size": 16}),
        "head": made.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "share": made.add_format({"num_format": "0.0%"}),
        "plain": made.add_format(),
    }
    for sheet in book.sheets:
        _write(made, styles, book, sheet)
    made.close()
    return out.getvalue()


def _write(made: Any, styles: Mapping[str, Any], book: Book, sheet: Sheet) -> None:  # noqa: ANN401 - untyped library
    page = made.add_worksheet(sheet.name[:MOST_IN_A_NAME])
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{_for_footer(book.stamp)}&R&P / &N")
    page.set_column(0, 0, WIDE)
    page.set_column(1, max(1, len(sheet.head) - 1), NARROW)
    page.write_string(0, 0, guarded(book.title), styles["title"])
    for number, line in enumerate([*book.lines, book.stamp], 1):
        page.write_string(number, 0, guarded(line))
    top = len(book.lines) + 3
    for column, head in enumerate(sheet.head):
        page.write_string(top, column, guarded(head), styles["head"])
    for number, row in enumerate(sheet.rows, top + 1):
        for column, cell in enumerate(row):
            _put(
                page, styles["share" if column in sheet.shares else "plain"], number, column, cell
            )
    page.freeze_panes(top + 1, 1)
    if sheet.drawn and sheet.rows:
        _draw(made, page, sheet, top)


def _put(page: Any, style: Any, row: int, column: int, cell: Cell) -> None:  # noqa: ANN401
    if isinstance(cell, str):
        page.write_string(row, column, guarded(cell), style)
    elif cell is not None:
        page.write_number(row, column, cell, style)


def _draw(made: Any, page: Any, sheet: Sheet, top: int) -> None:  # noqa: ANN401
    chart = made.add_chart({"type": "column", "subtype": "stacked"})
    first, last = top + 1, top + len(sheet.rows)
    drawn = sheet.drawn or (1, 1)
    for column in range(drawn[0], drawn[1] + 1):
        chart.add_series(
            {
                "name": [sheet.name, top, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
            }
        )
    chart.set_title({"name": sheet.name})
    page.insert_chart(top, len(sheet.head) + 1, chart)


def _for_footer(text: str) -> str:
    """A footer's ampersand begins an order; two are one."""
    return text.replace("&", "&&")
