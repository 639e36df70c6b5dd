"""A canary: a telephone, an identity number and a name of nobody, and how to hear them sing."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

PHONE, IDENTITY, NAME = "13900007788", "510107196402290088", "李国强"
NUMBERS = (PHONE, IDENTITY)

# Three ways to say each, as they come in suggestions.
SPOKEN = (
    f"站长{NAME}让我打{PHONE}，身份证{IDENTITY}",
    f"联系人：{NAME}，139-0000 7788，证件号510107 1964 0229 0088",
    f"被{NAME}骂了，号码是一三九〇〇〇〇七七八八，证号５１０１０７１９６４０２２９００８８",
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_DIGITS = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_BETWEEN = str.maketrans("", "", " -.·\u3000\n")


def traces(texts: Iterable[str], of: Iterable[str] = (*NUMBERS, NAME)) -> list[str]:
    """Which of these stand in any of the texts, in whatever spelling or escaping."""
    return [one for one in of if any(one in _bare(text) for text in texts)]


def _bare(text: str) -> str:
    escaped = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    whole = f"{text}\0{unquote(text)}\0{escaped}"
    return unicodedata.normalize("NFKC", whole).translate(_DIGITS).translate(_BETWEEN)
