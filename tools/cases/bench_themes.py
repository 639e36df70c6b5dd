"""Writes which messages of a file speak of the same matter; `make bench-themes FILE=…`.

python -m tools.cases.bench_themes --file FILE [--out OUT]

A line of the result is {"group", "size", "title", "place", "ids", "likes"}: groups of two or
more, the largest first. How they are found: docs/cases-themes.md.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from content.loader import load
from kit.settings import Settings
from services import meaning
from services.cases.grouping import groups, middle
from services.cases.likeness import Traits
from services.cases.themes import place_of, traits_of_message
from tools.cases.messages import BadFile, Message, read
from tools.start.progress import words


def main(arguments: Sequence[str] | None = None) -> int:
    """Group the messages of a file, print how many and how long it took; 1 for a bad file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="")
    parser.add_argument("--out", default="")
    given = parser.parse_args(arguments)
    try:
        messages = read(Path(given.file)) if given.file else []
    except BadFile as error:
        print(error, file=sys.stderr)
        return 1
    if not messages:
        print(words("themes", "no_file"), file=sys.stderr)
        return 1
    settings = Settings()
    out = Path(given.out) if given.out else settings.data_dir / "themes.jsonl"
    _write(out, _grouped(settings, messages))
    print(words("themes", "written", path=out))
    return 0


def _grouped(settings: Settings, messages: Sequence[Message]) -> list[dict[str, object]]:
    library = load(settings.content_dir)
    times = [time.perf_counter()]
    all_traits = [traits_of_message(library, one.subject, one.detail) for one in messages]
    times.append(time.perf_counter())
    vectors = meaning.encoded([one.matter for one in all_traits])
    times.append(time.perf_counter())
    found = groups(all_traits, vectors)
    times.append(time.perf_counter())
    reading, encoding, grouping = (f"{later - before:.1f}" for before, later in pairwise(times))
    counts = {
        "messages": len(messages),
        "groups": len(found),
        "grouped": sum(map(len, found)),
        "largest": max(map(len, found), default=0),
    }
    print(
        words("themes", "found", **counts, reading=reading, encoding=encoding, grouping=grouping)
    )
    rows = [_row(messages, all_traits, group, middle(group, vectors)) for group in found]
    rows.sort(key=lambda row: (-int(str(row["size"])), -int(str(row["likes"]))))
    return [{"group": number, **row} for number, row in enumerate(rows, 1)]


def _row(
    messages: Sequence[Message], all_traits: Sequence[Traits], group: Sequence[int], title: int
) -> dict[str, object]:
    return {
        "size": len(group),
        "title": messages[title].subject[:80],
        "place": place_of([all_traits[n] for n in group]),
        "ids": [messages[n].id for n in group],
        "likes": sum(messages[n].likes for n in group),
    }


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
