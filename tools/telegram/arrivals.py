"""What people do in the app, made into updates as Telegram sends them.

A phone says who does what where; ids, dates, the pressed message and files come from here.
"""

import copy
from typing import Any

from tools.telegram.bot_api import BotApi
from tools.telegram.files import photo_sizes, sniff

Json = dict[str, Any]
BLOCKED = "Forbidden: bot was blocked by the user"
LEFT = frozenset({"kicked", "left"})


class Arrivals:
    """Puts what people do into the chats and the queue of the bot."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._queries = 0

    def file(self, kind: str, data: bytes, name: str | None) -> Json | list[Json]:
        """Keep a file; gives what a message carries of it: sizes for a photo, else a document."""
        if kind == "photo":
            return [self._kept(kind, copy, about) for copy, about in photo_sizes(data)]
        about: Json = {"file_size": len(data)}
        if kind in ("voice", "video"):
            about |= {"duration": 1}
        if kind in ("sticker", "video"):
            about |= {"width": 512, "height": 512}
        if kind == "sticker":
            about |= {"type": "regular", "is_animated": False, "is_video": False}
        else:
            about["mime_type"] = sniff(data)
        return self._kept(kind, data, about | ({"file_name": name} if name else {}))

    def update(self, body: Json, times: int = 1) -> Json:
        """Queue what somebody did; gives the update. Raises KeyError and ValueError."""
        (kind, about), *rest = body.items()
        if rest:
            raise ValueError("one thing at a time")
        make = {
            "message": self._message,
            "channel_post": self._message,
            "edited_message": self._edited,
            "edited_channel_post": self._edited,
            "callback_query": self._pressed,
            "my_chat_member": self._member,
        }.get(kind, copy.deepcopy)
        return self._api.updates.put({kind: make(about)}, times)

    def _kept(self, kind: str, data: bytes, about: Json) -> Json:
        reference = self._api.judge.keep(kind, data)
        return {"file_id": reference, "file_unique_id": f"{reference}-unique", **about}

    def _message(self, about: Json) -> Json:
        chat_id = int(about["chat"]["id"])
        self._api.chats.get(chat_id).about = about["chat"]
        return self._api.chats.add(chat_id, about, outgoing=False)

    def _edited(self, about: Json) -> Json:
        content = {k: v for k, v in about.items() if k not in ("chat", "message_id")}
        return self._api.chats.edit_incoming(
            int(about["chat"]["id"]), int(about["message_id"]), content
        )

    def _pressed(self, about: Json) -> Json:
        self._queries += 1
        query_id = f"{self._api.me['id']}{self._queries:010}"
        self._api.queries.add(query_id)
        chat_id = int(about["chat_id"])
        shown = self._api.chats.get(chat_id).messages[int(about["message_id"])]
        return {
            "id": query_id,
            "from": about["from"],
            "message": copy.deepcopy(shown.message),
            "chat_instance": str(7_000_000_000 + abs(chat_id)),
            "data": about["data"],
        }

    def _member(self, about: Json) -> Json:
        chat = self._api.chats.get(int(about["chat"]["id"]))
        chat.about = about["chat"]
        for name in ("old_chat_member", "new_chat_member"):
            about[name]["user"] = self._api.me
        left = about["new_chat_member"]["status"] in LEFT
        chat.refuses = BLOCKED if left else None
        return {**about, "date": self._api.chats.now()}
