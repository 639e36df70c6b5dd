"""Kills the bot at drawn moments of a chat, so that the kills are spread over all of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from kit import ids
from tools.start.programs import Program
from tools.start.stack import Stack, is_well

BOT = "bot"
# A moment comes so much later, at most, than the update and the start of the bot it waits for.
LONGEST_MS = 1500
# One kill of so many hits a bot that is still starting.
EARLY_OF = 8
LOOK_EVERY = 0.01
PATIENCE = 120.0


@dataclass(frozen=True, order=True)
class Moment:
    """When to kill: so long after so many updates were sent and the bot is well again.

    An early one waits for a process only.
    """

    after: int
    seconds: float
    is_early: bool


def draw(seed: str, kills: int, updates: int) -> list[Moment]:
    """The moments, in order; the same seed draws the same ones."""
    draws = [int(ids.digest(f"{seed} kill {number}"), 16) for number in range(kills)]
    return sorted(
        Moment(
            after=1 + number % updates,
            seconds=number // updates % LONGEST_MS / 1000,
            is_early=number // updates // LONGEST_MS % EARLY_OF == 0,
        )
        for number in draws
    )


class Killer:
    """Kills at the moments; the chat asks it before each update, so that no kill comes late.

    `ahead` is how many updates may be sent beyond the one that the next kill waits for.
    """

    def __init__(self, stack: Stack, moments: list[Moment], *, ahead: int) -> None:
        self.done: list[Moment] = []
        self._stack = stack
        self._left = list(moments)
        self._ahead = ahead
        self._asked = 0
        self._changed = threading.Condition()
        self._over = threading.Event()
        self._last = 0

    def lets_pass(self) -> None:
        """Return when the next update may be sent."""
        with self._changed:
            self._asked += 1
            number = self._asked
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: (
                    self._over.is_set()
                    or not self._left
                    or number <= self._left[0].after + self._ahead
                )
            )

    def run(self) -> None:
        """Kill until all is done, or the chat is over."""
        while self._left and not self._over.is_set():
            self._await(self._left[0])
            if self._over.is_set():
                return
            self._last = self._stack.pid(BOT)
            self._stack.kill(BOT)
            with self._changed:
                self.done.append(self._left.pop(0))
                self._changed.notify_all()

    def stop(self) -> None:
        """The chat is over."""
        with self._changed:
            self._over.set()
            self._changed.notify_all()

    @property
    def _bot(self) -> Program:
        return next(program for program in self._stack.programs if program.name == BOT)

    def _await(self, moment: Moment) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over.is_set() or self._asked >= moment.after)
        self._wait(self._new_process)
        if not moment.is_early:
            self._wait(lambda: is_well(self._bot))
        time.sleep(moment.seconds)

    def _new_process(self) -> bool:
        try:
            return self._stack.pid(BOT) != self._last
        except (OSError, ValueError):
            return False  # It is just being written.

    def _wait(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds() and not self._over.is_set():
            if time.monotonic() > end:
                raise TimeoutError("the bot did not come back")
            time.sleep(LOOK_EVERY)
