"""Obeys a signal that only `make` got.

A terminal's Ctrl-C reaches make and us alike. But who signals make alone (a script, a service
manager) would wait for ever: GNU make notes the signal, then waits for its child and tells it
nothing.

Standard library only: `tools.bootstrap` imports it before anything is installed.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from tools.start.leash import end_with_parent

LOOK_EVERY = 0.5
WATCHED = (signal.SIGINT, signal.SIGHUP)  # SIGTERM is the one that make does hand on


def follow_make() -> None:
    """From now on end when the make that runs us is killed or told to stop."""
    if sys.platform != "linux" or not _caught_by_parent():
        return
    end_with_parent(signal.SIGTERM)
    threading.Thread(target=_watch, args=(_caught_by_parent(),), daemon=True).start()


def _watch(at_start: set[signal.Signals]) -> None:
    # While make handles a signal it no longer catches it: the one trace it leaves.
    while at_start <= _caught_by_parent():
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGINT)


def _caught_by_parent() -> set[signal.Signals]:
    parent = Path(f"/proc/{os.getppid()}")
    try:
        if (parent / "comm").read_text(encoding="utf-8").strip() not in {"make", "gmake"}:
            return set()
        status = (parent / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    mask = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt"))
    return {number for number in WATCHED if mask >> (number - 1) & 1}
