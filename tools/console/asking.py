"""Asks a console that runs as its process runs it, by everybody who may, and times it."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.console.filling import Filled
from tools.start.machine import ROOT, environment

WARM_UP, WAIT = 3, 60
# Out of whose reach the case or report may lie that is asked for.
LIMITED = frozenset({"handler", "reviewer of a district"})
# What is there for the one alone who made it.
PRIVATE = "/cases/bulk/"


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
                status == http.client.NOT_FOUND and (who in LIMITED or address.startswith(PRIVATE))
            ):
                continue
            if status not in {http.client.OK, http.client.SEE_OTHER}:
                raise Wrong(f"{address} answers {status} to {who}")
            let_in += 1
            for _ in range(min(WARM_UP, self.rounds - 1)):
                _ask(self.connection, address, cookie)
            began = _busy(self.pid)
            took = [_ask(self.connection, address, cookie)[1] for _ in range(self.rounds)]
            yield Timed(address, who, tuple(took), (_busy(self.pid) - began) / self.rounds)
        if not let_in:
            raise Wrong(f"{address} is open to nobody")


class Wrong(Exception):
    """A page that is not measured, or answers otherwise than a page does."""


def listed(folder: Path, url: str) -> list[str]:
    """The paths that the console answers to GET."""
    command = [sys.executable, "-m", "console", "--pages"]
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
