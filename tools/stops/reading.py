"""Reads a district's file, told apart by what is in it and not by what it is called."""

from pathlib import Path

from kit.errors import BadInput
from tools.stops.csv_files import read_csv
from tools.stops.table import MOST_IN_A_CELL, Knows, Table
from tools.stops.xlsx_files import read_xlsx

MOST_MB = 300
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, .et, and .xlsx with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def read_table(
    path: Path, knows: Knows, sheet: str | None = None, *, longest: int = MOST_IN_A_CELL
) -> Table:
    """The table in a CSV or XLSX file; `knows` says of a cell whether it is called like a column.

    Raises BadInput, with what to do, for a file that is no such table; what is wrong with single
    rows is in the table's `faults`.
    """
    try:
        size = path.stat().st_size
        if size > MOST_MB << 20:
            raise BadInput("stops_import.file_too_large", size=size >> 20, most=MOST_MB)
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput("stops_import.not_there", name=path.name) from error
    if raw.startswith(_ZIP):
        return read_xlsx(raw, knows, sheet, longest)
    if raw.startswith(_OLE):
        locked = _ENCRYPTED in raw
        raise BadInput("stops_import.password" if locked else "stops_import.old_format")
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise BadInput("stops_import.web_page")
    if sheet is not None:
        raise BadInput("stops_import.sheet_of_csv")
    return read_csv(raw, knows, longest)
