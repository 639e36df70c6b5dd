"""Keeps a cell of a file that we write from being taken for a formula, and takes the guard off."""

import re

# What makes Excel, WPS and LibreOffice calculate, also behind guards that stood there before.
_CALCULATES = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_GUARD = "'"


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate with it."""
    return _GUARD + text if _CALCULATES.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; others stay as they are."""
    if text.startswith(_GUARD) and _CALCULATES.match(text):
        return text.removeprefix(_GUARD)
    return text
