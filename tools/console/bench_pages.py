"""Measures every page of the console among 100,000 cases, on both databases.

python -m tools.console.bench_pages [--cases N] [--database sqlite|postgresql] [--rounds N]
    [--below PATH]

With all pages at the full number of cases this writes docs/figures/console-pages.md. It ends with
1 when a page is slower than promised, is not in the table below, or does not answer as it should.
"""

import argparse
import http.client
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from content.loader import load
from kit.settings import Settings
from tools import figures
from tools.console.asking import WAIT, WARM_UP, Asking, Timed, Wrong, listed, serving
from tools.console.filling import Filled, fill
from tools.stops.databases import databases, what_is_missing

CASES, ROUNDS, MOST_MS = 100_000, 40, 150.0
PAGE = "console-pages.md"
LAST_PAGE = 40  # of the inbox, which ends there
AREA = "%E5%B9%BF%E4%B8%9C"
YEAR = "from={first}&to={last}"
# Each path that answers GET, and how it is asked: further addresses after a stroke are queries.
ASKED: Mapping[str, tuple[str, ...]] = {
    "/": ("",),
    "/cases": (
        *("", "?state=received", "?state=archived", "?kind=hazard", "?overdue=yes"),
        *(f"?area={AREA}", "?unit=unit-1", "?page={page}"),
    ),
    "/cases/board": ("",),
    "/cases/export": ("", f"?area={AREA}"),
    "/cases/bulk/{bulk_id}": ("",),
    "/cases/labels": ("",),
    "/cases/reminders": ("",),
    "/cases/rewards": ("",),
    "/cases/units": ("",),
    "/cases/views": ("",),
    "/cases/{code}": ("",),
    "/cases/{code}/compare": ("?with={other}",),
    "/cases/{code}/board": ("",),
    "/figures": (
        "",
        f"?{YEAR}",
        f"?{YEAR}&area={AREA}",
        f"?{YEAR}&kind=hazard",
        f"?{YEAR}&unit=unit-1",
    ),
    "/figures/reports": ("",),
    "/figures/reports/{report_id}": ("",),
    "/figures/reports/{report_id}/xlsx": ("",),
    "/handovers": ("",),
    "/handovers/list": ("",),
    "/handovers/{handover_id}": ("",),
    "/handovers/{handover_id}/words": ("",),
    "/healthz": ("",),
    "/limits": ("",),
    "/me": ("",),
    "/notices": ("", "?state=sent", "?page=2"),
    "/notices/new": ("",),
    "/notices/{number}": ("", "?count=yes"),
    "/notices/{number}/edit": ("",),
    "/notices/{number}/failed": ("",),
    "/notices/{number}/replies": ("",),
    "/notices/{number}/report": ("",),
    "/notices/{number}/signups": ("", "?page=2"),
    "/readyz": ("",),
    "/rights": ("", f"?region={AREA}&reason=unsure"),
    "/rights/{fact}": ("",),
    "/sentences": ("",),
    "/sentences/export": ("",),
    "/sign-in": ("",),
    "/staff": ("",),
    "/staff/events": ("", "?page=50"),
    "/staff/invite": ("",),
    "/staff/{staff_id}": ("",),
    "/stops": ("", "?q=a"),
    "/stops/proposals": ("",),
    "/stops/proposals/{proposal_id}": ("",),
    "/stops/{stop_id}": ("",),
    "/texts": ("",),
    "/texts/{key}": ("",),
}
# What is not asked, and why.
LEFT_OUT: Mapping[str, str] = {
    "/sign-in/{token}": "its address is a secret that works once",
    "/sign-in/code": "it is there between a password and a code only",
    "/sign-in/setup": "the same",
    "/me/second-factor": "it is there while an app is being changed only",
    "/cases/{code}/photos/{number}": "a file, not a page",
    "/cases/{code}/recordings/{number}": "a file, not a page",
    "/handovers/{handover_id}/photos/{number}": "a file, not a page",
    "/handovers/{handover_id}/recordings/{number}": "a file, not a page",
    "/notices/pictures/{digest}": "a file, not a page",
}


_IDS = re.compile(r"[0-9a-f]{32}|[0-9A-Z]{4}-[0-9A-Z]{4}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, ask, print; 1 when a promise does not hold."""
    asked = _arguments(arguments)
    chosen = {k: v for k, v in databases().items() if asked.database in {None, k.lower()}}
    found: dict[str, list[Timed]] = {}
    with tempfile.TemporaryDirectory(prefix="yizhan-bench-") as name, ExitStack() as stack:
        for kind, fresh in chosen.items():
            url = stack.enter_context(fresh(Path(name)))
            began = time.perf_counter()
            filled = fill(url, load(Settings().content_dir), asked.cases)
            print(f"{kind}: filled in {time.perf_counter() - began:.0f} s", flush=True)
            found[kind] = measured(url, Path(name), filled, asked.rounds, asked.below)
    lines = _page(found, asked.cases, asked.rounds)
    if asked.cases == CASES and asked.database is None and not asked.below:
        figures.write(PAGE, lines)
    else:
        print("\n".join(lines))
    return int(max(each.p95 for timed in found.values() for each in timed) > MOST_MS)


def measured(url: str, folder: Path, filled: Filled, rounds: int, below: str = "") -> list[Timed]:
    """Every page below a path by everybody who may open it. Raises Wrong for one that is not in
    the table.
    """
    check_table(listed(folder, url))
    with serving(url, folder) as console:
        connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=WAIT)
        asking = Asking(connection, console.pid, filled, rounds)
        timed = [
            each
            for path, queries in ASKED.items()
            if path.startswith(below)
            for query in queries
            for each in asking.of_address(_address(path, query, filled))
        ]
        connection.close()
    return timed


def check_table(paths: Sequence[str]) -> None:
    """Raise Wrong for a page without an entry, and for an entry without a page."""
    known = {*ASKED, *LEFT_OUT}
    if unknown := sorted(set(paths) ^ known):
        raise Wrong(f"say in ASKED or LEFT_OUT how these are asked: {', '.join(unknown)}")


def _address(path: str, query: str, filled: Filled) -> str:
    first, last = figures.today(), figures.today()
    first = f"{int(first[:4]) - 1}{first[4:]}".replace("-02-29", "-02-28")
    pages = max(1, len(filled.codes) // 100)
    return path.format(code=filled.codes[0], **filled.ids) + query.format(
        first=first, last=last, page=min(LAST_PAGE, pages), other=filled.codes[1]
    )


def _page(found: Mapping[str, Sequence[Timed]], cases: int, rounds: int) -> list[str]:
    """The slowest of those who may open each address, by database."""
    heads = ("database", "page", "slowest for", "p50, ms", "p95, ms", "p99, ms", "processor, ms")
    where, rows = figures.machine().removesuffix(", SQLite"), []
    for kind, timed in found.items():
        for address in dict.fromkeys(each.address for each in timed):
            own = [each for each in timed if each.address == address]
            slowest = max(own, key=lambda each: each.p95)
            ms = (
                statistics.median(slowest.seconds) * 1000,
                slowest.p95,
                statistics.quantiles(slowest.seconds, n=100)[-1] * 1000,
                slowest.busy * 1000,
            )
            rows.append(
                (kind, f"`{_short(address)}`", slowest.who, *(f"{each:.1f}" for each in ms))
            )
    return [
        "# Pages of the console",
        "",
        f"Measured {figures.today()} by `python -m tools.console.bench_pages`: {where}.",
        "",
        f"{cases:,} made-up cases of a year with their histories (`tools/console/made_up.py`),",
        "the console as its process serves it, one request after the other over one connection;",
        f"the time until the whole answer was read, {rounds} times after {WARM_UP} to warm up.",
        "Of all who may open a page the slowest is told. Processor time is the mean of the",
        "console's process alone, whatever else the machine did. Load of the machine at the end",
        f"{os.getloadavg()[0]:.1f}. Promised: p95 under {MOST_MS:g} ms for each.",
        "",
        *figures.table(heads, rows),
        "",
        "Not asked: " + "; ".join(f"`{path}` ({why})" for path, why in LEFT_OUT.items()) + ".",
        *what_is_missing(),
    ]


def _short(address: str) -> str:
    """An address without ids that are other ones each time."""
    return _IDS.sub("...", address)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    reader.add_argument("--cases", type=int, default=CASES)
    reader.add_argument("--rounds", type=int, default=ROUNDS)
    reader.add_argument("--below", default="")
    reader.add_argument("--database", choices=("sqlite", "postgresql"))
    return reader.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
