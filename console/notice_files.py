"""The report of a notice as lines: drawn on its page, and written as CSV or XLSX."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from console.deps import Console
from console.pages import when
from kit.clock import in_shanghai
from services import sheets
from services.figures import Line
from services.notices import NoticeDetail, Report
from services.staff.actors import Actor

WORDS, LEFT = "notices/words.html", "left"
HOURS_MOST = 48
COUNTS = ("planned", "sent", "waiting", "unknown", "deleted")
DONE = ("read", "clicked", "opted_out", "replies")


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
        *((say.CHANGED[key], str(count)) for key, count in report.changed.items()),
        (say.HOUR, say.COUNTS["sent"]),
        *((line.label, str(line.counts[LEFT])) for line in over_time(report)),
    ]


async def written(
    parts: Console, actor: Actor, notice: NoticeDetail, report: Report, file: str
) -> Made:
    """The file, with who took it and when above its rows."""
    say: Any = parts.pages.words(WORDS)
    stamp = f"{actor.name} {when(parts.clock())} {say.TAKEN}"
    rows = [(stamp,), *table(parts, notice, report)]
    guarded = [tuple(map(sheets.guarded, row)) for row in rows]
    name = f"{say.FILE}{notice.number}.{file}"
    if file == "csv":
        return Made(name, _csv(guarded))
    return Made(name, await asyncio.to_thread(_xlsx, guarded, stamp))


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
