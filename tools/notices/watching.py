"""What arrives at the Bot API while a notice goes out, and what that makes a second."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.notices.live import Talkers
from tools.telegram.bench import TelegramApi

WINDOW = 5.0


@dataclass
class Watch:
    """Reads the log of the Bot API on; tells talkers of each message."""

    api: TelegramApi
    mark: str
    talkers: Talkers | None = None
    notices: list[tuple[float, int]] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)
    too_fast: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    _read: int = 0

    def look(self) -> None:
        """Take in what is new."""
        for call in self.api.log(since=self._read):
            if "answered_at" not in call:
                return  # not yet; what stands behind it waits for the next look
            self._read = call["n"]
            self._take(call)

    def skip(self) -> None:
        """Take in nothing of what was so far."""
        self._read = max((call["n"] for call in self.api.log(since=self._read)), default=0)

    def seen(self) -> Counter[int]:
        """Look, and say how often each chat has the notice."""
        self.look()
        return self.reached

    def _take(self, call: dict[str, Any]) -> None:
        if call["status"] == 429:  # noqa: PLR2004 - Telegram's number for it
            self.too_fast += 1
        elif not call["delivered"]:
            self.failed[call["status"]] += 1
        elif call["method"].startswith("send"):
            self.messages.append(call["at"])
            is_notice = self.mark in str(call["params"].get("text", ""))
            if is_notice:
                self.notices.append((call["at"], call["chat_id"]))
            if self.talkers:
                self.talkers.hears(call["chat_id"], call["at"], is_notice=is_notice)

    @property
    def reached(self) -> Counter[int]:
        """How often each chat has the notice."""
        return Counter(chat for _, chat in self.notices)


@dataclass(frozen=True)
class Pace:
    """Notices a second from the first to the last, all messages in that time, and the slowest
    whole window of `WINDOW` seconds of all messages.
    """

    seconds: float
    notices: float
    messages: float
    slowest: float


def pace_of(notices: Sequence[float], messages: Sequence[float]) -> Pace:
    """How fast it was. There have to be two notices."""
    first, last = min(notices), max(notices)
    seconds = last - first
    within = [at for at in messages if first <= at <= last]
    windows = Counter(int((at - first) // WINDOW) for at in within)
    whole = [windows[number] for number in range(int(seconds // WINDOW))]
    slowest = min(whole, default=0) / WINDOW or (len(within) - 1) / seconds
    return Pace(seconds, (len(notices) - 1) / seconds, (len(within) - 1) / seconds, slowest)
