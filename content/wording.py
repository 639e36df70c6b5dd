"""Messages by key: the sentences people read, and filling their placeholders."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

MAX_MESSAGE = 1200  # characters; Telegram's limit is 4096 and a card may follow
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class MessageError(LookupError):
    """A caller asked for a message that does not exist, or did not fill its placeholders."""


class Messages(Mapping[str, str]):
    """Texts by `noun.key`, each with the placeholders it needs."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = MappingProxyType(dict(texts))

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def fields(self, key: str) -> frozenset[str]:
        """The placeholders of a message."""
        return frozenset(PLACEHOLDER.findall(self._text(key)))

    def say(self, key: str, **fields: object) -> str:
        """The message with its placeholders filled; a value is never expanded again."""
        text = self._text(key)
        missing = sorted(
            name for name in set(PLACEHOLDER.findall(text)) if fields.get(name) is None
        )
        if missing:
            raise MessageError(f"message {key!r} needs the fields {missing}")
        return PLACEHOLDER.sub(lambda found: str(fields[found[1]]), text)

    def _text(self, key: str) -> str:
        if key not in self._texts:
            raise MessageError(f"no message {key!r}; add it to content/messages/")
        return self._texts[key]


def faults_of(text: str) -> list[tuple[str, str]]:
    """What is wrong with a message, each with what to do."""
    faults = []
    bare = PLACEHOLDER.sub("", text)
    if not text.strip():
        faults.append(("is empty", "write the sentence or delete the key"))
    if len(text) > MAX_MESSAGE:
        faults.append((f"has {len(text)} characters, at most {MAX_MESSAGE}", "shorten it"))
    if "{" in bare or "}" in bare:
        faults.append(
            ("has a brace that is no placeholder", "write {field}: a-z, 0-9, _, nothing else")
        )
    if re.search(r"[A-Za-z]{2}", bare) and not any(_is_han(ch) for ch in bare):
        faults.append(("is not Chinese", "people read plain Simplified Chinese here"))
    if hidden_characters(text.replace("\n", "")):
        faults.append(("has characters that show nothing", "type the line anew"))
    rare = sorted({ch for ch in bare if _is_han(ch) and not _is_simplified(ch)})
    if rare:
        faults.append((f"has characters outside plain Simplified Chinese: {''.join(rare)}", ""))
    return faults


def hidden_characters(text: str) -> list[str]:
    """Control and format characters, which come along with copied text and spoil searching."""
    return [ch for ch in text if unicodedata.category(ch) in {"Cc", "Cf", "Co", "Zl", "Zp"}]


def _is_han(ch: str) -> bool:
    return "\u3400" <= ch <= "\u9fff"


def _is_simplified(ch: str) -> bool:
    # GB 2312 holds the 6,763 common simplified characters and hardly a traditional form.
    try:
        ch.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
