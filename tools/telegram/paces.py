"""Telegram's limits on how fast a bot speaks, counted to the letter where the calls arrive.

Off until they are set. More than so many calls within any second are answered 429 with the
seconds to wait; until those are over all is refused that the limit is about, as at Telegram.
"""

import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tools.telegram.refusal import Refusal

SECOND, MINUTE = 1.0, 60.0
TINY = 1e-6  # what a sum of fractions may lack
NEW_MESSAGES = ("send", "forward", "copy")


class Limits(BaseModel):
    """How many: messages a second that cost nothing, ones that are paid for (none where the bot
    may not), ones to a private chat; a minute to a group.
    """

    model_config = ConfigDict(extra="forbid")

    free: int = Field(30, ge=1)
    paid: int = Field(0, ge=0)
    chat: int = Field(1, ge=1)
    group: int = Field(20, ge=1)


class _Window:
    """The arrivals of the last while under one limit."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=limit)
        self._shut_until = -math.inf

    def refuses(self, now: float) -> int:
        """The seconds to wait where one more is too many, else 0."""
        full = (
            len(self._times) == self._times.maxlen and now - self._times[0] < self._seconds - TINY
        )
        if full and self._shut_until <= now:
            self._shut_until = now + math.ceil(self._times[0] + self._seconds - now)
        return math.ceil(max(self._shut_until - now, 0))

    def count(self, now: float) -> None:
        self._times.append(now)


class Paces:
    """The limits of one bot. Whoever asks says when a call arrived."""

    def __init__(self) -> None:
        self._limits: Limits | None = None
        self._all: dict[bool, _Window] = {}
        self._chats: dict[str, _Window] = {}

    def set(self, limits: Limits | None) -> None:
        """Keep these from now on, or none; nothing has arrived yet."""
        self._limits = limits
        self._chats.clear()
        self._all.clear()
        if limits is not None:
            self._all[False] = _Window(limits.free, SECOND)
            if limits.paid:
                self._all[True] = _Window(limits.paid, SECOND)

    def check(self, method: str, fields: Mapping[str, Any], now: float) -> None:
        """Count a call; raises Refusal for one too many."""
        if self._limits is None:
            return
        windows = list(self._windows(self._limits, method, fields))
        seconds = max((window.refuses(now) for window in windows), default=0)
        if seconds:
            told = {"retry_after": seconds}
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", told)
        for window in windows:
            window.count(now)

    def _windows(
        self, limits: Limits, method: str, fields: Mapping[str, Any]
    ) -> Iterator[_Window]:
        chat = fields.get("chat_id")
        if chat is None:
            if method == "answerCallbackQuery":
                yield self._all[False]
            return
        is_paid = str(fields.get("allow_paid_broadcast", "")).lower() == "true"
        yield self._all[is_paid and bool(limits.paid)]
        if method.startswith(NEW_MESSAGES) and method != "sendChatAction":
            yield self._of_chat(limits, str(chat))

    def _of_chat(self, limits: Limits, chat: str) -> _Window:
        if chat not in self._chats:
            private = chat.isdecimal()  # a group's id is negative, or its name
            self._chats[chat] = (
                _Window(limits.chat, SECOND) if private else _Window(limits.group, MINUTE)
            )
        return self._chats[chat]
