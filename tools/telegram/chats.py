"""What stands in each chat: the messages of both sides, as the phones show them.

Ours, not the emulator's: that one keeps no text. Message ids are unique and increase over all
chats. Every change has a number, so that a phone can ask for what is new since.
"""

import asyncio
import copy
import time
from dataclasses import dataclass, field
from typing import Any

from kit.clock import Clock
from tools.telegram.refusal import Refusal

Json = dict[str, Any]
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


@dataclass
class Shown:
    """One message in a chat. `markup` is all of it, `message` has inline keyboards only."""

    message: Json
    outgoing: bool
    markup: Json | None = None
    change: int = 0
    gone: bool = False


@dataclass
class Chat:
    """One chat: who it is, its messages by id, and what stops the bot from writing there."""

    about: Json
    messages: dict[int, Shown] = field(default_factory=dict)
    refuses: str | None = None


class Chats:
    """All chats of one bot."""

    def __init__(self, clock: Clock) -> None:
        self.change = 0
        self._clock = clock
        self._chats: dict[int, Chat] = {}
        self._last_id = 0
        self._news = asyncio.Event()

    def get(self, chat_id: int) -> Chat:
        """The chat, made if nobody wrote there yet."""
        kind = "private" if chat_id > 0 else "supergroup"
        return self._chats.setdefault(chat_id, Chat({"id": chat_id, "type": kind}))

    def now(self) -> int:
        """The present moment as Telegram writes it."""
        return int(self._clock().timestamp())

    def add(
        self, chat_id: int, content: Json, *, outgoing: bool, markup: Json | None = None
    ) -> Json:
        """A new message; gives it with its id and date."""
        chat = self.get(chat_id)
        self._last_id += 1
        message = {
            "message_id": self._last_id,
            "date": self.now(),
            "chat": chat.about,
            **content,
            **_inline(markup),
        }
        chat.messages[self._last_id] = Shown(message, outgoing, markup)
        self._changed(chat.messages[self._last_id])
        return copy.deepcopy(message)

    def edit(self, chat_id: int, message_id: int, content: Json, markup: Json | None) -> Json:
        """Replace what a message of the bot says, and its buttons; raises Refusal."""
        shown = self.find(chat_id, message_id, "edit")
        fresh = {k: v for k, v in shown.message.items() if k not in ("reply_markup", "edit_date")}
        fresh |= content
        if {**fresh, **_inline(markup)} == {
            k: v for k, v in shown.message.items() if k != "edit_date"
        }:
            raise Refusal(400, NOT_MODIFIED)
        shown.message = {**fresh, "edit_date": self.now(), **_inline(markup)}
        shown.markup = markup
        self._changed(shown)
        return copy.deepcopy(shown.message)

    def edit_incoming(self, chat_id: int, message_id: int, content: Json) -> Json:
        """Replace what a person said; raises KeyError."""
        shown = self.get(chat_id).messages[message_id]
        shown.message |= content | {"edit_date": self.now()}
        self._changed(shown)
        return copy.deepcopy(shown.message)

    def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message away; raises Refusal."""
        shown = self.find(chat_id, message_id, "delete")
        shown.gone = True
        self._changed(shown)

    def find(self, chat_id: int, message_id: int, purpose: str) -> Shown:
        """A message that the bot may edit or delete; raises Refusal as Telegram does."""
        shown = self.get(chat_id).messages.get(message_id)
        if shown is None or shown.gone:
            raise Refusal(400, f"Bad Request: message to {purpose} not found")
        if purpose == "edit" and not shown.outgoing:
            raise Refusal(400, "Bad Request: message can't be edited")
        return shown

    async def since(self, chat_id: int, change: int, seconds: float) -> list[Json]:
        """What changed in a chat after that change, waiting so long for the first of it."""
        end = time.monotonic() + seconds
        while True:
            shown = self.get(chat_id).messages.values()
            new = [_as_seen(one) for one in shown if one.change > change]
            if new or time.monotonic() >= end:
                return new
            try:
                await asyncio.wait_for(self._news.wait(), end - time.monotonic())
            except TimeoutError:
                continue

    def _changed(self, shown: Shown) -> None:
        self.change += 1
        shown.change = self.change
        self._news.set()
        self._news = asyncio.Event()


def _inline(markup: Json | None) -> Json:
    # In an answer Telegram shows inline keyboards only, and no empty ones.
    inline = (markup or {}).get("inline_keyboard")
    return {"reply_markup": {"inline_keyboard": inline}} if inline else {}


def _as_seen(shown: Shown) -> Json:
    return {
        "change": shown.change,
        "outgoing": shown.outgoing,
        "gone": shown.gone,
        "message": shown.message,
        "markup": shown.markup,
    }
