"""Hiding what could point at a person: telephone, identity card, bank card, plate, e-mail."""

import re
import unicodedata

# Each mark says what stood there, so that a reader and Rasa still understand the sentence.
PHONE, ID_CARD, BANK_CARD, PLATE, MAIL = (
    "〔电话〕",
    "〔证件号〕",
    "〔卡号〕",
    "〔车牌〕",
    "〔邮箱〕",
)

_GAP = r"[\s\-—–_.·]?"
# In groups of 6, 8 and 4, or with any gaps where a date of birth stands inside: two dates side by
# side ("2025.03.01-2026.05.01 12") are a run of 18 digits too.
_BORN = (
    rf"(?:1{_GAP}9|2{_GAP}0)(?:{_GAP}\d){{2}}{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
    rf"{_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
)
_ID_CARD = re.compile(
    rf"(?<!\d)(?:\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}|(?:\d{_GAP}){{6}}{_BORN}(?:{_GAP}\d){{3}})"
    rf"{_GAP}[\dXx](?!\d)"
)
_PHONE = re.compile(rf"(?<!\d)(?:\+?{_GAP}86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)0\d{{2,3}}{_GAP}\d{{7,8}}(?!\d)")
# Unbroken, or in fours as a card shows it; a list of round sums or of years is no card.
_LONG = re.compile(
    r"(?<!\d)(?:\d{15,19}|(?!(?:\d{3}0[\s-]?)+(?!\d))[3-69]\d{3}(?:[\s-]\d{4}){2,3}[\s-]\d{1,7})"
    r"(?!\d)"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    r"[·•.\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_RULES = (
    (_MAIL, MAIL), (_ID_CARD, ID_CARD), (_PHONE, PHONE), (_LANDLINE, PHONE), (_LONG, BANK_CARD),
    (_PLATE, PLATE),
)  # fmt: skip
_SPOKEN = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_SPOKEN_RUN = re.compile(r"[零〇一幺二两三四五六七八九]{11}")


def masked(text: str) -> str:
    """The text with every such number replaced by a mark of its kind."""
    text = _SPOKEN_RUN.sub(_mask_spoken, _folded(text))
    for rule, mark in _RULES:
        text = rule.sub(mark, text)
    return text


def holds_number(text: str) -> bool:
    """Whether there is any such number in the text."""
    return masked(text) != _folded(text)


def _folded(text: str) -> str:
    """Full-width digits as digits; one character becomes one, so nothing else moves."""
    return "".join(_plain(ch) for ch in text)


def _plain(ch: str) -> str:
    folded = unicodedata.normalize("NFKC", ch)
    return folded if len(folded) == 1 and (folded.isascii() and folded.isalnum()) else ch


def _mask_spoken(run: re.Match[str]) -> str:
    digits = run[0].translate(_SPOKEN)
    return PHONE if _PHONE.fullmatch(digits) else run[0]
