"""Workers who chat while a notice goes out, and how long each of them waits for his answer."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tools.notices.office import FIRST_CHAT
from tools.telegram.bench import TelegramApi

Json = dict[str, Any]
SAYS = "/help"
CHAT_SECONDS = 1.0  # between two messages to one chat


@dataclass(frozen=True)
class Answered:
    """How long somebody waited, and how much of that because the notice had come to his chat less
    than a second before: no bot may write there earlier.
    """

    seconds: float
    forced: float

    @property
    def ours(self) -> float:
        """What is left for the bot to answer for."""
        return self.seconds - self.forced


@dataclass
class Talkers:
    """So many chats, each writing every so many seconds; they are workers like all others.

    An answer is the first message behind the question that is no notice.
    """

    api: TelegramApi
    chats: int
    pace: float
    answered: list[Answered] = field(default_factory=list)
    _asked: dict[int, float] = field(default_factory=dict)
    _latest: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say nothing any more."""
        self._over.set()
        self._thread.join()

    def hears(self, chat: int, at: float, *, is_notice: bool) -> None:
        """A message arrived in a chat."""
        if not is_notice and (asked := self._asked.pop(chat, None)) is not None:
            free_at = self._latest.get(chat, 0.0) + CHAT_SECONDS
            self.answered.append(Answered(at - asked, max(free_at - asked, 0.0)))
        self._latest[chat] = at

    def _talk(self) -> None:
        turn = 0
        while not self._over.wait(self.pace / self.chats):
            chat = FIRST_CHAT + turn % self.chats
            turn += 1
            if chat not in self._asked:
                self._asked[chat] = time.monotonic()
                self.api.updates(_said(chat))


def _said(chat: int) -> Json:
    who = {"id": chat, "first_name": "Worker"}
    command = {"type": "bot_command", "offset": 0, "length": len(SAYS)}
    return {
        "message": {
            "from": {**who, "is_bot": False, "language_code": "zh-hans"},
            "chat": {**who, "type": "private"},
            "text": SAYS,
            "entities": [command],
        }
    }
