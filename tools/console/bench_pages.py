"""Measures every page of the console among 100,000 cases, on both databases.

python -m tools.console.bench_pages [--cases N] [--database sqlite|postgresql] [--rounds N]

At the full number of cases this writes docs/figures/console-pages.md. It ends with 1 when a page
is slower than promised, is not in the table below, or does not answer as it should.
"""

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from content.loader import load
from kit.settings import Settings
from tools import figures
from tools.console.filling import Filled, fill
from tools.start.machine import ROOT, environment
from tools.stops.databases import databases, what_is_missing

CASES, ROUNDS, WARM_UP, MOST_MS, WAIT = 100_000, 40, 3, 150.0, 60
PAGE = "console-pages.md"
AREA = "%E5%B9%BF%E4%B8%9C"
YEAR = "from={first}&to={last}"
# Each path that answers GET, and how it is asked: further addresses after a stroke are queries.
ASKED: Mapping[str, tuple[str, ...]] = {
    "/": ("",),
    "/cases": (
        *("", "?state=received", "?state=archived", "?kind=hazard", "?overdue=yes"),
        *(f"?area={AREA}", "?unit=unit-1", "?page={page}"),
    ),
    "/cases/reminders": ("",),
    "/cases/{code}": ("",),
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
    "/healthz": ("",),
    "/me": ("",),
    "/readyz": ("",),
    "/sign-in": ("",),
    "/staff": ("",),
    "/staff/events": ("", "?page=50"),
    "/staff/invite": ("",),
    "/staff/{staff_id}": ("",),
    "/stops": ("", "?q=a"),
    "/stops/proposals": ("",),
    "/stops/proposals/{proposal_id}": ("",),
    "/stops/{stop_id}": ("",),
}
# What is not asked, and why.
LEFT_OUT: Mapping[str, str] = {
    "/sign-in/{token}": "its address is a secret that works once",
    "/sign-in/code": "it is there between a password and a code only",
    "/sign-in/setup": "the same",
    "/me/second-factor": "it is there while an app is being changed only",
    "/cases/{code}/photos/{number}": "a file, not a page",
    "/cases/{code}/recordings/{number}": "a file, not a page",
}


# Out of whose reach the case or report may lie that is asked for.
LIMITED = frozenset({"handler", "reviewer of a district"})
_IDS = re.compile(r"[0-9a-f]{32}|[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True)
class Timed:
    """How long an address took for one who may open it, in seconds, over and over."""

    address: str
    who: str
    seconds: tuple[float, ...]
    # Of the console's processor a request, the mean; whatever else the machine did.
    busy: float

    @property
    def p95(self) -> float:
        """What nineteen of twenty stay below, in milliseconds."""
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


@dataclass(frozen=True)
class Served:
    """A console that runs: its port and its process."""

    port: int
    pid: int


@dataclass(frozen=True)
class Asking:
    """One connection to a console, over which everybody asks."""

    connection: http.client.HTTPConnection
    pid: int
    filled: Filled
    rounds: int

    def of_address(self, address: str) -> Iterator[Timed]:
        """The address by each who may open it; raises Wrong where nobody may."""
        let_in = 0
        for who, token in self.filled.tokens.items():
            cookie = f"console-{self.connection.port}-session={token}"
            status = _ask(self.connection, address, cookie)[0]
            if status == http.client.FORBIDDEN or (
                status == http.client.NOT_FOUND and who in LIMITED
            ):
                continue
            if status not in {http.client.OK, http.client.SEE_OTHER}:
                raise Wrong(f"{address} answers {status} to {who}")
            let_in += 1
            for _ in range(WARM_UP):
                _ask(self.connection, address, cookie)
            began = _busy(self.pid)
            took = [_ask(self.connection, address, cookie)[1] for _ in range(self.rounds)]
            yield Timed(address, who, tuple(took), (_busy(self.pid) - began) / self.rounds)
        if not let_in:
            raise Wrong(f"{address} is open to nobody")


class Wrong(Exception):
    """A page that is not measured, or answers otherwise than a page does."""


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
            found[kind] = measured(url, Path(name), filled, asked.rounds)
    lines = _page(found, asked.cases, asked.rounds)
    if asked.cases == CASES and asked.database is None:
        figures.write(PAGE, lines)
    else:
        print("\n".join(lines))
    return int(max(each.p95 for timed in found.values() for each in timed) > MOST_MS)


def measured(url: str, folder: Path, filled: Filled, rounds: int) -> list[Timed]:
    """Every page by everybody who may open it. Raises Wrong for one that is not in the table."""
    check_table(listed(folder, url))
    with serving(url, folder) as console:
        connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=WAIT)
        asking = Asking(connection, console.pid, filled, rounds)
        timed = [
            each
            for path, queries in ASKED.items()
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


def listed(folder: Path, url: str) -> list[str]:
    """The paths that the console answers to GET."""
    command = [sys.executable, "-m", "console.listing"]
    found = subprocess.run(
        command, env=_environment(folder, url, 0), cwd=ROOT, check=True, capture_output=True
    )
    return found.stdout.decode().split()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[Served]:
    """The console as its process serves it, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "console"],
        env=_environment(folder, url, port),
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(WAIT)


def _ask(connection: http.client.HTTPConnection, address: str, cookie: str) -> tuple[int, float]:
    began = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    return answer.status, time.perf_counter() - began


def _busy(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _address(path: str, query: str, filled: Filled) -> str:
    first, last = figures.today(), figures.today()
    first = f"{int(first[:4]) - 1}{first[4:]}".replace("-02-29", "-02-28")
    return path.format(code=filled.codes[0], **filled.ids) + query.format(
        first=first, last=last, page=max(1, len(filled.codes) // 100)
    )


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
        try:
            if _ask(connection, "/readyz", "")[0] == http.client.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise Wrong("the console is not ready")


def _environment(folder: Path, url: str, port: int) -> dict[str, str]:
    ours = {"YIZHAN_DATA_DIR": str(folder), "YIZHAN_DATABASE_URL": url}
    return environment(ours | ({"YIZHAN_CONSOLE_PORT": str(port)} if port else {}))


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
        "Of all who may open a page the slowest is told. Processor time is the mean of the console's",
        "process alone, whatever else the machine did. Load of the machine at the end",
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
    reader.add_argument("--database", choices=("sqlite", "postgresql"))
    return reader.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
