"""What all pages of docs/figures/ have in common: when and where they were measured, and how."""

import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from kit.clock import in_shanghai, utc_now
from tools.start.machine import ROOT

FIGURES = ROOT / "docs" / "figures"


def today() -> str:
    """The date, as staff read it."""
    return f"{in_shanghai(utc_now()):%Y-%m-%d}"


def machine() -> str:
    """The machine and what we run on."""
    return f"{platform.machine()}, {_cores()} cores, Python {platform.python_version()}, SQLite"


def p50_p95(seconds: Sequence[float]) -> tuple[float, float]:
    """The middle, and what nineteen of twenty stay below, in milliseconds."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000


def p50_p99(seconds: Sequence[float]) -> tuple[float, float]:
    """The middle, and what ninety-nine of a hundred stay below, in milliseconds."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=100)[-1] * 1000


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of a table."""
    lines = [head, ["---"] * len(head), *rows]
    return [
        f"| {' | '.join(str(cell) for cell in line)} |".replace(" --- ", "---") for line in lines
    ]


def write(name: str, lines: Sequence[str]) -> None:
    """Write the page, and show it."""
    page = "\n".join(lines).rstrip("\n") + "\n"
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / name).write_text(page, encoding="utf-8")
    print(page)


def _cores() -> int:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return sum(line.startswith("processor") for line in lines)
