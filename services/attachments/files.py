"""The files of attachments in the data folder, under the digest of their content."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kit import ids

OWNER_ONLY, OWNER_ENTERS = 0o600, 0o700


def path_of(folder: Path, digest: str, suffix: str) -> Path:
    """Where a file lies."""
    return folder / digest[:2] / f"{digest}{suffix}"


def write(path: Path, data: bytes, now: datetime) -> None:
    """Write a file, whole or not at all; one of the same content is left as it is."""
    if _renewed(path, len(data), now):
        return
    for each in (path.parent.parent, path.parent):
        each.mkdir(mode=OWNER_ENTERS, parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{ids.new_token(6)}.part")
    try:
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with open(opened, "wb") as file:  # noqa: PTH123 - made with its mode at once
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _touch(part, now)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read(path: Path) -> bytes | None:
    """The content of a file; None where it is gone."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def before(folder: Path, moment: datetime) -> list[Path]:
    """The files that nobody wrote or renewed since a moment, half-written ones among them."""
    return [path for path in folder.glob("??/*") if _is_older(path, moment)]


def delete_before(paths: Iterable[Path], moment: datetime) -> None:
    """Delete these files, unless one was renewed meanwhile."""
    for path in paths:
        if _is_older(path, moment):
            path.unlink(missing_ok=True)


def _renewed(path: Path, size: int, now: datetime) -> bool:
    """Whether the file is there; if so it counts as new, so that no sweep takes it now."""
    try:
        _touch(path, now)
    except FileNotFoundError:
        return False
    return path.stat().st_size == size


def _touch(path: Path, now: datetime) -> None:
    os.utime(path, (now.timestamp(), now.timestamp()))


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
