"""Measures a running copy: start, memory at rest, turns a second and their times.

python -m tools.bench                 writes docs/figures/first-conversation.md
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import figures
from tools.chat import Chat
from tools.start.machine import ROOT
from tools.start.stack import Stack
from tools.start.trial import running

PAGE = "first-conversation.md"
SENTENCES = (ROOT / "tools" / "bench.words.txt").read_text(encoding="utf-8").split()
WARM_UP = 20
ALONE = 200
TOGETHER = 20
EACH = 40
PROGRAMS = ("bot", "console", "actions", "rasa")


def memory_mb(stack: Stack, name: str) -> float:
    """The proportional memory of a program and its children, in MB (Linux)."""
    total = 0
    for pid in _family(stack.pid(name)):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in rollup.splitlines() if "Pss:" in line)
    return total / 1024


def _family(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(member for child in children for member in _family(child))]


def chat(base: str, turns: int) -> list[float]:
    """One worker's turns, one after the other: the seconds each took."""
    worker, times = Chat(base), []
    for n in range(turns):
        began = time.perf_counter()
        worker.says(SENTENCES[n % len(SENTENCES)])
        times.append(time.perf_counter() - began)
    return times


def _row(what: str, times: list[float], wall: float) -> tuple[object, ...]:
    p50, p95 = figures.p50_p95(times)
    return what, len(times), f"{len(times) / wall:.0f}", f"{p50:.0f}", f"{p95:.0f}"


def main() -> int:
    """Start a copy of our own, measure it, write the page."""
    lines = [
        "# Figures of the first conversation",
        "",
        f"Measured {figures.today()} by `make bench`:",
        f"{figures.machine()}, text turns through Rasa.",
        "",
    ]
    with tempfile.TemporaryDirectory(prefix="yizhan-bench-") as folder:
        began = time.monotonic()
        with running(Path(folder), turns_per_minute=6000) as (stack, settings):
            ready = time.monotonic() - began
            base = f"http://127.0.0.1:{settings.bot_port}"
            sizes = {name: memory_mb(stack, name) for name in PROGRAMS}
            chat(base, WARM_UP)
            began = time.monotonic()
            alone = chat(base, ALONE)
            wall_alone = time.monotonic() - began
            began = time.monotonic()
            with ThreadPoolExecutor(TOGETHER) as pool:
                many = list(pool.map(chat, [base] * TOGETHER, [EACH] * TOGETHER))
            wall_many = time.monotonic() - began
    together = [t for times in many for t in times]
    rows = [
        _row("one worker", alone, wall_alone),
        _row(f"{TOGETHER} workers at once", together, wall_many),
    ]
    lines += [
        f"Ready after {ready:.0f} s with a trained model.",
        f"Memory at rest (PSS): {sum(sizes.values()):.0f} MB ({_listed(sizes)}).",
        "",
        *figures.table(("who", "turns", "turns/s", "p50 ms", "p95 ms"), rows),
    ]
    figures.write(PAGE, lines)
    return 0


def _listed(sizes: dict[str, float]) -> str:
    return ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())


if __name__ == "__main__":
    sys.exit(main())
