"""Hiding what could point at a person: numbers, accounts, and with a library names as well."""

from services.masking.covering import cover, find
from services.masking.marks import Found, Kind
from services.masking.masker import Masker, masker
from services.masking.numbers import find_numbers

__all__ = ["Found", "Kind", "Masker", "holds_number", "masked", "masker"]

PHONE, ID_CARD, BANK_CARD = Kind.PHONE, Kind.ID_CARD, Kind.BANK_CARD
PLATE, MAIL = Kind.PLATE, Kind.MAIL


def masked(text: str) -> str:
    """The text with every number or account that points at a person replaced by its mark; all
    else stays as it was typed. Names stay: what others read goes through `masker(library)`.
    """
    return cover(text, find(text, (find_numbers,)))


def holds_number(text: str) -> bool:
    """Whether there is any such number or account in the text."""
    return bool(find(text, (find_numbers,)))
