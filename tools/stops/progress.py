"""Shows how far a long file is: a bar on a terminal, nothing where there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from content.library import Library

Tick = Callable[[int], None]


@contextmanager
def step(library: Library, key: str, total: int | None = None) -> Iterator[Tick]:
    """A bar of its own while the block runs; what it yields moves it on by so many rows."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    bars = Progress(
        *columns,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bars:
        task = bars.add_task(library.say(f"stops_import.step_{key}"), total=total)
        yield lambda rows: bars.advance(task, rows)
