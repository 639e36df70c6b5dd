"""What lies on this machine: the settings, the data folder, the photos, the content."""

import shutil
from pathlib import Path

from content.loader import load
from content.problems import ContentError
from kit.settings import Settings
from tools.doctor.finding import Finding, attention, broken, well
from tools.run import GIGABYTES
from tools.start.machine import GIGABYTE, Stopped, need_writable

SHOWN = 10


def data_folder(settings: Settings) -> list[Finding]:
    """Whether the data folder can be written and has room."""
    where = settings.data_dir.resolve()
    if not where.exists():
        return [attention("data_missing", where=str(where))]
    if not _is_writable(where):
        return [broken("data_not_writable", where=str(where))]
    free = shutil.disk_usage(where).free / GIGABYTE
    if free < GIGABYTES:
        return [attention("data_full", free=f"{free:.1f}", needed=GIGABYTES)]
    return [well("data", free=f"{free:.1f}")]


def photos(settings: Settings) -> list[Finding]:
    """Whether workers' pictures can be kept, and how many there are."""
    where = settings.photos
    if not where.exists():
        return [well("photos_none")]
    if not _is_writable(where):
        return [broken("photos_not_writable", where=str(where))]
    return [well("photos", count=sum(1 for _ in where.rglob("*.jpg")))]


def content(settings: Settings) -> list[Finding]:
    """Whether the shipped edition can be served."""
    try:
        library = load(settings.content_dir)
    except ContentError as error:
        faults = tuple(str(problem) for problem in error.problems[:SHOWN])
        return [Finding("broken", "content_wrong", {"count": len(error.problems)}, faults)]
    return [well("content", stops=len(library.stops), rights=len(library.topics))]


def _is_writable(folder: Path) -> bool:
    try:
        need_writable(folder, "not_writable")
    except Stopped:
        return False
    return True
