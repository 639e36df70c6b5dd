"""The report and the list of a notice as lines: drawn on a page, written as CSV or XLSX."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from fastapi.responses import Response

from console.deps import Console
from console.export_files import TYPES
from console.pages import when
from kit.clock import in_shanghai
from services import sheets
from services.figures import Line
from services.notices import Entry, NoticeDetail, Report
from services.staff.actors import Actor

WORDS, LEFT = "notices/words.html", "left"
HOURS_MOST = 48
COUNTS = ("planned", "sent", "waiting", "unknown", "deleted")
DONE = ("read", "clicked", "opted_out", "replies")
SIGNED = ("taken", "waiting", "cancelled")

Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Made:
    """A file: its name and bytes."""

    name: str
    data: bytes = field(repr=False)


def over_time(report: Report) -> list[Line]:
    """How many left, by hour; by day where these would be too many to draw."""
    hours = {in_shanghai(hour): count for hour, count in report.by_hour.items()}
    by_day = len(hours) > HOURS_MOST
    counts: dict[str, int] = {}
    for hour, count in hours.items():
        label = f"{hour:%Y-%m-%d}" if by_day else f"{hour:%Y-%m-%d %H:00}"
        counts[label] = counts.get(label, 0) + count
    return [Line(label, {LEFT: count}) for label, count in counts.items()]


def below(label: str) -> str:
    """What stands below a bar: month and day, with the hour where there is one."""
    return f"{datetime.fromisoformat(label):%m-%d %H:%M}" if ":" in label else label[5:]


def table(parts: Console, notice: NoticeDetail, report: Report) -> list[Sequence[str]]:
    """The report's rows: what is counted, and how many."""
    say: Any = parts.pages.words(WORDS)
    return [
        (say.NOTICE, str(notice.number)),
        (say.TITLE, notice.draft.title),
        (say.STATE, say.STATES[notice.state]),
        *((say.COUNTS[name], str(getattr(report, name))) for name in COUNTS),
        *((f"{say.FAILED} {say.REASONS[key]}", str(n)) for key, n in report.failed.items()),
        *((say.DONE[name], str(getattr(report, name))) for name in DONE),
        *signed_up(say, report),
        *((say.CHANGED[key], str(count)) for key, count in report.changed.items()),
        (say.HOUR, say.COUNTS["sent"]),
        *((line.label, str(line.counts[LEFT])) for line in over_time(report)),
    ]


def signed_up(say: Any, report: Report) -> list[tuple[str, str]]:  # noqa: ANN401 - a template's words
    """What the list comes to, where there is one."""
    if report.signups is None:
        return []
    return [(say.SIGNED[name], str(getattr(report.signups, name))) for name in SIGNED]


def list_table(
    parts: Console, notice: NoticeDetail, entries: Sequence[Entry]
) -> list[Sequence[str]]:
    """The rows of a list: numbers, no word of who they are."""
    say: Any = parts.pages.words(WORDS)
    return [
        (say.NOTICE, str(notice.number)),
        (say.TITLE, notice.draft.title),
        say.LIST_HEADS,
        *(
            (
                str(each.number),
                when(each.at),
                say.LIST_STATES[each.state],
                say.CAME[each.came],
                say.HAS[each.has_contact],
            )
            for each in entries
        ),
    ]


async def written(parts: Console, actor: Actor, name: str, rows: Table, file: str) -> Made:
    """The file, with who took it and when above its rows."""
    say: Any = parts.pages.words(WORDS)
    stamp = f"{actor.name} {when(parts.clock())} {say.TAKEN}"
    guarded = [tuple(map(sheets.guarded, row)) for row in [(stamp,), *rows]]
    if file == "csv":
        return Made(f"{name}.{file}", _csv(guarded))
    return Made(f"{name}.{file}", await asyncio.to_thread(_xlsx, guarded, stamp))


def answered(made: Made, file: str) -> Response:
    """The file as a browser takes it."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
    return Response(made.data, media_type=TYPES[file], headers=headers)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    buffer.write(sheets.BOM)
    add = sheets.csv_rows(buffer)
    for row in rows:
        add(row)
    return buffer.getvalue().encode()


def _xlsx(rows: Sequence[Sequence[str]], stamp: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        book = sheets.Workbook(path, stamp, Path(folder))
        for row in rows:
            book.add(row)
        book.close()
        return path.read_bytes()
