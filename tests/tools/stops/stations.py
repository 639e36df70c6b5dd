"""A file of stops beside metro stations, as a district would send it, and ways to spoil it."""

import csv
import io
from pathlib import Path

from openpyxl import Workbook

from content.library import Library
from services.turns import Datum
from tests.services.simulated_files import at_stations, in_datum, seeded

HEADERS = (
    "名称",
    "类型",
    "城市",
    "地址",
    "纬度",
    "经度",
    "坐标系",
    "位置精度",
    "开放时间",
    "来源",
)
LAT, LON = HEADERS.index("纬度"), HEADERS.index("经度")
COUNT = 30
Rows = list[list[str]]


def stations(library: Library, datum: Datum = "wgs84", said: str = "WGS-84") -> Rows:
    """Rows from number 2 on whose addresses name a metro station of 广州."""
    points = in_datum(at_stations(seeded(1), library, "广州", COUNT), datum)
    return [
        [
            *(f"{point.row}号驿站", "工会驿站", "广州", f"{point.address}{point.row}号"),
            *(str(point.lat), str(point.lon), said, "精确", "每天8点-20点", "市总工会"),
        ]
        for point in points
    ]


def as_csv(rows: Rows) -> bytes:
    """The file as UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADERS, *rows])
    return out.getvalue().encode()


def as_book(rows: Rows) -> Workbook:
    """The file as a workbook, its positions as numbers."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for row in rows:
        sheet.append([float(cell) if i in {LAT, LON} else cell for i, cell in enumerate(row)])
    return book


def write(path: Path, content: bytes | Workbook) -> Path:
    """The file on disk."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content.save(path)
    return path
