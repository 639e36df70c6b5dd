"""Writes rows into files: CSV and XLSX that can be imported again, and GeoJSON."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit.errors import BadInput
from services import sheets
from services.sheets import Add as Sheet

Features = Callable[[dict[str, Any]], object]


@contextmanager
def table(path: Path) -> Iterator[Sheet]:
    """Takes the rows of a table of the kind that the file's name says.

    The file is there when all rows were written. Raises BadInput for another kind, or where
    nothing can be written.
    """
    kinds = {".csv": _csv, ".xlsx": _xlsx}
    if path.suffix.lower() not in kinds:
        raise BadInput("stops_import.csv_or_xlsx")
    with _whole(path) as part, kinds[path.suffix.lower()](part) as sheet:
        yield sheet


@contextmanager
def features(path: Path) -> Iterator[Features]:
    """Takes the features of a FeatureCollection, one a line; raises as `table` does."""
    with _whole(path) as part, part.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        before = "\n"

        def add(feature: dict[str, Any]) -> None:
            nonlocal before
            file.write(before + json.dumps(feature, ensure_ascii=False))
            before = ",\n"

        yield add
        file.write("\n]}\n")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside it that takes its place when all went well."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise BadInput("stops_import.not_writable", name=path.name) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _csv(path: Path) -> Iterator[Sheet]:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(sheets.BOM)
        yield sheets.csv_rows(file)


@contextmanager
def _xlsx(path: Path) -> Iterator[Sheet]:
    path.touch()  # the library itself tells only at the end that it may not write
    book = sheets.Workbook(path)
    try:
        yield book.add
    finally:
        book.close()
