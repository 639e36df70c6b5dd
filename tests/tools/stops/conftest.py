"""Files as districts send them, written for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from content.library import Library
from content.loader import load
from services.rest_stops.importing.headers import Headers
from tests.content.conftest import SHIPPED
from tests.tools.stops.command import Command
from tools.stops.reading import read_table
from tools.stops.table import Table

HEADERS = ("名称", "地址", "纬度", "经度", "开放时间")
ROWS = (
    ("一号驿站", "南沙区黄阁大道1号", "22.7947", "113.5328", "24小时"),
    ("二号驿站", "南沙区黄阁大道2号", "22.7948", "113.5329", "每天8:00-18:00"),
    ("三号驿站", "南沙区黄阁大道3号", "22.7949", "113.5330", "工作日开放"),
)

Write = Callable[[bytes], Path]


@pytest.fixture(scope="session")
def library() -> Library:
    return load(SHIPPED)


@pytest.fixture(scope="session")
def headers(library: Library) -> Headers:
    return Headers(library)


@pytest.fixture
def read(tmp_path: Path, headers: Headers) -> Callable[..., Table]:
    """Reads bytes as a file of some name, or a workbook."""

    def run(content: bytes | Workbook, name: str = "stops", sheet: str | None = None) -> Table:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path)
        return read_table(path, headers.knows, sheet)

    return run


def lines(*rows: tuple[str, ...], mark: str = ",") -> str:
    """Rows as the lines of a CSV file; their cells need no quotes."""
    return "".join(mark.join(row) + "\r\n" for row in rows)


def workbook(*rows: tuple[object, ...]) -> Workbook:
    """A workbook with these rows in its only sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def faults(table: Table) -> list[tuple[int, str]]:
    """Each fault's row and key, without the noun."""
    return [(fault.row, fault.key.partition(".")[2]) for fault in table.faults]


@pytest.fixture
def yizhan(database_url: str, tmp_path: Path) -> Command:
    """The command line on a database without any row."""
    return Command(database_url, tmp_path)
