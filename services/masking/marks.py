"""What is hidden: the kinds, each with the mark that is put in its place, and the finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal datum. Its mark says what stood there, so that a reader and Rasa still
    understand the sentence.
    """

    PHONE = "〔电话〕"
    ID_CARD = "〔证件号〕"
    BANK_CARD = "〔卡号〕"
    PLATE = "〔车牌〕"
    MAIL = "〔邮箱〕"
    WECHAT = "〔微信号〕"
    QQ = "〔QQ号〕"
    ORDER = "〔单号〕"
    NAME = "〔姓名〕"


@dataclass(frozen=True, order=True)
class Found:
    """A stretch of a text that has to be hidden: from `start` up to `end`, in characters."""

    start: int
    end: int
    kind: Kind


# Finds one kind of thing in a text as `plain` makes it; what it finds does not overlap.
Finder = Callable[[str], Iterable[Found]]

# Stands where something was found or a mark stood: no finder's rule takes it for anything.
BLANK = "\0"


def blanked(view: str, found: Iterable[Found]) -> str:
    """The text with what was found blanked, of the same length."""
    for one in found:
        view = view[: one.start] + BLANK * (one.end - one.start) + view[one.end :]
    return view
