"""Workers who chat while a notice goes out, and how long each of them waits for his answer."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tools.notices.office import FIRST_CHAT
from tools.telegram.bench import TelegramApi

Json = dict[str, Any]
SAYS = "/help"


@dataclass
class Talkers:
    """So many chats, each writing every so many seconds; they are workers like all others.

    An answer is the first message behind the question that is no notice.
    """

    api: TelegramApi
    chats: int
    pace: float
    waits: list[float] = field(default_factory=list)
    unanswered: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say nothing any more."""
        self._over.set()
        self._thread.join()

    def hears(self, chat: int, at: float) -> None:
        """A message that is no notice arrived in a chat."""
        asked = self.unanswered.pop(chat, None)
        if asked is not None:
            self.waits.append(at - asked)

    def _talk(self) -> None:
        turn = 0
        while not self._over.wait(self.pace / self.chats):
            chat = FIRST_CHAT + turn % self.chats
            turn += 1
            if chat not in self.unanswered:
                self.unanswered[chat] = time.monotonic()
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
