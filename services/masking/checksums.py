"""Numbers that prove themselves: identity cards (GB 11643) and bank cards (Luhn)."""

import re

ID_SIZE, OLD_ID_SIZE = 18, 15
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# The first two digits: the provinces, with Taiwan, Hong Kong, Macau and their residents' cards.
_AREA = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|7[1]|8[1-3]|91)"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ID = re.compile(rf"{_AREA}[0-9]{{4}}(?:19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9X]")
_OLD_ID = re.compile(rf"{_AREA}[0-9]{{4}}[0-9]{{2}}{_DAY}[0-9]{{3}}")
_DOUBLED_MOST = 9


def is_identity_card(digits: str) -> bool:
    """Whether 17 digits and a digit or X are an identity number: area, date of birth, checksum."""
    if not _ID.fullmatch(digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return digits[-1] == _CHECKS[total % len(_CHECKS)]


def is_old_identity_card(digits: str) -> bool:
    """Whether 15 digits are a number as cards had it before 2000, which has no checksum."""
    return _OLD_ID.fullmatch(digits) is not None


def is_card(digits: str) -> bool:
    """Whether Luhn's checksum of a bank card's digits is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - _DOUBLED_MOST if value > _DOUBLED_MOST else value
    return total % 10 == 0
