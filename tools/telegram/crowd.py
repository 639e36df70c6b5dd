"""Many workers at once, without a phone each: puts their texts into the queue of the Bot API and
reads in its log when the answer to each arrived.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.telegram.bench import TelegramApi

Json = dict[str, Any]
FIRST_CHAT = 920_001
TICK = 0.05
PATIENCE = 60.0


@dataclass(frozen=True)
class Answered:
    """One text: when it was handed to the Bot API, and when the first of its answer arrived."""

    handed: float
    arrived: float

    @property
    def seconds(self) -> float:
        """How long the worker waited."""
        return self.arrived - self.handed


@dataclass(frozen=True)
class Spell:
    """What happened in a while: the texts answered, all messages that came, the first update."""

    seconds: float
    answered: list[Answered]
    messages: int
    first: int


class Crowd:
    """So many chats, each saying one sentence after the other.

    `busy` tells the chats whose last text is not wholly answered, beyond the first message.
    """

    def __init__(
        self,
        api: TelegramApi,
        chats: int,
        sentences: Sequence[str],
        busy: Callable[[], set[int]],
    ) -> None:
        self._api = api
        self._chats = range(FIRST_CHAT, FIRST_CHAT + chats)
        self._sentences = sentences
        self._busy = busy
        self._turns = dict.fromkeys(self._chats, 0)
        self._waiting: dict[int, float] = {}
        self._read = 0
        self._answered: list[Answered] = []
        self._messages: list[float] = []
        self._first: int | None = None

    def chats_for(self, seconds: float, pace: float) -> Spell:
        """Let each chat say something every `pace` seconds, 0 for as soon as it was answered;
        gives what arrived within the time.
        """
        began, self._first = time.monotonic(), None
        self._answered, self._messages = [], []
        spread = pace / len(self._chats)
        due = {chat: began + spread * n for n, chat in enumerate(self._chats)}
        while (now := time.monotonic()) < began + seconds:
            self._look()
            held_back = self._busy() | self._waiting.keys()
            ready = [chat for chat in self._chats if due[chat] <= now and chat not in held_back]
            self._say(ready)
            for chat in ready:
                # Who was held back does not make up for it.
                due[chat] = max(due[chat], now - pace) + pace
            time.sleep(TICK)
        end = began + seconds
        return Spell(
            seconds,
            [one for one in self._answered if one.arrived <= end],
            sum(began <= at <= end for at in self._messages),
            self._first or 0,
        )

    def settles(self) -> None:
        """Wait until nobody waits for an answer; raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while self._waiting or self._busy():
            self._look()
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self._waiting)} chats got no answer")
            time.sleep(TICK)

    def bursts(self, texts: int) -> int:
        """All say so much at once, whoever still waits; gives the number of the first update."""
        chats = [self._chats[n % len(self._chats)] for n in range(texts)]
        made = self._api.updates(*(self._message(chat) for chat in chats))
        return int(made[0]["update_id"])

    def _say(self, chats: Sequence[int]) -> None:
        if not chats:
            return
        now = time.monotonic()
        self._waiting |= dict.fromkeys(chats, now)
        made = self._api.updates(*(self._message(chat) for chat in chats))
        if self._first is None:
            self._first = int(made[0]["update_id"])

    def _message(self, chat: int) -> Json:
        number = self._turns[chat]
        self._turns[chat] += 1
        who = {"id": chat, "first_name": "Worker"}
        return {
            "message": {
                "from": {**who, "is_bot": False, "language_code": "zh-hans"},
                "chat": {**who, "type": "private"},
                # Each chat begins elsewhere, so that all kinds of questions are asked at once.
                "text": self._sentences[(number + chat) % len(self._sentences)],
            }
        }

    def _look(self) -> None:
        for call in self._api.log(since=self._read):
            self._read = max(self._read, call["n"])
            if not call["method"].startswith("send"):
                continue
            self._messages.append(call["at"])
            handed = self._waiting.pop(call["chat_id"], None)
            if handed is not None:
                self._answered.append(Answered(handed, call["at"]))
