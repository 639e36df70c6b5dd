"""Words that wait for nobody: danger now, and distress."""

from content.library import Library
from kit.text import normalise

# Urgent words come before everything, the graver first.
URGENT = ("emergency", "distress")


def urgent_kind(library: Library, text: str) -> str | None:
    """Which urgent words a text holds, if any: such a turn waits for nobody."""
    words = normalise(text)
    return next((k for k in URGENT if any(word in words for word in library.words[k])), None)
