"""Kills the bot at drawn moments of a chat, so that the kills are spread over all of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kit import ids
from tools.start.programs import Program
from tools.start.stack import Stack, is_well
from tools.telegram.bench import TelegramApi

Kind = Literal["message", "start", "well"]
BOT = "bot"
# A moment comes so much later, at most, than what it waits for.
LONGEST_MS = {"start": 1500, "well": 1500, "message": 40}
# Of eight kills one hits a bot that is still starting, and three one that has just sent a message.
KINDS: tuple[Kind, ...] = ("start", *("message",) * 3, *("well",) * 4)
MESSAGES_MOST = 4
LOOK_EVERY = 0.01
PATIENCE = 120.0
# When nobody is left to be answered no message comes.
PATIENCE_FOR_MESSAGE = 3.0


@dataclass(frozen=True, order=True)
class Moment:
    """When to kill: after so many updates were sent, and so long after what it waits for.

    That is the start of the bot's process, its being well again, or its so many-th `message`.
    """

    after: int
    kind: Kind
    message: int
    seconds: float


def draw(seed: str, kills: int, updates: int) -> list[Moment]:
    """The moments, in order; the same seed draws the same ones."""
    return sorted(_moment(f"{seed} kill {number}", updates) for number in range(kills))


def _moment(seed: str, updates: int) -> Moment:
    after, which, message, delay = (int(ids.digest(f"{seed} {n}"), 16) for n in range(4))
    kind = KINDS[which % len(KINDS)]
    return Moment(
        after=1 + after % updates,
        kind=kind,
        message=1 + message % MESSAGES_MOST,
        seconds=delay % LONGEST_MS[kind] / 1000,
    )


class Killer:
    """Kills at the moments; the chat asks it before each update, so that no kill comes late.

    `messages` tells how many the bot has sent; `ahead` is how many updates may be sent beyond the
    one that the next kill waits for.
    """

    def __init__(
        self, stack: Stack, messages: Callable[[], int], moments: list[Moment], *, ahead: int
    ) -> None:
        self.done: list[Moment] = []
        self._stack = stack
        self._messages = messages
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
        if moment.kind == "message":
            self._await_message(self._messages() + moment.message)
        if moment.kind == "well":
            self._wait(lambda: is_well(self._bot))
        time.sleep(moment.seconds)

    def _await_message(self, wanted: int) -> None:
        self._wait(lambda: self._messages() >= wanted or is_well(self._bot))
        end = time.monotonic() + PATIENCE_FOR_MESSAGE
        self._wait(lambda: self._messages() >= wanted or time.monotonic() > end)

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


class Messages:
    """Counts the messages that the Bot API got; asked often, it reads only what is new."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._read = self._count = 0

    def __call__(self) -> int:
        new = self._api.log("sendMessage", since=self._read)
        self._read = max((call["n"] for call in new), default=self._read)
        self._count += len(new)
        return self._count
