"""An export on its way to the browser: CSV as it is read, XLSX when it is whole."""

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

from console.deps import Console
from services import sheets
from services.cases import exporting
from services.cases.exporting import Export, Transact

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PIECE = 256 * 1024
# Held here, since the loop itself would forget them.
_ENDING: set[asyncio.Future[None]] = set()


class _Rows:
    """The rows of an export between their watermarks, and how many there were."""

    def __init__(self, transact: Transact, parts: Console, export: Export) -> None:
        self._transact, self._parts, self._export = transact, parts, export
        self.count = 0

    async def pages(self) -> AsyncGenerator[list[tuple[str, ...]]]:
        """Watermark and header, the rows page by page, and the watermark with their number."""
        library, export = self._parts.library, self._export
        mark = exporting.watermark(library, export)
        yield [(mark,), exporting.header(library, export)]
        found = exporting.rows_of(self._transact, library, self._parts.clock, export)
        async for rows in found:
            self.count += len(rows)
            yield rows
        yield [(mark, library.say("exports.rows", rows=self.count))]


async def stream(transact: Transact, parts: Console, export: Export) -> AsyncGenerator[bytes]:
    """The file in pieces. When it is written or nobody wants it any more, its owner may have
    the next one.
    """
    rows, whole = _Rows(transact, parts, export), False
    try:
        pieces = _csv(rows) if export.format == "csv" else _xlsx(rows, parts, export)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece
        whole = True
    finally:
        ended = _end(transact, parts, export, rows.count if whole else None)
        # A browser that goes away cancels this: the end is noted all the same.
        ending = asyncio.ensure_future(ended)
        _ENDING.add(ending)
        ending.add_done_callback(_ENDING.discard)
        await asyncio.shield(ending)


async def _end(transact: Transact, parts: Console, export: Export, rows: int | None) -> None:
    async with transact() as session:
        await exporting.end(session, parts.clock, export.number, rows)


async def _csv(rows: _Rows) -> AsyncGenerator[bytes]:
    buffer = io.StringIO(newline="")
    buffer.write(sheets.BOM)
    add = sheets.csv_rows(buffer)
    async for page in rows.pages():
        for row in page:
            add(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


async def _xlsx(rows: _Rows, parts: Console, export: Export) -> AsyncGenerator[bytes]:
    # In a thread: others are served while a page is packed.
    with TemporaryDirectory() as folder:
        path = Path(folder) / export.file_name
        mark = exporting.watermark(parts.library, export)
        book = sheets.Workbook(path, mark, Path(folder))
        async for page in rows.pages():
            await asyncio.to_thread(_add, book, page)
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _add(book: sheets.Workbook, rows: Sequence[Sequence[str]]) -> None:
    for row in rows:
        book.add(row)
