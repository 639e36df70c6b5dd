"""Rich text as runs: measured as Telegram measures, cut where a reader pauses, turned into HTML.

Nothing is cut that is already HTML: runs are, so that no tag and no entity can be torn apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Literal

LIMIT = 4096
# A mark that ends a sentence takes the closing marks behind it along.
PAUSE = re.compile(r"[。！？；]+[”’』」）]*|\n+")
LINE, PARAGRAPH = "\n", "\n\n"


@dataclass(frozen=True, repr=False)
class Run:
    """A stretch of text in one style; a folded one is opened by a tap. Never shown in a log."""

    text: str
    style: Literal["b", "code"] | None = None
    href: str | None = None
    folded: bool = False


Rich = tuple[Run, ...]


def joined(blocks: list[Rich], between: str = LINE) -> Rich:
    """The blocks that are not empty, one after the other."""
    said = [block for block in blocks if plain(block).strip()]
    runs = [run for block in said for run in (Run(between), *block)]
    return tuple(runs[1:])


def folded(rich: Rich) -> Rich:
    """The text as one fold."""
    return tuple(replace(run, folded=True) for run in rich)


def units(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def plain(rich: Rich) -> str:
    """What a person reads of it."""
    return "".join(run.text for run in rich)


def html(rich: Rich) -> str:
    """The text in the HTML that Telegram takes."""
    parts = []
    for is_fold, runs in groupby(rich, key=lambda run: run.folded):
        inner = "".join(_tagged(run) for run in runs)
        parts.append(f"<blockquote expandable>{inner}</blockquote>" if is_fold else inner)
    return "".join(parts)


def split(rich: Rich, limit: int = LIMIT) -> tuple[Rich, ...]:
    """The text in parts of at most `limit` units, each without spaces around it, none empty."""
    return tuple(
        tuple(_between(rich, start, end)) for start, end in _stretches(plain(rich), limit)
    )


def _tagged(run: Run) -> str:
    # The one place where text becomes HTML.
    text = escape(run.text, quote=False)
    if run.style:
        text = f"<{run.style}>{text}</{run.style}>"
    return f'<a href="{escape(run.href)}">{text}</a>' if run.href else text


def _stretches(text: str, limit: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _reach(text, start, limit)
        if end < len(text):
            end = _last_pause(text, start, end)
        kept = text[start:end].strip()
        if kept:
            at = text.index(kept, start)
            yield at, at + len(kept)
        start = end


def _reach(text: str, start: int, limit: int) -> int:
    """How far a part may reach that begins at `start`."""
    end = min(len(text), start + limit)
    while (excess := units(text[start:end]) - limit) > 0:
        end -= (excess + 1) // 2  # no character has more than two units
    return end


def _last_pause(text: str, start: int, end: int) -> int:
    # A card, or at least a line, stays whole where that leaves the message half full.
    for mark in (PARAGRAPH, LINE):
        if (found := text.rfind(mark, (start + end + 1) // 2, end)) != -1:
            return found
    pauses = [pause.end() for pause in PAUSE.finditer(text, start, end)]
    return pauses[-1] if pauses else end


def _between(rich: Rich, start: int, end: int) -> Iterator[Run]:
    at = 0
    for run in rich:
        piece = run.text[max(0, start - at) : max(0, end - at)]
        if piece:
            yield replace(run, text=piece)
        at += len(run.text)
