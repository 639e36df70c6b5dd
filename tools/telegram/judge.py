"""Puts each request to lo-bot-api-emulator, in the part of Telegram's language that it knows.

The emulator's own code judges in this process: `validate` for methods, `UpdateQueues` for the
rules of polling and webhooks, `assets` for files. It was made for a messenger that copies
Telegram, so what Telegram has and it has not is taken out first (research: telegram.md 2a).
Whatever is taken out has passed `checker` before.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from lo_bot_api_emulator import CONTRACT, ApiRefusal, LoBotApiEmulator  # type: ignore[import-untyped]
from lo_bot_api_emulator.updates import UpdateError, UpdateQueues  # type: ignore[import-untyped]

from tools.telegram import checker
from tools.telegram.markup import parse
from tools.telegram.refusal import Refusal

Json = dict[str, Any]
Uploads = dict[str, Json]
ASSETS, ASSET_BYTES = 100_000, 2**31
# The emulator answers 501 to these. A message with their markup stands in for them.
AS_MESSAGE = frozenset({"sendLocation", "sendVenue", "sendContact"})
# These it does not know either; the checker alone has looked at them.
NOT_JUDGED = frozenset(
    {"setMyDescription", "setMyShortDescription", "setMyName", "setMessageReaction", "close"}
)
STAND_IN = "-"


class Judge:
    """The emulator, with room for large tests."""

    def __init__(self) -> None:
        self._emulator = LoBotApiEmulator(max_assets=ASSETS, asset_bytes=ASSET_BYTES)
        self._rules = UpdateQueues(record=lambda _: None, insecure_webhooks=True)
        self._files = 0

    async def read(self, request: web.Request) -> tuple[Json, Uploads]:
        """The parameters and files of a request; raises Refusal when it is malformed."""
        try:
            fields, uploads = await self._emulator.read_request(request)
        except ApiRefusal as refusal:
            raise Refusal(refusal.status, refusal.description) from None
        except ValueError:
            raise Refusal(400, "Bad Request: malformed request") from None
        return fields, uploads

    def judge(self, method: str, fields: Mapping[str, Any], uploads: Uploads) -> object:
        """What the emulator answers; raises Refusal."""
        if method in NOT_JUDGED:
            return True
        name = "sendMessage" if method in AS_MESSAGE else method
        try:
            return self._emulator.validate(name, self._known(name, method, fields), uploads)
        except ApiRefusal as refusal:
            raise Refusal(refusal.status, refusal.description, refusal.parameters) from None
        except (ValueError, TypeError, KeyError):
            # As its own server answers these.
            raise Refusal(400, "Bad Request: malformed request") from None

    async def poll(self, token: str, fields: Mapping[str, Any]) -> None:
        """Whether this poll is allowed; raises Refusal."""
        try:
            await self._rules.poll(token, {**fields, "timeout": 0})
        except UpdateError as error:
            raise Refusal(error.status, str(error)) from None

    async def set_webhook(self, token: str, fields: Mapping[str, Any]) -> None:
        """Whether this webhook is allowed; an empty URL takes it away. Raises Refusal."""
        try:
            await self._rules.set_webhook(token, dict(fields))
        except UpdateError as error:
            raise Refusal(error.status, str(error)) from None

    def webhook(self, token: str) -> Json:
        """The webhook as it is set."""
        info: Json = self._rules.info(token)
        return info

    def keep(self, kind: str, data: bytes) -> str:
        """Keep a file that a person sends; gives its id."""
        self._files += 1
        reference = f"sent-{kind}-{self._files}"
        self._emulator.assets[reference] = {"data": data, "size": len(data)}
        return reference

    def file(self, reference: str) -> bytes | None:
        """The bytes of a file, of whichever side."""
        asset = self._emulator.assets.get(reference)
        return None if asset is None else bytes(asset["data"])

    def _known(self, name: str, method: str, fields: Mapping[str, Any]) -> Json:
        accepted = set(CONTRACT["methods"].get(name, {}).get("parameters") or ())
        # A name that Telegram does not know either stays, and is refused.
        telegrams = checker.fields_of(method) - accepted
        known = {key: value for key, value in fields.items() if key not in telegrams}
        if name == "sendMessage" and method != name:
            known["text"] = STAND_IN
        for key in ("text", "caption"):
            # Its limits count what was written, Telegram's what is shown.
            if known.get("parse_mode") == "HTML" and isinstance(known.get(key), str):
                known[key] = parse(known[key]).text
        if "media" in known:
            known["media"] = _plain_album(known["media"])
        return self._markup_judged(name, known)

    def _markup_judged(self, name: str, known: Json) -> Json:
        markup = checker.decode(name, known).get("reply_markup")
        if markup is None:
            return known
        plain = _plain_markup(markup)
        if name == "sendMessage" or "inline_keyboard" in plain:
            return known | {"reply_markup": plain} if plain else _without_markup(known)
        # Only with a message does the emulator know keyboards that are not inline.
        stand_in = {"chat_id": known["chat_id"], "text": STAND_IN, "reply_markup": plain}
        self._emulator.validate("sendMessage", stand_in, {})
        return _without_markup(known)


def _without_markup(known: Json) -> Json:
    return {key: value for key, value in known.items() if key != "reply_markup"}


def _plain_markup(markup: Json) -> Json:
    """Without what Telegram added later: colours and icons of buttons, forced replies."""
    if "force_reply" in markup:
        return {}
    kind = next((kind for kind in ("inline_keyboard", "keyboard") if kind in markup), None)
    if kind is None:
        return markup
    return {**markup, kind: [[_plain_button(button) for button in row] for row in markup[kind]]}


def _plain_button(button: object) -> object:
    if not isinstance(button, dict):
        return button
    return {k: v for k, v in button.items() if k not in ("style", "icon_custom_emoji_id")}


def _plain_album(media: object) -> list[Json]:
    """With the fields that the emulator knows; it allows a caption on the first item only."""
    items: Any = json.loads(media) if isinstance(media, str) else media
    known = set(CONTRACT["inputMedia"]["parameters"])
    return [
        {key: value for key, value in item.items() if key in known and (key != "caption" or not n)}
        for n, item in enumerate(items)
    ]
