"""Telegram's HTML: what a phone shows of it, or why Telegram would refuse it."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

# Each tag with the kind of entity it makes and the attributes it may carry.
TAGS = {
    "b": ("bold", ""),
    "strong": ("bold", ""),
    "i": ("italic", ""),
    "em": ("italic", ""),
    "u": ("underline", ""),
    "ins": ("underline", ""),
    "s": ("strikethrough", ""),
    "strike": ("strikethrough", ""),
    "del": ("strikethrough", ""),
    "code": ("code", r'class="language-[\w+-]+"'),
    "pre": ("pre", ""),
    "a": ("text_link", r'href="[^"<>]+"'),
    "span": ("spoiler", r'class="tg-spoiler"'),
    "tg-spoiler": ("spoiler", ""),
    "tg-emoji": ("custom_emoji", r'emoji-id="\d+"'),
    "blockquote": ("blockquote", "expandable"),
}
NEED_ATTRIBUTE = ("a", "span", "tg-emoji")
# Other entities, &nbsp; too, are plain text to Telegram.
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
TOKEN = re.compile(rf"<(?P<end>/?)(?P<tag>[\w-]*)(?P<attributes>[^<>]*)>|{ENTITY.pattern}|<")


class BadMarkup(ValueError):
    """Telegram would answer 400: can't parse entities."""


@dataclass(frozen=True)
class Parsed:
    """A text as it is shown, and its entities with offsets in UTF-16 units."""

    text: str
    entities: list[dict[str, Any]]


def units(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(html: str) -> Parsed:
    """Read a text in HTML; raises BadMarkup."""
    text, last = "", 0
    open_tags: list[tuple[str, str, int]] = []
    entities: list[dict[str, Any]] = []
    for token in TOKEN.finditer(html):
        text += html[last : token.start()]
        last = token.end()
        if token[0].startswith("&"):
            text += unescape(token[0])
        elif token["end"]:
            entities += _close(open_tags, token["tag"].lower(), units(text))
        else:
            tag = (token["tag"] or "").lower()
            open_tags.append((tag, _attributes(tag, token), units(text)))
    if open_tags:
        raise BadMarkup(f'can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return Parsed(text + html[last:], sorted(entities, key=lambda entity: entity["offset"]))


def _attributes(tag: str, token: re.Match[str]) -> str:
    if tag not in TAGS:
        raise BadMarkup(f'unsupported start tag "{tag}" at offset {token.start()}')
    given = token["attributes"].strip()
    if not given and tag not in NEED_ATTRIBUTE:
        return ""
    if not re.fullmatch(TAGS[tag][1], given):
        raise BadMarkup(f'attributes of tag "{tag}" at offset {token.start()}')
    return given


def _close(open_tags: list[tuple[str, str, int]], tag: str, end: int) -> list[dict[str, Any]]:
    if not open_tags or open_tags[-1][0] != tag:
        raise BadMarkup(f'unmatched end tag "{tag}"')
    _, attributes, start = open_tags.pop()
    if start == end:
        return []
    entity = {"type": TAGS[tag][0], "offset": start, "length": end - start}
    if tag == "a":
        entity["url"] = unescape(attributes.removeprefix('href="').removesuffix('"'))
    return [entity]
