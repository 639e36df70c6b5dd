"""Normalising what people type. Pure, and kept Python 3.10-compatible: Rasa imports it too."""

import re
import unicodedata
from collections.abc import Iterable

# Characters that show nothing: zero-width marks, directional overrides, soft hyphen, BOM, fillers;
# and halves of a surrogate pair, which no database can store.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Lone surrogates can be written in JSON but in no database.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BARE = re.compile("[!-~\u4e00-\u9fff]*")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
# What Rasa reads as a command: a slash in front, after everything that `str.strip` removes.
_COMMAND_MARKS = re.compile(r"^[\s/／⁄∕⧸]+")
_AROUND = " ,.;:!?~、。，；：！？～…"
_READABLE = re.compile(r"[^\W_]")


def tidy(text: str) -> str:
    """The text as its author meant it to be read: no invisible characters, plain line ends.

    Nothing that a person can see is changed, so it is fit to be stored and shown.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n").replace("\x85", "\n")
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def normalise(text: str) -> str:
    """The text as a machine compares it: tidied, NFKC, lower case, one space, one line."""
    if _BARE.fullmatch(text):
        return text.lower()  # nothing of it would change else, and most texts are like this
    lower = unicodedata.normalize("NFKC", tidy(text)).lower()
    # A few letters, such as the Turkish capital i, fall apart when they become lower case.
    return " ".join(unicodedata.normalize("NFKC", lower).split())


def bare(text: str) -> str:
    """The text as a word to be looked up: normalised, without marks around it."""
    return normalise(text).strip(_AROUND)


def without_command_marks(text: str) -> str:
    """The text without leading slashes, so that Rasa can never read it as an intent payload."""
    return _COMMAND_MARKS.sub("", text)


def is_readable(text: str) -> bool:
    """Whether there is at least one letter, ideograph or digit to understand."""
    return _READABLE.search(text) is not None


def any_of(words: Iterable[str]) -> str:
    """A pattern that fits any of these words, a longer one before a shorter."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
