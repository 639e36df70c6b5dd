"""The Bot API of one bot: what each call does to the chats, the queue and the webhook."""

from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from typing import Any

from kit.clock import Clock
from tools.telegram import checker
from tools.telegram.chats import Chats
from tools.telegram.files import photo_sizes
from tools.telegram.judge import Judge, Uploads
from tools.telegram.markup import parse
from tools.telegram.refusal import Refusal
from tools.telegram.updates import Hook, Updates

Json = dict[str, Any]
USERNAME = "yizhan_test_bot"
LONGEST_POLL = 50
CONNECTIONS = 40
DOWNLOAD_BYTES = 20 * 2**20
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
ENDINGS = {"photo": "jpg", "voice": "oga", "video": "mp4", "sticker": "webp"}


class BotApi:
    """Answers calls; `Refusal` is an answer too."""

    def __init__(self, token: str, clock: Clock) -> None:
        self.token = token
        self.judge = Judge()
        self.chats = Chats(clock)
        self.updates = Updates()
        self.queries: set[str] = set()
        self._paths: dict[str, str] = {}
        self._commands: dict[str, Any] = {}
        self._albums = 0

    @property
    def me(self) -> Json:
        """The bot as a person in a chat."""
        number = int(self.token.split(":")[0])
        return {"id": number, "is_bot": True, "first_name": "Yizhan", "username": USERNAME}

    async def answer(self, method: str, fields: Json, uploads: Uploads) -> object:
        """The result of a call that the checker let through; raises Refusal."""
        doing = self._doing().get(method)
        if method in ("getUpdates", "setWebhook", "deleteWebhook") and doing:
            return await doing(fields)
        result: Any = self.judge.judge(method, fields, uploads)
        read = checker.decode(method, fields)
        if doing:
            return await doing(read)
        if method.startswith("editMessage"):
            return self._edited(read)
        if method.startswith("send") and isinstance(result, dict | list):
            return self._sent(method, read, result)
        return result

    def file_at(self, path: str) -> bytes | None:
        """The bytes that `getFile` gave this path for."""
        return self.judge.file(self._paths.get(path, ""))

    def _doing(self) -> dict[str, Callable[[Json], Awaitable[object]]]:
        return {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._set_webhook,
            "getWebhookInfo": self._webhook_info,
            "getMe": self._get_me,
            "getFile": self._get_file,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer_query,
        }

    async def _get_updates(self, fields: Json) -> list[Json]:
        await self.judge.poll(self.token, fields)
        if "allowed_updates" in fields:
            self.updates.allow(checker.decode("getUpdates", fields)["allowed_updates"])
        seconds = min(int(fields.get("timeout", 0)), LONGEST_POLL)
        return await self.updates.poll(
            int(fields.get("offset", 0)), int(fields.get("limit", 100)), seconds
        )

    async def _set_webhook(self, fields: Json) -> bool:
        known = {k: v for k, v in fields.items() if k not in ("ip_address", "certificate")}
        await self.judge.set_webhook(self.token, {"url": "", **known})
        if "allowed_updates" in fields:
            self.updates.allow(checker.decode("setWebhook", fields)["allowed_updates"])
        url = fields.get("url")
        connections = int(fields.get("max_connections", CONNECTIONS))
        hook = Hook(url, fields.get("secret_token"), connections) if url else None
        drop = str(fields.get("drop_pending_updates", False)).lower() == "true"
        await self.updates.set_hook(hook, drop=drop)
        return True

    async def _webhook_info(self, _: Json) -> Json:
        waiting = len(self.updates.waiting)
        return self.judge.webhook(self.token) | {"pending_update_count": waiting}

    async def _get_me(self, _: Json) -> Json:
        return self.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _get_file(self, fields: Json) -> Json:
        reference = fields["file_id"]
        data = self.judge.file(reference) or b""
        if len(data) > DOWNLOAD_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        kind = reference.split("-")[1]
        path = str(PurePosixPath(f"{kind}s") / f"{reference}.{ENDINGS.get(kind, 'bin')}")
        self._paths[path] = reference
        about = {"file_unique_id": f"{reference}-unique", "file_size": len(data)}
        return {"file_id": reference, "file_path": path, **about}

    async def _set_commands(self, fields: Json) -> bool:
        self._commands[_commands_key(fields)] = fields.get("commands", [])
        return True

    async def _get_commands(self, fields: Json) -> object:
        return self._commands.get(_commands_key(fields), [])

    async def _delete(self, fields: Json) -> bool:
        self.chats.delete(int(fields["chat_id"]), int(fields["message_id"]))
        return True

    async def _answer_query(self, fields: Json) -> bool:
        if fields["callback_query_id"] not in self.queries:
            raise Refusal(400, TOO_OLD)
        return True

    def _edited(self, read: Json) -> Json:
        content = {
            name: value for name in ("text", "caption") for value in [read.get(name)] if value
        }
        shown = {k: v for name in content for k, v in _shown(name, read).items()}
        return self.chats.edit(
            int(read["chat_id"]), int(read["message_id"]), shown, read.get("reply_markup")
        )

    def _sent(self, method: str, read: Json, result: Json | list[Json]) -> Json | list[Json]:
        if isinstance(result, list):
            self._albums += 1
            album = {"media_group_id": str(self._albums)}
            pairs = zip(read["media"], result, strict=True)
            return [self._new(read, self._media(one, item) | album) for item, one in pairs]
        return self._new(read, _content(method, read) or self._media(result, read))

    def _media(self, result: Json, read: Json) -> Json:
        # The emulator made the file's id; the sizes of a photo are ours.
        media = {k: v for k, v in result.items() if k not in ("message_id", "date", "chat")}
        if "photo" in media:
            (photo,) = media["photo"]
            size = photo_sizes(self.judge.file(photo["file_id"]) or b"")[-1][1]
            media["photo"] = [{**photo, **size}]
        return {**media, **_shown("caption", read)}

    def _new(self, read: Json, content: Json) -> Json:
        chat_id, about = int(read["chat_id"]), {"from": self.me}
        answered = (read.get("reply_parameters") or {}).get("message_id", 0)
        original = self.chats.get(chat_id).messages.get(answered)
        if original and not original.gone:
            about["reply_to_message"] = original.message
        return self.chats.add(
            chat_id, about | content, outgoing=True, markup=read.get("reply_markup")
        )


def _commands_key(fields: Json) -> str:
    return f"{fields.get('scope') or {'type': 'default'}} {fields.get('language_code') or ''}"


def _shown(name: str, read: Json) -> Json:
    """The text or caption as it is shown, with its entities under their right name."""
    if not read.get(name):
        return {}
    entities = read.get("entities" if name == "text" else "caption_entities") or []
    text = read[name]
    if read.get("parse_mode") == "HTML":
        parsed = parse(text)
        text, entities = parsed.text, parsed.entities
    named = "entities" if name == "text" else "caption_entities"
    return {name: text.rstrip(), **({named: entities} if entities else {})}


def _content(method: str, read: Json) -> Json:
    """What a message carries that has no file; empty for the others."""
    if method == "sendMessage":
        return _shown("text", read)
    if method == "sendContact":
        names = ("phone_number", "first_name", "last_name", "vcard")
        return {"contact": {name: read[name] for name in names if name in read}}
    if method not in ("sendLocation", "sendVenue"):
        return {}
    location = {name: float(read[name]) for name in ("latitude", "longitude")}
    if method == "sendLocation":
        return {"location": location}
    venue = {"location": location, "title": read["title"], "address": read["address"]}
    return {"location": location, "venue": venue}
