"""The examination: whatever may keep one waiting is asked at the same time."""

import time
from collections.abc import Callable
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import Generic, TypeVar

from kit.clock import Clock
from kit.settings import Settings
from tools.doctor import machine, processes
from tools.doctor.finding import Finding, broken, well
from tools.doctor.processes import Bot
from tools.doctor.storage import storage
from tools.doctor.telegram import telegram
from tools.run import read_settings
from tools.start.machine import Stopped
from tools.start.progress import words

SECONDS_EACH = 3.0
# Two questions one after the other, and a moment. A name server or a database may keep one
# waiting for longer than any time-out of ours, so this is the end of all waiting.
SECONDS_IN_ALL = 6.5

Found = TypeVar("Found")


def examine(
    clock: Clock, each: float = SECONDS_EACH, in_all: float = SECONDS_IN_ALL
) -> list[Finding]:
    """Look at everything; a line or a few for each part."""
    try:
        settings = read_settings()
    except Stopped as stopped:
        return [broken(stopped.key, **stopped.values)]
    checks: dict[str, Callable[[], list[Finding]]] = {
        "data": lambda: machine.data_folder(settings),
        "photos": lambda: machine.photos(settings),
        "database": lambda: storage(settings, clock, each),
        "console": lambda: processes.console(settings, each),
        "actions": lambda: processes.actions(settings, each),
        "rasa": lambda: processes.rasa(settings, each),
        "telegram": lambda: telegram(settings, clock, each),
    }
    # What is still waiting when the pool ends is left behind: its threads are daemons.
    with ThreadPool(len(checks) + 1) as pool:
        end = time.monotonic() + in_all
        bot = _Question(pool, "bot", lambda: processes.bot(settings, each))
        asked = {name: _Question(pool, name, check) for name, check in checks.items()}
        content = machine.content(settings)
        found = {name: _findings(question.answer(end)) for name, question in asked.items()}
        seen = bot.answer(end)
    return _in_order(settings, found, content, seen)


def _in_order(
    settings: Settings,
    found: dict[str, list[Finding]],
    content: list[Finding],
    seen: Bot | Finding,
) -> list[Finding]:
    bot = Bot([seen]) if isinstance(seen, Finding) else seen
    return [
        *(well("settings"), *found["data"], *found["photos"], *content),
        *(*found["database"], *bot.findings),
        *(*found["console"], *found["actions"], *found["rasa"]),
        *(*processes.telegram_by_bot(bot.telegram, settings), *found["telegram"]),
    ]


class _Question(Generic[Found]):
    """A check under way in a thread of its own."""

    def __init__(self, pool: ThreadPool, name: str, check: Callable[[], Found]) -> None:
        self._name = name
        self._errors: list[BaseException] = []
        self._result: AsyncResult[Found] = pool.apply_async(
            check, error_callback=self._errors.append
        )

    def answer(self, end: float) -> Found | Finding:
        """What was found, or that nothing was until the end of all waiting."""
        self._result.wait(max(0.0, end - time.monotonic()))
        if not self._result.ready():
            return broken("late", name=words("parts", self._name))
        if self._errors:
            # Only the kind: the words may quote what nobody is to read.
            error = type(self._errors[0]).__name__
            return broken("crashed", name=words("parts", self._name), error=error)
        return self._result.get()


def _findings(answer: list[Finding] | Finding) -> list[Finding]:
    return [answer] if isinstance(answer, Finding) else answer
