"""Kills programs at random while workers hand in suggestions: nothing acknowledged may be lost.

python -m tools.soak [--minutes 20]   writes docs/figures/soak.md

Each worker sends every turn until it is answered, under the same id, as the chat page does. At
the end every code that a worker was given must be in the console's list exactly once, and no
case may be there that nobody was told of.
"""

import argparse
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import requests

from kit import ids
from tools import figures
from tools.chat import Chat
from tools.start.machine import ROOT
from tools.start.stack import Stack
from tools.start.trial import running

PAGE = "soak.md"
SCRIPT = (ROOT / "tools" / "soak.words.txt").read_text(encoding="utf-8").split()
WORKERS = 8
VICTIMS = ("rasa", "actions", "bot")
PAUSES = (1.0, 3.0, 7.0, 13.0)
PATIENCE = 180


class Stubborn(Chat):
    """A worker whose phone sends a turn again until it is answered."""

    def turn(self, **what: object) -> list[dict[str, Any]]:
        body = {"id": uuid.uuid4().hex, **what}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                answer = self.post(body)
                answer.raise_for_status()
            except requests.RequestException:
                time.sleep(0.3)
                continue
            self.last = answer.json()["replies"]
            return self.last
        raise TimeoutError


def hand_in(base: str, stop: threading.Event, codes: list[str]) -> None:
    """Suggestions one after the other; every code that was read out is kept."""
    worker = Stubborn(base)
    while not stop.is_set():
        for words in SCRIPT:
            worker.says(words)
        codes += [str(card["code"]) for card in worker.cards("case")]


def kill_at_random(stack: Stack, end: float) -> int:
    """Kill one program after another until the time is over; returns how many."""
    kills = 0
    while time.monotonic() < end:
        # Drawn from an id, since kit.ids is the one place that draws random numbers.
        draw = int(ids.new_id()[:8], 16)
        time.sleep(PAUSES[draw % len(PAUSES)])
        try:
            stack.kill(VICTIMS[draw // 7 % len(VICTIMS)])
        except (OSError, ValueError):
            continue  # It was just being started again.
        kills += 1
    return kills


def stored(data: Path) -> list[str]:
    """The codes in the database."""
    connection = sqlite3.connect(data / "yizhan.db")
    try:
        return [code for (code,) in connection.execute("SELECT code FROM cases")]
    finally:
        connection.close()


def main() -> int:
    """Run, compare, write the page; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    minutes = parser.parse_args().minutes
    codes: list[list[str]] = [[] for _ in range(WORKERS)]
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="yizhan-soak-") as folder:
        with running(Path(folder), turns_per_minute=6000) as (stack, settings):
            base = f"http://127.0.0.1:{settings.bot_port}"
            threads = [threading.Thread(target=hand_in, args=(base, stop, one)) for one in codes]
            for thread in threads:
                thread.start()
            kills = kill_at_random(stack, time.monotonic() + minutes * 60)
            stop.set()
            for thread in threads:
                thread.join()
        there = stored(Path(folder))
    told = [code for one in codes for code in one]
    lost, doubled = set(told) - set(there), len(there) - len(set(told))
    verdict = "nothing lost, nothing twice" if not lost and not doubled else "FAULT"
    what = (
        f"{figures.today()}, `python -m tools.soak --minutes {minutes:g}`: {WORKERS} workers,"
        f" {kills} times kill -9 of {', '.join(VICTIMS)}; {len(told)} suggestions acknowledged,"
        f" {len(there)} stored, {len(lost)} lost, {doubled} nobody was told of: {verdict}."
    )
    figures.write(PAGE, ["# Soak", "", what])
    return int(verdict == "FAULT")


if __name__ == "__main__":
    sys.exit(main())
