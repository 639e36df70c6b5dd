"""A CSV file of a district reads back as it was written, or is refused by row."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.library import Library
from kit.errors import BadInput
from services.rest_stops.importing.headers import Headers
from tests.tools.stops.conftest import HEADERS, ROWS, faults, lines
from tools.stops.csv_files import read_csv
from tools.stops.table import MOST_IN_A_CELL, Table

Read = Callable[..., Table]
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
# Every character that a table may hold; halves of surrogate pairs cannot be written at all.
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def refusal(read: Read, content: bytes, **how: str) -> str:
    with pytest.raises(BadInput) as caught:
        read(content, **how)
    return caught.value.key.partition(".")[2]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_each_encoding_and_delimiter_is_told_by_itself(
    read: Read, encoding: str, mark: str
) -> None:
    table = read(lines(HEADERS, *ROWS, mark=mark).encode(encoding), "stops.csv")

    assert table.headers == HEADERS
    assert [row.cells for row in table.rows] == list(ROWS)
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert table.faults == ()


@given(
    rows=st.lists(st.tuples(st.just("驿站"), CELL, CELL, CELL), min_size=1, max_size=6),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from([",", ";", "\t"]),
    # With a bare \n at the ends, csv leaves a \r in a cell without quotes.
    style=st.sampled_from(
        [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]
    ),
)
def test_any_text_reads_back_the_same(
    headers: Headers,
    rows: list[tuple[str, ...]],
    encoding: str,
    delimiter: str,
    style: tuple[str, int],
) -> None:
    told = [("名称", "地址", "备注", "电话"), *rows]
    out = io.StringIO(newline="")
    end, quoting = style
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows(told)

    table = read_csv(out.getvalue().encode(encoding), headers.knows)

    assert [table.headers, *(row.cells for row in table.rows)] == told
    assert not table.faults


@given(junk=st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(library: Library, junk: bytes) -> None:
    start = "名称,地址\r\n".encode("gb18030")
    for raw in (junk, start + junk):
        try:
            table = read_csv(raw, Headers(library).knows)
        except BadInput as error:
            library.say(error.key, **error.fields)
        else:
            assert all(fault.told(library) for fault in table.faults)


@pytest.mark.parametrize(
    ("usual", "stray"), [("gb18030", "utf-8"), ("utf-8", "gb18030"), ("utf-8-sig", "gb18030")]
)
def test_a_file_of_two_encodings_names_the_rows_of_the_rarer(
    read: Read, usual: str, stray: str
) -> None:
    content = lines(HEADERS, ROWS[0]).encode(usual)
    content += lines(ROWS[1]).encode(stray) + lines(ROWS[2], ROWS[0]).encode(
        usual.removesuffix("-sig")
    )

    assert faults(read(content)) == [(3, "encoding")]


def test_bytes_of_no_encoding_are_named_by_row(read: Read) -> None:
    content = lines(HEADERS, *ROWS).encode().replace("二号".encode(), b"\xff\xfe\xff")

    assert faults(read(content)) == [(3, "encoding")]


def test_titles_above_the_headers_are_passed_over(read: Read) -> None:
    above = [("南沙区驿站汇总表", "", "", "", ""), ("", "", "", "", "填表人：张三")]
    table = read(lines(*above, HEADERS, *ROWS).encode("gb18030"))

    assert table.headers == HEADERS
    assert table.header_row == 3
    assert [row.number for row in table.rows] == [4, 5, 6]


def test_rows_are_numbered_as_excel_shows_them(read: Read) -> None:
    broken = ('"一号\n驿站"', *ROWS[0][1:])
    content = lines(HEADERS, broken) + "\r\n" + lines(("",) * 5, ROWS[1])

    table = read(content.encode())

    assert [(row.number, row.cells[0]) for row in table.rows] == [
        (2, "一号\n驿站"),
        (5, "二号驿站"),
    ]


SPOILED_ROWS = {
    "a comma without quotes": (("四号", "大道,4号", "22.7", "113.5", ""), "too_many_cells"),
    "ragged": (("四号驿站", "黄阁大道4号"), "too_few_cells"),
    "a long cell": (("驿" * (MOST_IN_A_CELL + 1), "", "", "", ""), "cell_too_long"),
    "a huge cell": (("驿" * 140_000, "", "", "", ""), "quotes"),
    "NUL": (("四号\0驿站", "", "", "", ""), "nul"),
    "a second header": (HEADERS, "header_again"),
    "text after a quote": (('"四号"驿站', "", "", "", ""), "quotes"),
    "an open quote": (('"四号驿站', "", "", "", ""), "quotes"),
}


@pytest.mark.parametrize("spoiled", SPOILED_ROWS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_spoiled_row_is_refused_by_its_number(read: Read, spoiled: str, encoding: str) -> None:
    row, key = SPOILED_ROWS[spoiled]

    table = read(lines(HEADERS, ROWS[0], ROWS[1], row).encode(encoding))

    assert faults(table) == [(4, key)]


def test_empty_cells_past_the_headers_do_no_harm(read: Read) -> None:
    table = read(lines((*HEADERS, "", ""), (*ROWS[0], "", "")).encode())

    assert table.headers == HEADERS
    assert table.rows[0].cells == ROWS[0]


NO_TABLES = {
    "nothing": (b"", "empty"),
    "blank lines": (b"\xef\xbb\xbf \r\n", "empty"),
    "headers alone": (lines(HEADERS).encode(), "no_rows"),
    "no headers": (lines(*ROWS).encode(), "no_header"),
    "UTF-16": (lines(HEADERS, *ROWS).encode("utf-16"), "utf16"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
}


@pytest.mark.parametrize("what", NO_TABLES)
def test_a_file_without_a_table_says_what_to_do(read: Read, what: str) -> None:
    content, key = NO_TABLES[what]

    assert refusal(read, content, name="驿站.xls") == key


def test_a_csv_file_has_no_sheets(read: Read) -> None:
    assert refusal(read, lines(HEADERS, *ROWS).encode(), sheet="Sheet1") == "sheet_of_csv"
