"""Says what is being done, how far it is and how long it takes; on a terminal it says so in place.

Standard library only: `tools.bootstrap` imports it before anything is installed.
"""

import sys
import threading
import time
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tools.start.machine import Stopped

MESSAGES = Path(__file__).parents[1] / "messages.toml"
WIDTH = 78
TICK = 1.0
TICKS_BETWEEN_LINES = 15  # where there is no terminal to write in place


def words(section: str, key: str, **values: object) -> str:
    """One line of messages.toml, filled in."""
    table = tomllib.loads(MESSAGES.read_text(encoding="utf-8"))
    return str(table[section][key]).format(**values)


def explain(stopped: Stopped) -> str:
    """The one line that says what stopped us and what to do."""
    return words("stopped", stopped.key, **stopped.values)


def fit(text: str, columns: int = WIDTH) -> str:
    """The text cut to so many terminal columns, of which a Chinese character takes two."""
    used = 0
    for index, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > columns:
            return text[:index]
    return text


class Progress:
    """The steps of one command, numbered, each with its time."""

    def __init__(self, steps: int, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._steps = steps
        self._began = time.monotonic()
        self._number = 0
        self._detail = ""
        self._live = stream.isatty()

    @property
    def seconds(self) -> int:
        """How long it has taken so far."""
        return int(time.monotonic() - self._began)

    def say(self, text: str) -> None:
        """Print a line of its own."""
        self._stream.write(("\r\x1b[K" if self._live else "") + text + "\n")
        self._stream.flush()

    def detail(self, text: str) -> None:
        """How far the step at hand is."""
        self._detail = text.strip()

    @contextmanager
    def step(self, key: str) -> Iterator[None]:
        """Show one step while the block runs."""
        self._number += 1
        self._detail = ""
        title = f"[{self._number}/{self._steps}] {words('steps', key)}"
        began = time.monotonic()
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(title, began, over), daemon=True)
        if not self._live:
            self.say(f"{title} …")
        ticker.start()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            over.set()
            ticker.join()
            seconds = f"{time.monotonic() - began:.1f}"
            self.say(f"{title}：{words('progress', outcome, seconds=seconds)}")

    def _tick(self, title: str, began: float, over: threading.Event) -> None:
        ticks = 0
        while not over.wait(TICK):
            ticks += 1
            seconds = int(time.monotonic() - began)
            line = f"{title}：{words('progress', 'still', seconds=seconds)}  {self._detail}"
            if self._live:
                self._stream.write("\r\x1b[K" + fit(line))
                self._stream.flush()
            elif ticks % TICKS_BETWEEN_LINES == 0:
                self.say(line)
