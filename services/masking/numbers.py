"""Finding the numbers that point at a person, by rules that need no content.

Hidden although it may be harmless: an identity number whose checksum is wrong (one mistyped digit
still leaves the person's area and birthday), any unbroken run of 15 or more digits, and the number
of an order, with which whoever sees the platform's or courier's page finds the customer.
Left alone because it is public: hotlines of up to six digits, and 400 and 800 numbers.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from services.masking.checksums import ID_SIZE, is_card, is_identity_card, is_old_identity_card
from services.masking.marks import Finder, Found, Kind, blanked

# Digits as they are spoken, spoken by radio, and written on a cheque.
_SPOKEN = (
    "零〇洞",
    "一幺壹",
    "二两贰",
    "三叁",
    "四肆",
    "五伍",
    "六陆",
    "七拐柒",
    "八捌",
    "九勾玖",
)
_DIGIT_OF = str.maketrans({han: str(n) for n, all_ in enumerate(_SPOKEN) for han in all_})
_HAN = "".join(_SPOKEN)
_N = f"[0-9{_HAN}]"
_ZERO, _ONE, _SECOND = f"[0{_SPOKEN[0]}]", f"[1{_SPOKEN[1]}]", f"[3-9{''.join(_SPOKEN[3:])}]"
_LOCAL_FIRST = f"[2-8{''.join(_SPOKEN[2:9])}]"
_UNSEEN = "\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\u20e3"
_GAP = rf"[\s\-—–_.·•…{_UNSEEN}]?[{_UNSEEN}]{{0,2}}"
_WIDE = rf"[\s\-—–_.·•…/()~{_UNSEEN}]{{0,3}}"
_WIDEST = rf"[\s\-—–_.·•/()~,、{_UNSEEN}]{{0,3}}"
_IS = r"[是为:\s]{0,3}"

_MAIL = re.compile(r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ORDER = re.compile(
    rf"(?:[订运单]单|快递|物流|取件|单)(?:编?号码?){_IS}#?"
    r"([A-Za-z]{0,4}[0-9](?:-?[A-Za-z0-9]){5,29})"
)
# Identity cards. Whatever proves itself may stand in any row of digits, however it is broken.
_ROW = re.compile(rf"{_N}(?:{_WIDEST}{_N}){{16,}}(?:{_GAP}[Xx])?")
# Without a checksum: in groups of 6, 8 and 4, or with any gaps where a date of birth stands
# inside. Two dates side by side ("2025.03.01-2026.05.01 12") are a run of 18 digits too.
_BORN = (
    rf"(?:1{_GAP}9|2{_GAP}0)(?:{_GAP}\d){{2}}{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
    rf"{_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
)
_ID_CARD = re.compile(
    rf"(?<!\d)(?:\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}|(?:\d{_GAP}){{6}}{_BORN}(?:{_GAP}\d){{3}})"
    rf"{_GAP}[\dXx](?!\d)"
)
_FIFTEEN = re.compile(r"(?<!\d)\d{15}(?!\d)")
_PAPERS = re.compile(
    rf"(?:护照|通行证|回乡证|台胞证|居住证|驾驶?证|军官证|士兵证)(?:号码?)?{_IS}([A-Za-z]{{0,2}}\d{{7,12}})(?!\d)"
)
_PART_OF_ID = re.compile(
    rf"身份证(?:号码?)?(?:[前后末尾]+(?:[0-9四五六八]位|号))?{_IS}(\d{{4,17}}[Xx]?)(?![A-Za-z\d])"
)
# Telephones. A sum after a sum ("150 2000 3000") is no number of anybody.
_PHONE = re.compile(
    rf"(?<!\d)(?!1\d0[\s](?:\d000[\s]?){{2}})(?:(?:\+|{_ZERO}{_ZERO})?{_GAP}[8八捌]{_GAP}[6六陆]{_WIDE})?(?:\((?=...\)))?0?{_ONE}"
    rf"(?:{_GAP}{_SECOND}(?:{_GAP}{_N}){{9}}|{_SECOND}{_N}{_WIDE}{_N}{{4}}{_WIDE}{_N}{{4}})(?!\d)"
)
# In three, four and four with commas or stars; round sums and sizes are no number of anybody.
_LISTED_PHONE = re.compile(
    r"(?<!\d)(?<!\d[,、*])1[3-9]\d[,、*]\s?(?!\d{3}0[,、*]\s?\d{3}0(?!\d))"
    r"\d{4}[,、*]\s?\d{4}(?!\d)(?![,、*]\d)"
)
# With letters that look like digits, mistyped or on purpose: O for 0, l and I for 1.
_LETTERED_PHONE = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9]*[OoIl])[1Il][3-9](?=(?:[OoIl]*[0-9]){5})[0-9OoIl]{9}(?![A-Za-z0-9])"
)
_LANDLINE = re.compile(
    rf"(?<!\d)(?:(?:\((?=[^)]{{3,4}}\)))?{_ZERO}(?:10|[2二两]{_N}|{_SECOND}{_N}{{2}}|[一幺]{_ZERO})|(?:\+|00){_GAP}86{_GAP}(?:10|2\d|[3-9]\d\d))"
    rf"{_WIDE}(?:{_N}{{7,8}}|{_LOCAL_FIRST}{_N}{{2,3}}{_GAP}{_N}{{4}})(?:{_GAP}(?:转|分机|-){_GAP}\d{{1,6}})?(?!\d)"
)
_LOCAL = re.compile(
    rf"(?:电话|座机|固话|致电|拨打|(?<![A-Za-z])[Tt][Ee][Ll])号?码?{_IS}([2-8]\d{{2,3}}{_GAP}\d{{4}})(?!{_GAP}\d)"
)
# Unbroken, or in fours as a card shows it; a list of round sums or of years is no card.
_LONG = re.compile(
    r"\d{15,}|(?<!\d)(?!(?:\d{3}0[\s-]?)+(?!\d))[3-69]\d{3}(?:[\s-]\d{4}){2,3}[\s-]\d{1,7}(?!\d)"
)
_SPOKEN_CARD = re.compile(rf"(?<!\d){_N}{{16,19}}(?!\d)")
# Any longer run of spoken digits: half of it must not be left beside what looks like a telephone.
_SPOKEN_RUN = re.compile(
    rf"(?<!\d)(?=\d*[{_HAN}])(?!{_ZERO}{_ZERO}[8八捌][6六陆]{_N}{{11}}(?!{_N})){_N}{{15,}}(?!\d)"
)
# Plates: province, letter, and 5 or 6 letters and digits, or 4 before a closing character.
_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_BREAK = rf"[·•.\-\s{_UNSEEN}]?"
_CLOSING = "[警学挂港澳领使试超]"
_L = f"[A-HJ-NP-Za-hj-np-z0-9{_HAN}]"
_BODY = rf"(?:{_L}{{5,6}}|{_L}{{2,3}}[·•.\-\s]{_L}{{3}}|{_L}(?:[·•.\-\s]{_L}){{4,5}})"
_PLATE = re.compile(
    rf"(?:WJ\s?)?{_PROVINCE}{_BREAK}[A-HJ-NP-Za-hj-np-z]{_BREAK}(?=[A-Za-z\s.·-]{{0,8}}{_N})"
    rf"(?:{_L}{{4,5}}{_BREAK}{_CLOSING}|{_BODY})(?![A-Za-z0-9])"
)
_ENVOY = re.compile(
    rf"使{_BREAK}\d{{3}}{_BREAK}\d{{3}}(?!\d)|(?<!\d)\d{{3}}{_BREAK}\d{{3}}使(?!用)"
)
_SAID_PLATE = re.compile(
    rf"(?:车牌|牌照|号牌)(?:号码?)?{_IS}([A-Za-z]?{_BREAK}(?=[A-Za-z]*\d)[A-Za-z0-9]{{5,8}})(?![A-Za-z0-9])"
)
# Names of accounts, after what says that one follows.
_WECHAT_CUE = (
    r"(?:微\s?信|威信|薇信|徽信|(?<![A-Za-z])(?:[VvWw][Xx]|[Ww]e[Cc]hat|[Vv]信)|绿泡泡|(?:加个?|[+])[Vv])"
    r"(?:号码?|[账帐]号|[Ii][Dd])?[是为加搜:\s]{0,4}"
)
_NO_ACCOUNT = r"(?!(?:wechat|android|iphone|windows|harmonyos|telegram)(?![A-Za-z0-9_]))"
_ACCOUNT = r"[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_-])"
_WECHAT = re.compile(
    rf"(?<![A-Za-z0-9_])(wxid_[A-Za-z0-9_-]{{4,}})|{_WECHAT_CUE}((?i:{_NO_ACCOUNT}){_ACCOUNT})"
    rf"|加我{_IS}((?=[A-Za-z]+[0-9_-]){_ACCOUNT})"
)
_WECHAT_NUMBER = re.compile(rf"{_WECHAT_CUE}([1-9]\d{{5,11}})(?!\d)")
_QQ = re.compile(
    rf"(?:(?<![A-Za-z])[Qq]{{2}}|扣扣|企鹅|(?<![A-Za-z])[Qq]号)(?:群|号码?|群号)?{_IS}([1-9]\d{{5,10}})(?!\d)"
)


def _by(rule: re.Pattern[str], kind: Kind) -> Finder:
    """Finds what the first group of a rule holds that took part, else all of the match."""
    return partial(_matches, rule, kind, None)


def _matches(
    rule: re.Pattern[str], kind: Kind, holds: Callable[[str], bool] | None, view: str
) -> Iterator[Found]:
    for match in rule.finditer(view):
        if holds is None or holds(_digits(match[0])):
            start, end = match.span(match.lastindex or 0)
            yield Found(start, end, kind)


def _identity_cards(view: str) -> Iterator[Found]:
    for row in _ROW.finditer(view):
        places = [n for n in range(*row.span()) if view[n] in _HAN or view[n] in "0123456789Xx"]
        digits = _digits("".join(view[n] for n in places)).upper()
        start = 0
        while start + ID_SIZE <= len(digits):
            if not is_identity_card(digits[start : start + ID_SIZE]):
                start += 1
                continue
            yield Found(places[start], places[start + ID_SIZE - 1] + 1, Kind.ID_CARD)
            start += ID_SIZE


def _digits(text: str) -> str:
    return text.translate(_DIGIT_OF)


# In this order: an order's number may look like a card, an identity number like two telephones.
_WITH_LETTERS: tuple[Finder, ...] = (
    _by(_MAIL, Kind.MAIL),
    _by(_ORDER, Kind.ORDER),
    _by(_PLATE, Kind.PLATE),
    _by(_SAID_PLATE, Kind.PLATE),
    _by(_LETTERED_PHONE, Kind.PHONE),
    _by(_WECHAT, Kind.WECHAT),
)
_OF_DIGITS: tuple[Finder, ...] = (
    _identity_cards,
    _by(_ID_CARD, Kind.ID_CARD),
    partial(_matches, _FIFTEEN, Kind.ID_CARD, is_old_identity_card),
    _by(_PAPERS, Kind.ID_CARD),
    partial(_matches, _SPOKEN_CARD, Kind.BANK_CARD, is_card),
    _by(_SPOKEN_RUN, Kind.BANK_CARD),
    _by(_PHONE, Kind.PHONE),
    _by(_LISTED_PHONE, Kind.PHONE),
    _by(_LANDLINE, Kind.PHONE),
    _by(_LOCAL, Kind.PHONE),
    _by(_ENVOY, Kind.PLATE),
    _by(_WECHAT_NUMBER, Kind.WECHAT),
    _by(_QQ, Kind.QQ),
    _by(_PART_OF_ID, Kind.ID_CARD),
    _by(_LONG, Kind.BANK_CARD),
)
# Less than this is no number of anybody; most texts have none, and are done with quickly.
_FEW_DIGITS = re.compile(rf"{_N}(?:{_WIDEST}{_N}){{3}}")


def find_numbers(view: str) -> Iterator[Found]:
    """All numbers and accounts in a text as `plain` makes it."""
    for finders in (_WITH_LETTERS, _OF_DIGITS):
        if finders is _OF_DIGITS and not _FEW_DIGITS.search(view):
            return
        for finder in finders:
            found = tuple(finder(view))
            yield from found
            view = blanked(view, found)
