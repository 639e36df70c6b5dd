"""Workbooks as another library reads them: numbers are numbers, no text is ever a formula."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.figures.workbook import Book, Sheet, written

ATTACKS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "=cmd|' /C calc'!A0", "\uff1d1"),
    *('=HYPERLINK("http://x")', "http://example.org", "{=1}"),
)


def book(rows, **fields):
    sheet = Sheet("数", ("名", "数", "占"), rows, **fields)
    return Book("周报", ("第一行",), (sheet,), "陈静 & 2026-11-30 下载")


def read(raw):
    [sheet] = load_workbook(BytesIO(raw))
    return sheet, list(sheet.iter_rows(min_row=6))


@pytest.mark.parametrize("text", ATTACKS)
def test_text_is_never_calculated_with(text: str):
    sheet, rows = read(written(Book(text, (text,), (Sheet("数", (text,), [(text,)]),), text)))
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in {"s", "n"}, cell.coordinate
            assert cell.hyperlink is None
            value = str(cell.value or "")
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert rows


def test_numbers_are_numbers_and_shares_are_percentages():
    _, rows = read(
        written(book([("甲", 3, 0.25), ("乙", 4, None)], shares=frozenset({2}), drawn=(1, 1)))
    )
    assert [cell.value for cell in rows[0]] == ["甲", 3, 0.25]
    assert [cell.data_type for cell in rows[0]] == ["s", "n", "n"]
    assert rows[0][2].number_format == "0.0%"
    assert rows[1][2].value is None


def test_who_took_it_when_stands_in_every_sheet_and_its_footer():
    sheet, _ = read(written(book([("甲", 3, None)])))
    assert [sheet["A1"].value, sheet["A2"].value, sheet["A3"].value] == [
        *("周报", "第一行", "陈静 & 2026-11-30 下载"),
    ]
    assert sheet.oddFooter.left.text == "陈静 && 2026-11-30 下载"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40))
def test_any_text_comes_back_as_text(text: str):
    _, rows = read(written(book([(text, 1, None)])))
    assert rows[0][0].data_type in {"s", "n"}
    assert str(rows[0][0].value or "").removeprefix("'") in {text, text.removeprefix("'")}
