"""Measures the import of 200,000 made-up stops: CSV and XLSX, on SQLite and on PostgreSQL.

python -m tools.stops.bench_import             writes docs/figures/stops-import.md
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from content.library import Library
from content.loader import load
from kit.settings import Settings
from tools import figures
from tools.start.machine import ROOT, environment
from tools.stops import writing
from tools.stops.databases import databases, what_is_missing
from tools.stops.made_up import made_up

COUNT, SEED = 200_000, 1
MOST_S = 120
PAGE = "stops-import.md"
_FIELDS = (
    *("code", "name", "kind", "host", "province", "city", "district", "address", "lat", "lon"),
    *("accuracy", "hours_text", "entry", "facilities", "operator", "source", "published_on"),
)


def main() -> int:
    """Write the files, bring each into an empty database, bring it again, write the page."""
    library = load(Settings().content_dir)
    rows: list[tuple[object, ...]] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="yizhan-bench-") as name:
        folder = Path(name)
        files = [folder / "stops.csv", folder / "stops.xlsx"]
        for path in files:
            _write(library, path)
        for database, fresh in databases().items():
            for path in files:
                with fresh(folder) as url:
                    first, cpu = _import(url, folder, path)
                    again, _ = _import(url, folder, path)
                slowest = max(slowest, first)
                size = f"{path.stat().st_size / 1e6:.0f}"
                kind = path.suffix[1:].upper()
                seconds = (f"{first:.0f}", f"{cpu:.0f}", f"{again:.0f}")
                rows.append((database, kind, size, *seconds))
    figures.write(PAGE, _page(rows))
    return int(slowest > MOST_S)


def _page(rows: Sequence[tuple[object, ...]]) -> list[str]:
    heads = (
        "database",
        "file",
        "MB",
        "import, s",
        "of it on the CPU, s",
        "the same file again, s",
    )
    where = figures.machine().removesuffix(", SQLite")
    return [
        "# Import of stops",
        "",
        f"Measured {figures.today()} by `python -m tools.stops.bench_import`: {where}.",
        "",
        f"{COUNT:,} made-up stops over China (`tools/stops/made_up.py`, seed {SEED}) with",
        f"{len(_FIELDS)} columns, GCJ-02, by `yizhan stops import FILE --datum gcj02 --yes` into",
        "an empty database. The time is that of the whole command: reading, checking every row,",
        f"judging the datum, planning, writing. Promised: under {MOST_S} s. The same file again",
        "changes nothing.",
        "",
        *figures.table(heads, rows),
        *what_is_missing(),
    ]


def _write(library: Library, path: Path) -> None:
    headers = library.stop_columns["headers"]
    ways = library.stop_columns["entry"]
    with writing.table(path) as add:
        add([headers[name][0] for name in _FIELDS])
        for stop in made_up(library, COUNT, SEED):
            said = {
                "entry": ways[stop.entry or "unknown"][0],
                "facilities": "、".join(stop.facilities),
            }
            add([str(said.get(name, getattr(stop, name)) or "") for name in _FIELDS])


def _import(url: str, folder: Path, path: Path) -> tuple[float, float]:
    """Seconds that somebody at a terminal waits for the command, and those it kept a CPU busy."""
    given = {"YIZHAN_DATABASE_URL": url, "YIZHAN_DATA_DIR": str(folder / "data")}
    options = ("--datum", "gcj02", "--yes")
    command = [sys.executable, "-m", "tools.cli", "stops", "import", str(path), *options]
    began, busy = time.perf_counter(), _busy()
    subprocess.run(command, cwd=ROOT, env=environment(given), check=True)
    return time.perf_counter() - began, _busy() - busy


def _busy() -> float:
    ended = os.times()
    return ended.children_user + ended.children_system


if __name__ == "__main__":
    sys.exit(main())
