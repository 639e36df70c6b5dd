"""Measures the search for duplicates among 100,000 cases, on both databases.

python -m tools.cases.bench_duplicates               writes docs/figures/cases-duplicates.md
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy import text as sql

from content.library import Library
from content.loader import load
from db.base import Base
from db.session import Sessions, make_engine, make_sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services import meaning
from services.cases.duplicates import near
from services.cases.likeness import traits
from services.cases.shelf import KEYS, packed
from services.cases.shelving import shelf_of, warm
from tools import figures
from tools.cases.made_up import MadeUp, made_up
from tools.stops.databases import databases, what_is_missing

CASES, AT_ONCE, ENCODED_AT_ONCE = 100_000, 5_000, 64
SEED, ASKING = 1, 2
SEARCHES, WARM_UP = 1_000, 50
MOST_MS = 50.0
PAGE = "cases-duplicates.md"
TABLES = ("cases", "case_events", "case_vectors")


def main() -> int:
    """Fill the databases, search in each, write the page; 1 when the promise does not hold."""
    library = load(Settings().content_dir)
    rows, slowest = [], 0.0
    with tempfile.TemporaryDirectory(prefix="yizhan-bench-") as name, ExitStack() as stack:
        urls = {k: stack.enter_context(fresh(Path(name))) for k, fresh in databases().items()}
        asyncio.run(_fill(library, list(urls.values())))
        for kind, url in urls.items():
            loading, megabytes, seconds, busy = asyncio.run(_measure(library, url))
            (p50, p99), (cpu50, cpu99) = figures.p50_p99(seconds), figures.p50_p99(busy)
            slowest = max(slowest, p99)
            cells = (f"{ms:.1f}" for ms in (p50, p99, cpu50, cpu99))
            rows.append((kind, *cells, f"{loading:.1f}", f"{megabytes:.0f}"))
    figures.write(PAGE, _page(rows))
    return int(slowest >= MOST_MS)


def _page(rows: Sequence[tuple[object, ...]]) -> list[str]:
    heads = ("database", "p50, ms", "p99, ms", "processor p50, ms", "p99, ms",
             "index read in, s", "index, MB")  # fmt: skip
    where = figures.machine().removesuffix(", SQLite")
    return [
        "# Finding duplicates of a case",
        "",
        f"Measured {figures.today()} by `python -m tools.cases.bench_duplicates`: {where}.",
        "",
        f"{SEARCHES:,} searches one after the other among {CASES:,} made-up cases",
        "(`tools/cases/made_up.py`). A search is `services.cases.duplicates.near` in a",
        "transaction: reading the sentence, encoding it, news from the database, the nearest in",
        "memory, the likeliest read and weighed. Processor time is that of the process alone,",
        f"whatever else the machine did (load {os.getloadavg()[0]:.1f} at the end).",
        f"Promised: p99 under {MOST_MS:g} ms.",
        "",
        *figures.table(heads, rows),
        *what_is_missing(),
    ]


async def _fill(library: Library, urls: Sequence[str]) -> None:
    """The same made-up cases into each database."""
    engines = [make_engine(url) for url in urls]
    cases, encoded, first = made_up(CASES, SEED), _Encoded(), 1
    while some := list(islice(cases, AT_ONCE)):
        rows, first = _rows(library, encoded, first, some), first + len(some)
        for engine in engines:
            async with engine.begin() as connection:
                for n, name in enumerate(TABLES):
                    table = Base.metadata.tables[name]
                    await connection.execute(insert(table), [row[n] for row in rows])
    for engine in engines:
        async with engine.begin() as connection:
            await connection.execute(sql("ANALYZE"))
        await engine.dispose()


def _rows(
    library: Library, encoded: "_Encoded", first: int, some: Sequence[MadeUp]
) -> list[tuple[dict[str, Any], ...]]:
    """Of each case the rows of its tables; numbers go up from the first."""
    now = utc_now()
    all_traits = [traits(library, made.text) for made in some]
    vectors = encoded([of.matter for of in all_traits])
    rows: list[tuple[dict[str, Any], ...]] = []
    for number, (made, of_case, bytes_) in enumerate(
        zip(some, all_traits, vectors, strict=True), first
    ):
        spot = {"lat": made.spot and made.spot.lat, "lon": made.spot and made.spot.lon}
        key = f"made-{number}"
        case: dict[str, Any] = {
                "id": key, "code": key, "kind": "hazard", "subject": made.text, "extras": {},
                "wants_answer": True, "text_digest": key, "created_at": now, **spot}  # fmt: skip
        event = {"id": key, "case_id": key, "number": 1, "state": "received", "actor": "worker",
                 "at": now}  # fmt: skip
        vector = {"case_id": key, "encoder": meaning.encoder().name, **spot, "vector": bytes_,
                  "keys": tuple(sorted(of_case.where.keys))[:KEYS]}  # fmt: skip
        rows.append((case, event, vector))
    return rows


class _Encoded:
    """The same matter stands at many places: encoding it once, many at a time, makes filling
    bearable.
    """

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def __call__(self, matters: Sequence[str]) -> list[bytes]:
        new = [matter for matter in dict.fromkeys(matters) if matter not in self._known]
        for start in range(0, len(new), ENCODED_AT_ONCE):
            some = new[start : start + ENCODED_AT_ONCE]
            self._known |= zip(some, map(packed, meaning.encoded(some)), strict=True)
        return [self._known[matter] for matter in matters]


async def _measure(library: Library, url: str) -> tuple[float, float, list[float], list[float]]:
    """Seconds to read the index in, its MB, and of each search the seconds and those of work."""
    engine = make_engine(url)
    sessions = make_sessions(engine)
    began = time.perf_counter()
    await warm(sessions.beside)
    loading = time.perf_counter() - began
    async with transaction(sessions) as session:
        megabytes = shelf_of(session).bytes / 1e6
    took = [await _search(library, sessions, made) for made in made_up(SEARCHES + WARM_UP, ASKING)]
    await engine.dispose()
    seconds, busy = zip(*took[WARM_UP:], strict=True)
    return loading, megabytes, list(seconds), list(busy)


async def _search(library: Library, sessions: Sessions, made: MadeUp) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    async with transaction(sessions) as session:
        await near(session, library, text=made.text, spot=made.spot, most=3)
    return time.perf_counter() - began, time.process_time() - worked


if __name__ == "__main__":
    sys.exit(main())
