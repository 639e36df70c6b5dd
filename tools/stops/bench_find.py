"""Measures the search for the nearest stops among 200,000 and 1,000,000, on both databases.

python -m tools.stops.bench_find               writes docs/figures/stops-find.md
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy import text as sql

from content.library import Library
from content.loader import load
from db.base import Base
from db.session import Sessions, make_engine, make_sessions, transaction
from kit.clock import SHANGHAI
from kit.memory import keep_what_is_read
from kit.settings import Settings
from services.geo import to_wgs84
from services.rest_stops import index
from services.rest_stops.around import around
from services.rest_stops.cards import cards
from services.rest_stops.finding import ANY, Wish
from services.rest_stops.importing.candidates import columns_of_new, given_position, prepare
from services.rest_stops.importing.data import StopValues
from services.turns import Position
from tools import figures
from tools.stops.databases import databases, what_is_missing
from tools.stops.made_up import made_up

FEW, MANY, AT_ONCE = 200_000, 1_000_000, 5_000
SEED, SEARCHERS = 1, 2
SEARCHES, WARM_UP, SHOWN = 3_000, 120, 5
MOST_MS, MOST_TIMES = 5.0, 1.5
PAGE = "stops-find.md"
# A Wednesday at lunch: most are open. And the small hours, when hardly any is.
MOMENTS = {"noon": datetime(2026, 11, 18, 12, tzinfo=SHANGHAI),
           "3 at night": datetime(2026, 11, 18, 3, tzinfo=SHANGHAI)}  # fmt: skip
STOPS = Base.metadata.tables["rest_stops"]


def main() -> int:
    """Fill the databases, search in each, write the page; 1 when a promise does not hold."""
    library = load(Settings().content_dir)
    with tempfile.TemporaryDirectory(prefix="yizhan-bench-") as name, ExitStack() as stack:
        urls = {
            (kind, count): stack.enter_context(fresh(Path(name)))
            for kind, fresh in databases().items()
            for count in (FEW, MANY)
        }
        asyncio.run(_fill(library, {url: count for (_, count), url in urls.items()}))
        p99: dict[tuple[str, int, str], float] = {}
        rows = []
        held = []
        for (kind, count), url in urls.items():
            seconds, size = asyncio.run(_read(url, MOMENTS["noon"]))
            held.append((kind, f"{count:,}", f"{seconds:.1f}", f"{size:.0f}"))
            for moment, now in MOMENTS.items():
                found = asyncio.run(_measure(library, url, now))
                p99[kind, count, moment] = found[0][1]
                figures_of = [f"{ms:.1f}" for pair in found for ms in pair]
                rows.append((kind, f"{count:,}", moment, *figures_of))
    slower = [p99[kind, MANY, when] / p99[kind, FEW, when] for kind, n, when in p99 if n == MANY]
    figures.write(PAGE, _page(library, rows, held, max(slower)))
    slow = max(ms for (_, count, _), ms in p99.items() if count == FEW) > MOST_MS
    return int(slow or max(slower) > MOST_TIMES)


def _page(
    library: Library,
    rows: Sequence[tuple[object, ...]],
    held: Sequence[tuple[object, ...]],
    slower: float,
) -> list[str]:
    heads = ("database", "stops", "when", "search p50, ms", "p99, ms",
             f"with {SHOWN} cards p50, ms", "p99, ms")  # fmt: skip
    where = figures.machine().removesuffix(", SQLite")
    return [
        "# Finding stops",
        "",
        f"Measured {figures.today()} by `python -m tools.stops.bench_find`: {where}.",
        "",
        f"{SEARCHES:,} searches one after the other around made-up positions, crowded like the",
        "made-up stops (`tools/stops/made_up.py`), a sixth each for: any stop, "
        + ", ".join(_filters(library))
        + ",",
        "open now, 24 hours. A search is `services.rest_stops.around.around` in a",
        "transaction, with the stops in memory (docs/adr/0021-stops-in-memory.md): the index, all",
        "questions to the database, hours, reports, the order of up to 30 stops.",
        f"Promised: p99 under {MOST_MS:g} ms with {FEW:,} stops, and with {MANY:,} at most",
        f"{MOST_TIMES:g} times that. The worst ratio here is {slower:.2f}.",
        "",
        *figures.table(heads, rows),
        "",
        "Reading all stops into memory, at the start of a process and beside its other work:",
        "",
        *figures.table(("database", "stops", "s", "MB in memory"), held),
        *what_is_missing(),
    ]


async def _fill(library: Library, counts: dict[str, int]) -> None:
    """The same made-up stops into each database, as many as it takes."""
    engines = {url: make_engine(url) for url in counts}
    stops = made_up(library, max(counts.values()), SEED)
    done = 0
    while rows := [_columns(library, done + n, s) for n, s in enumerate(islice(stops, AT_ONCE))]:
        for url, engine in engines.items():
            if done < counts[url]:
                async with engine.begin() as connection:
                    await connection.execute(insert(STOPS), rows)
        done += len(rows)
    for engine in engines.values():
        async with engine.begin() as connection:
            await connection.execute(sql("ANALYZE"))
        await engine.dispose()


def _columns(library: Library, number: int, stop: StopValues) -> dict[str, Any]:
    return columns_of_new(prepare(library, number, stop), f"made-{number}") | {"version": 1}


async def _read(url: str, now: datetime) -> tuple[float, float]:
    """Seconds to read all stops into memory, and the megabytes that they take there."""
    engine = make_engine(url)
    kept = make_sessions(engine).beside
    stops = index.of(kept)
    began = time.perf_counter()
    await stops.keep_up(kept, now)
    took = time.perf_counter() - began
    await engine.dispose()
    names = sum(sys.getsizeof(key) for key in stops.columns.ids)
    return took, (names + sum(column.nbytes for column in stops.columns)) / 1e6


async def _measure(library: Library, url: str, now: datetime) -> list[tuple[float, float]]:
    """Middle and ninety-nine of a hundred in milliseconds: of the search, and with its cards."""
    engine = make_engine(url)
    sessions = make_sessions(engine)
    keep_what_is_read()  # as the bot does, and so is this
    await index.of(sessions.beside).keep_up(sessions.beside, now)
    hot, swap, both = (tuple(said.split("+")) for said in _filters(library))
    wishes = (ANY, Wish(hot), Wish(swap), Wish(both),
              Wish(open_now=True), Wish(always=True))  # fmt: skip
    searches, whole = [], []
    for number, here in enumerate(_searchers(library)):
        took = await _search(library, sessions, now, here, wishes[number % len(wishes)])
        if number >= WARM_UP:
            searches.append(took[0])
            whole.append(took[1])
    await engine.dispose()
    return [figures.p50_p99(searches), figures.p50_p99(whole)]


async def _search(
    library: Library, sessions: Sessions, now: datetime, here: Position, wish: Wish
) -> tuple[float, float]:
    async with transaction(sessions) as session:
        began = time.perf_counter()
        found = await around(session, lambda: now, here, wish)
        between = time.perf_counter()
        await cards(session, library, lambda: now, found.ids[:SHOWN], metres=found.metres)
        return between - began, time.perf_counter() - began


def _filters(library: Library) -> tuple[str, str, str]:
    """One that half of the stops have, one that few have, and two at once."""
    buttons = library.words["stop_filters"]
    both = next(title for title in buttons if "+" in title)
    return buttons[-1], buttons[0], both


def _searchers(library: Library) -> list[Position]:
    given = (given_position(stop) for stop in made_up(library, SEARCHES + WARM_UP, SEARCHERS))
    return [to_wgs84(position) for position in given if position is not None]


if __name__ == "__main__":
    sys.exit(main())
