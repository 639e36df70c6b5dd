"""What is read of files of past cases, however written, and what is said of bad ones."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from content.library import Library
from kit.errors import BadInput
from tests.tools.cases.conftest import Write
from tools.cases.reading import read

NEEDED = ("text", "category")
CHINESE = {"留言编号": 1, "留言主题": "路灯坏了", "留言详情": "晚上看不见路", "一级标签": "照明"}
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


def told(library: Library, path: Path) -> list[str]:
    """What is said of a file."""
    try:
        found = read(library, path, "case", NEEDED)
    except BadInput as error:
        return [library.say(error.key, **error.fields)]
    return [fault.told(library) for fault in found.faults]


def faults(found) -> list[tuple[int, str]]:
    return [(fault.row, fault.key.partition(".")[2]) for fault in found.faults]


@pytest.mark.parametrize(
    "line",
    [
        CHINESE,
        {"title": "路灯坏了", "text": "晚上看不见路", "label": "照明"},
        {"subject": "路灯坏了", "detail": "晚上看不见路", "category": "照明"},
        {"Subject": "路灯坏了", "Content": "晚上看不见路", "Label": "照明"},
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_keys_in_chinese_and_english(library: Library, write: Write, line, packed):
    raw = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    path = write(gzip.compress(raw) if packed else raw)
    [found] = read(library, path, "case", NEEDED).lines
    assert dict(found.cells) == {"title": "路灯坏了", "text": "晚上看不见路", "category": "照明"}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_what_was_written_is_read(library: Library, write: Write, rows):
    lines = [{"text": text, "label": label} for text, label in rows]
    for content in ([*lines], "\ufeff" + "".join(json.dumps(each) + "\r\n\r\n" for each in lines)):
        found = read(library, write(content), "case", NEEDED)
        assert [(each.cells["text"], each.cells["category"]) for each in found.lines] == rows
        assert not found.faults


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_whatever_it_is_it_is_read_or_refused(library: Library, write: Write, raw: bytes):
    for content in (raw, b"{" + raw, gzip.compress(raw), b"\x1f\x8b" + raw):
        assert all(told(library, write(content)))


@pytest.mark.parametrize(
    ("second", "key"),
    [
        ('{"text": "路灯"}', "no_key"),
        ('{"label": "照明"}', "no_key"),
        ('{"text": "路灯", "label": ["照明"]}', "not_text"),
        ('{"text": "路灯", "label": ', "not_json"),
        ('["路灯", "照明"]', "not_object"),
    ],
)
def test_a_bad_line_is_named(library: Library, write: Write, second: str, key: str):
    good = json.dumps(CHINESE)
    found = read(library, write(f"{good}\n{second}\n{good}\n"), "case", NEEDED)
    assert faults(found) == [(2, key)]
    assert [line.number for line in found.lines] == [1, 3]
    assert found.rows == 3


def test_a_missing_key_is_told_in_chinese_with_its_line(library: Library, write: Write):
    found = read(library, write([CHINESE, {"留言详情": "路灯"}]), "case", NEEDED)
    assert found.faults[0].told(library).startswith("第2行：缺“一级标签”。")


def test_bytes_of_another_encoding_are_named(library: Library, write: Write):
    raw = (
        json.dumps(CHINESE).encode()
        + b"\n"
        + json.dumps(CHINESE, ensure_ascii=False).encode("gbk")
    )
    assert faults(read(library, write(raw), "case", NEEDED)) == [(2, "not_utf8")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_with_long_cells(library: Library, write: Write, encoding: str):
    text = io.StringIO()
    csv.writer(text).writerows([tuple(CHINESE), ("1", "路灯", "看不见路" * 1000, "照明")])
    [found] = read(library, write(text.getvalue().encode(encoding), "a.csv"), "case", NEEDED).lines
    assert (found.number, len(found.cells["text"]), found.cells["category"]) == (2, 4000, "照明")


def test_a_workbook(library: Library, tmp_path: Path):
    book = Workbook()
    book.active.append(tuple(CHINESE))
    book.active.append(tuple(CHINESE.values()))
    book.save(tmp_path / "a.xlsx")
    [found] = read(library, tmp_path / "a.xlsx", "case", NEEDED).lines
    assert found.cells["text"] == CHINESE["留言详情"]


def test_a_table_without_a_needed_column_is_refused(library: Library, write: Write):
    path = write("留言主题,留言详情\n路灯,坏了\n", "a.csv")
    with pytest.raises(BadInput) as caught:
        read(library, path, "case", NEEDED)
    assert caught.value.key == "cases_import.no_column"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "stops_import.empty"),
        (b"\x1f\x8bbroken", "cases_import.not_gzip"),
        (gzip.compress(b"", mtime=0), "cases_import.no_rows"),
        ("甲,乙\n1,2\n".encode(), "cases_import.no_header"),
    ],
)
def test_a_file_that_is_none(library: Library, write: Write, content: bytes, key: str):
    with pytest.raises(BadInput) as caught:
        read(library, write(content), "case", NEEDED)
    assert caught.value.key == key


def test_a_file_that_is_not_there(library: Library, tmp_path: Path):
    with pytest.raises(BadInput) as caught:
        read(library, tmp_path / "none.jsonl", "case", NEEDED)
    assert caught.value.key == "stops_import.not_there"
