"""The limits of the Bot API on a request whose fields have the right types."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.telegram.markup import BadMarkup, parse, units

TEXT, CAPTION, CALLBACK_ANSWER = 4096, 1024, 200
CALLBACK_BYTES = 64
ROW, KEYBOARD, PLACEHOLDER = 8, 100, 64
COMMANDS, DESCRIPTION = 100, 256
ALBUM = range(2, 11)
PHOTO_BYTES, FILE_BYTES = 10 * 2**20, 50 * 2**20
RANGES = {"latitude": 90, "longitude": 180}
NOT_EMPTY = ("title", "address", "first_name", "phone_number", "callback_query_id")
COMMAND = re.compile("[a-z0-9_]{1,32}")
# What a button may carry beside the one thing that it does.
LOOK = frozenset({"text", "style", "icon_custom_emoji_id"})


def exceeded(method: str, read: Mapping[str, Any]) -> Iterator[str]:
    """What is too long, too short or out of range."""
    if method == "answerCallbackQuery":
        yield from _length("text", read.get("text") or "", 0, CALLBACK_ANSWER)
    elif "text" in read:
        yield from _marked_up("text", read, 1, TEXT)
    if "caption" in read:
        yield from _marked_up("caption", read, 0, CAPTION)
    for name, bound in RANGES.items():
        if not -bound <= float(read.get(name, 0)) <= bound:
            yield f"{name}: not within {bound}"
    for name in NOT_EMPTY:
        if not str(read.get(name, "-")).strip():
            yield f"{name}: empty"
    yield from _markup(read.get("reply_markup") or {})
    yield from _album(read["media"]) if method == "sendMediaGroup" else ()
    yield from _commands(read.get("commands") or [])


def files(method: str, given: Mapping[str, bytes]) -> Iterator[str]:
    """Files that are empty or too big."""
    most = PHOTO_BYTES if method == "sendPhoto" else FILE_BYTES
    for name, data in given.items():
        if not 0 < len(data) <= most:
            yield f"{name}: {len(data)} bytes, allowed 1 to {most}"


def _marked_up(name: str, read: Mapping[str, Any], least: int, most: int) -> Iterator[str]:
    text, mode = str(read[name]), read.get("parse_mode")
    if mode not in (None, "", "HTML"):
        yield f"parse_mode: {mode} is not read here, use HTML"
    try:
        shown = parse(text).text if mode == "HTML" else text
    except BadMarkup as error:
        yield f"{name}: can't parse entities: {error}"
    else:
        yield from _length(name, shown.strip(), least, most)


def _length(name: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= units(text) <= most:
        yield f"{name}: {units(text)} characters, allowed {least} to {most}"


def _markup(markup: Mapping[str, Any]) -> Iterator[str]:
    inline = "inline_keyboard" in markup
    rows = markup.get("inline_keyboard" if inline else "keyboard")
    if rows is None:
        return
    if not all(1 <= len(row) <= ROW for row in rows) or sum(map(len, rows)) > KEYBOARD:
        yield f"reply_markup: 1 to {ROW} buttons a row, at most {KEYBOARD}"
    if not inline and not rows:
        yield "reply_markup: a keyboard without a button"
    placeholder = markup.get("input_field_placeholder", "-")
    yield from _length("input_field_placeholder", placeholder, 1, PLACEHOLDER)
    for button in (button for row in rows for button in row):
        yield from _button(button if isinstance(button, dict) else {"text": button}, inline=inline)


def _button(button: Mapping[str, Any], *, inline: bool) -> Iterator[str]:
    if not button["text"].strip():
        yield "reply_markup: a button without a title"
    if inline and len(set(button) - LOOK) != 1:
        yield f"reply_markup: button {button['text']!r} does not do exactly one thing"
    data = button.get("callback_data", "-").encode()
    if not 1 <= len(data) <= CALLBACK_BYTES:
        yield f"reply_markup: callback_data has {len(data)} bytes, allowed 1 to {CALLBACK_BYTES}"


def _album(media: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(media) not in ALBUM:
        yield f"media: {len(media)} items, allowed 2 to 10"
    for each in media:
        yield from _marked_up("caption", {"caption": "", **each}, 0, CAPTION)


def _commands(commands: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(commands) > COMMANDS:
        yield f"commands: {len(commands)}, allowed {COMMANDS}"
    for each in commands:
        if not COMMAND.fullmatch(each["command"]):
            yield f"commands: {each['command']!r} is no name of a command"
        yield from _length("description", each["description"], 1, DESCRIPTION)
