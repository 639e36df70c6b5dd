"""A spoiled file is refused with the numbers of its rows, and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from content.library import Library
from tests.testers.chat import on_sqlite
from tests.tools.stops.command import Command
from tests.tools.stops.stations import COUNT, LAT, LON, Rows, as_book, as_csv, stations, write

ROW = 5  # the one that is spoiled
AT = ROW - 2


def mixed_encodings(rows: Rows) -> bytes:
    lines = as_csv(rows).split(b"\r\n")
    lines[ROW - 1] = lines[ROW - 1].decode().encode("gbk")
    return b"\r\n".join(lines)


def swapped(rows: Rows) -> bytes:
    rows[AT][LAT], rows[AT][LON] = rows[AT][LON], rows[AT][LAT]
    return as_csv(rows)


def text_in_numbers(rows: Rows) -> bytes:
    rows[AT][LAT] = "23.1左右"
    return as_csv(rows)


def zeros(rows: Rows) -> bytes:
    rows[AT][LAT] = rows[AT][LON] = "0"
    return as_csv(rows)


def twice(rows: Rows) -> bytes:
    rows[AT] = rows[0]
    return as_csv(rows)


def merged(rows: Rows) -> Workbook:
    book = as_book(rows)
    book.active.merge_cells(start_row=ROW, end_row=ROW + 1, start_column=1, end_column=1)
    return book


def formula(rows: Rows) -> Workbook:
    book = as_book(rows)
    book.active.cell(ROW, LAT + 1).value = "=1+22"
    return book


def all_at_once(rows: Rows) -> bytes:
    rows[4][LAT], rows[4][LON] = rows[4][LON], rows[4][LAT]
    rows[5][LAT] = "北边"
    rows[7][LAT] = rows[7][LON] = "0"
    rows[9] = rows[0]
    return mixed_encodings(rows)


SPOILED: dict[Callable[[Rows], bytes | Workbook], str] = {
    mixed_encodings: "编码",
    swapped: "写反了",
    text_in_numbers: "不是数字",
    zeros: "经纬度是0",
    twice: "和第2行是同一个驿站",
    merged: "合并的单元格",
    formula: "有公式",
}


@pytest.fixture
def before(yizhan: Command, library: Library, tmp_path: Path) -> Command:
    """The shipped stops, and a sound file of some days ago."""
    assert yizhan("db", "upgrade").exit_code == 0
    sound = write(tmp_path / "old.csv", as_csv(stations(library)[:3]))
    assert yizhan.imports(sound).exit_code == 0
    return yizhan


@on_sqlite  # both databases are asked below, where all is wrong at once
@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_file_is_refused_by_row_and_changes_nothing(
    before: Command,
    library: Library,
    tmp_path: Path,
    spoil: Callable[[Rows], bytes | Workbook],
) -> None:
    stored = before.stored()
    rows = stations(library)
    path = write(tmp_path / "new", spoil(rows))

    done = before.imports(path)

    assert done.exit_code == 1
    refused = [line for line in done.output.splitlines() if line.startswith("第")]
    assert [line for line in refused if line.startswith(f"第{ROW}行") and SPOILED[spoil] in line]
    # Below a merged cell the rows are empty.
    assert {line[:2] for line in refused} <= {f"第{ROW}", f"第{ROW + 1}"}
    assert len(refused) == 1 or spoil is merged
    assert "什么也没有写入" in done.output
    assert before.stored() == stored


def test_a_bd09_file_said_to_be_wgs84_is_refused_by_row_and_changes_nothing(
    before: Command, library: Library, tmp_path: Path
) -> None:
    stored = before.stored()
    path = write(tmp_path / "new.csv", as_csv(stations(library, "bd09", "WGS-84")))

    done = before.imports(path)

    assert done.exit_code == 1
    assert "文件说坐标是WGS-84（GPS、天地图），看位置更像BD-09（百度）" in done.output
    assert sum(line.startswith("第") for line in done.output.splitlines()) > COUNT / 2
    assert before.stored() == stored
    told = before.imports(path, "--datum-is-right")
    assert told.exit_code == 0, told.output


def test_all_that_is_wrong_is_told_at_once(
    before: Command, library: Library, tmp_path: Path
) -> None:
    stored = before.stored()
    path = write(tmp_path / "new.csv", all_at_once(stations(library)))
    report = tmp_path / "report.csv"

    done = before.imports(path, "--report", report)

    assert done.exit_code == 1
    told = [line.split(",")[:2] for line in report.read_text("utf-8-sig").splitlines()]
    assert told[0] == ["行号", "结果"]
    assert [row for row, outcome in told if outcome == "拒绝"] == ["5", "6", "7", "9", "11"]
    for words in ("编码", "写反了", "不是数字", "经纬度是0", "是同一个驿站"):
        assert words in done.output
    assert before.stored() == stored


def test_the_sound_file_is_taken(before: Command, library: Library, tmp_path: Path) -> None:
    """So it was the spoiling that the others were refused for."""
    for name, content in (("a.csv", as_csv), ("a.xlsx", as_book)):
        done = before.imports(write(tmp_path / name, content(stations(library))))
        assert done.exit_code == 0, done.output
