"""A workbook of a district reads as people see it, or is refused by row."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from content.library import Library
from kit.errors import BadInput
from services.rest_stops.importing.headers import Headers
from tests.tools.stops.conftest import HEADERS, ROWS, faults, workbook
from tools.stops.reading import read_table
from tools.stops.table import Table
from tools.stops.xlsx_files import read_xlsx

Read = Callable[..., Table]
BOOK = "xl/workbook.xml"
SHEET = "xl/worksheets/sheet1.xml"
BOMB = '<!DOCTYPE a [<!ENTITY b "驿站">]><worksheet>&b;</worksheet>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def refusal(read: Read, content: bytes | Workbook, **how: str) -> str:
    with pytest.raises(BadInput) as caught:
        read(content, **how)
    return caught.value.key.partition(".")[2]


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(raw: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with the XML of one part changed."""
    out = BytesIO()
    with ZipFile(BytesIO(raw)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def half(xml: str) -> str:
    return xml[: len(xml) // 2]


def another_zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as zipped:
        zipped.writestr("content.xml", "<a/>")
    return out.getvalue()


def test_cells_read_as_people_see_them(read: Read) -> None:
    table = read(
        workbook(
            ("名称", "编号", "纬度", "公布日期", "核实日期", "开放时间", "饮水", "备注"),
            ("一号驿站", "007", 22.794742, date(2026, 3, 1), 2026, time(8, 30), True, None),
            (
                *("二号驿站", 20_260_301, 22, datetime(2026, 3, 1, 8, 30)),  # noqa: DTZ001
                *("2026-3-1", timedelta(hours=9), False, " 甲\n乙 "),
            ),
        ),
        "驿站.csv",  # told apart by content
    )

    assert [row.cells for row in table.rows] == [
        ("一号驿站", "007", "22.794742", "2026-03-01", "2026", "08:30", "TRUE", ""),
        (
            *("二号驿站", "20260301", "22", "2026-03-01 08:30:00"),
            *("2026-3-1", "09:00", "FALSE", " 甲\n乙 "),
        ),
    ]
    assert not table.faults


def test_rows_are_numbered_as_excel_shows_them(read: Read) -> None:
    book = workbook(("南沙区驿站汇总表",), (), HEADERS, ROWS[0], (), ROWS[1])
    book.active.merge_cells("A1:E2")  # a title is nearly always merged

    table = read(book)

    assert table.headers == HEADERS
    assert [row.number for row in table.rows] == [4, 6]
    assert not table.faults


def test_a_table_may_stand_away_from_the_corner(read: Read) -> None:
    table = read(workbook((), (), ("", "", *HEADERS), ("", "", *ROWS[0])))

    assert table.rows[0].number == 4
    assert table.rows[0].cells[-5:] == ROWS[0]


def test_merged_cells_are_refused_by_row(read: Read) -> None:
    book = workbook(HEADERS, *ROWS)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("D4:E4")

    table = read(book)

    assert faults(table) == [(2, "merged"), (4, "merged")]
    assert table.faults[0].fields["last"] == 3


def test_a_merged_header_is_refused(read: Read) -> None:
    book = workbook((*HEADERS, "", ""), ROWS[0])
    book.active.merge_cells("E1:F1")

    assert faults(read(book)) == [(1, "merged")]


def test_formulas_and_errors_are_refused_by_row(read: Read) -> None:
    book = workbook(HEADERS, *ROWS)
    book.active["B2"] = "=A2&A3"
    book.active["C4"] = "=VLOOKUP(A4,B:C,2)"
    book.active["D3"] = "#N/A"
    book.active["D3"].data_type = "e"

    assert faults(read(book)) == [(2, "formula"), (3, "error_cell"), (4, "formula")]


def test_a_formula_above_the_headers_does_no_harm(read: Read) -> None:
    assert not read(workbook(("驿站汇总", "=TODAY()"), HEADERS, *ROWS)).faults


def test_prefixed_xml_hides_no_formula(headers: Headers) -> None:
    book = workbook(HEADERS, *ROWS)
    book.active["B2"] = "=A2"

    def prefixed(xml: str) -> str:
        xml = xml.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
        return xml.replace("xmlns=", "xmlns:x=").replace("<x:?xml", "<?xml")

    raw = with_part(saved(book), "xl/worksheets/sheet1.xml", prefixed)

    assert faults(read_xlsx(raw, headers.knows, None)) == [(2, "formula")]


def test_spoiled_rows_are_refused_by_their_number(read: Read) -> None:
    table = read(workbook(HEADERS, ROWS[0], (*ROWS[1], "多了一格"), HEADERS, ("驿" * 3000,)))

    assert faults(table) == [(3, "too_many_cells"), (4, "header_again"), (5, "cell_too_long")]


def test_empty_and_hidden_sheets_are_passed_over(read: Read) -> None:
    book = workbook(HEADERS, *ROWS)
    book.create_sheet("空表")
    book.create_sheet("字典").append(("类型", "说明"))
    book["字典"].sheet_state = "hidden"

    assert len(read(book).rows) == 3


def test_several_sheets_are_asked_about_by_name(read: Read, library: Library) -> None:
    book = workbook(HEADERS, *ROWS)
    book.active.title = "黄阁镇"
    book.create_sheet("东涌镇").append(HEADERS)
    book["东涌镇"].append(ROWS[0])

    with pytest.raises(BadInput) as caught:
        read(book)

    assert library.say(caught.value.key, **caught.value.fields).startswith(
        "有2张工作表有内容：黄阁镇、东涌镇"
    )
    assert len(read(book, sheet="东涌镇").rows) == 1
    assert refusal(read, book, sheet="大岗镇") == "no_such_sheet"


def test_a_hidden_sheet_can_be_asked_for(read: Read) -> None:
    book = workbook(("说明",))
    book.create_sheet("底表").append(HEADERS)
    book["底表"].append(ROWS[0])
    book["底表"].sheet_state = "hidden"

    assert len(read(book, sheet="底表").rows) == 1


NO_TABLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a password": (lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    "xls": (lambda: OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "old_format"),
    "half a file": (lambda: saved(workbook(HEADERS, *ROWS))[:3000], "damaged"),
    "half a sheet": (lambda: with_part(saved(workbook(HEADERS)), SHEET, half), "damaged"),
    "no sheets": (lambda: with_part(saved(workbook(HEADERS)), BOOK, lambda _: "<a/>"), "damaged"),
    "entities": (lambda: with_part(saved(workbook(HEADERS)), SHEET, lambda _: BOMB), "damaged"),
    "another zip": (another_zip, "other_format"),
    "nothing": (lambda: saved(Workbook()), "empty"),
    "headers alone": (lambda: saved(workbook(HEADERS)), "no_rows"),
    "no headers": (lambda: saved(workbook(*ROWS)), "no_header"),
}


@pytest.mark.parametrize("what", NO_TABLES)
def test_a_file_that_is_no_table_says_what_to_do(read: Read, what: str) -> None:
    content, key = NO_TABLES[what]

    assert refusal(read, content(), name="驿站.xlsx") == key


def test_a_stray_cell_far_away_is_named_and_takes_no_memory(read: Read) -> None:
    book = workbook(HEADERS, *ROWS)
    book.active["XFD1048576"] = " "

    assert refusal(read, book) == "too_spread"


@given(at=st.integers(0, 8_000), junk=st.binary(min_size=1, max_size=40))
def test_no_damage_brings_the_reader_down(library: Library, at: int, junk: bytes) -> None:
    raw = saved(workbook(HEADERS, *ROWS))
    at %= len(raw)
    spoiled = raw[:at] + junk + raw[at + len(junk) :]
    try:
        table = read_xlsx(spoiled, Headers(library).knows, None)
    except BadInput as error:
        library.say(error.key, **error.fields)
    else:
        assert all(fault.told(library) for fault in table.faults)


def test_a_missing_file_is_named(headers: Headers, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not_there"):
        read_table(tmp_path / "没有.xlsx", headers.knows)
