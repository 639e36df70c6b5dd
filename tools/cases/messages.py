"""Reads files of citizens' messages: JSON lines, plain or compressed, with our keys or others'."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tools.start.progress import words

FIELDS = Path(__file__).with_name("messages.yml")
BAD_LINES_SHOWN = 10
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Message:
    """One message; `detail` is empty where a line has one text only, `likes` how many agreed."""

    id: str
    subject: str = field(repr=False)
    detail: str = field(repr=False)
    likes: int


class BadFile(Exception):
    """The file cannot be used; the text names each bad line and why, in Chinese."""


def read(path: Path) -> list[Message]:
    """The messages of a file; every bad line is named, not only the first."""
    names: Mapping[str, Sequence[str]] = yaml.safe_load(FIELDS.read_text("utf-8"))
    messages, bad = [], []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            messages.append(_message(names, number, line))
        except ValueError as error:
            bad.append(str(error))
    if bad:
        head = words("themes", "bad_lines", path=path, count=len(bad))
        raise BadFile("\n".join([head, *bad[:BAD_LINES_SHOWN]]))
    if not messages:
        raise BadFile(words("themes", "empty", path=path))
    return messages


def _lines(path: Path) -> Iterator[str]:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(GZIP) else data
        yield from data.decode("utf-8-sig").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadFile(words("themes", "unreadable", path=path, reason=error)) from error


def _message(names: Mapping[str, Sequence[str]], number: int, line: str) -> Message:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(words("themes", "not_json", line=number, reason=error.msg)) from error
    if not isinstance(row, dict):
        raise ValueError(words("themes", "not_object", line=number))  # noqa: TRY004 - of the file
    subject, detail, text = (_text(row, names[name]) for name in ("subject", "detail", "text"))
    if not (subject or detail or text):
        keys = "、".join(map(str, row))
        raise ValueError(words("themes", "no_text", line=number, keys=keys))
    likes = next((row[name] for name in names["likes"] if name in row), 0)
    return Message(
        id=_text(row, names["id"]) or str(number),
        subject=subject or text or detail,
        detail=detail if subject or text else "",
        likes=int(likes) if str(likes).isdecimal() else 0,
    )


def _text(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of these fields that has something in it; numbers are fine for an id."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()
    return ""
