"""Turning the files of content/notices/ into their models, each fault noted at its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType

from content.notice_schema import NoticeLimits, NoticeTopic, Window
from content.parts import build, each_once, word_lists
from content.yaml_reader import Document

FILES = ("topics", "limits", "times")
# Lists of times.yml that services read by name; the file says what each is for.
TIMES = (
    *("every_day", "working_days", "weekends", "every_week", "weeks", "weekdays"),
    *(
        "every_month",
        "last_day",
        "day_marks",
        "hour_marks",
        "minute_marks",
        "half",
        "quarter",
        "mornings",
    ),
    *("noons", "evenings", "between", "also", "no_holidays", "numerals"),
)
# Where limits.yml is at fault the whole tree is refused; until then something must stand here.
_STAND_IN = NoticeLimits(
    quiet_hours=Window(start=time(22), end=time(7)),
    riding_peaks=(),
    a_week=1,
    batch=1,
    title_most=1,
    text_most=1,
)


@dataclass(frozen=True)
class NoticeBook:
    """All of content/notices/."""

    topics: Mapping[str, NoticeTopic]
    limits: NoticeLimits
    times: Mapping[str, tuple[str, ...]]


def notice_book(documents: Mapping[str, Document]) -> NoticeBook:
    """The book of the documents by the stems of FILES; faults are noted in the documents."""
    limits = build(NoticeLimits, documents["limits"].value, documents["limits"])
    return NoticeBook(
        topics=MappingProxyType(_topics(documents["topics"])),
        limits=limits or _STAND_IN,
        times=MappingProxyType(_times(documents["times"])),
    )


def _topics(document: Document) -> dict[str, NoticeTopic]:
    topics = {}
    for key, raw in document.mapping().items():
        named = {**raw, "id": key} if isinstance(raw, dict) else raw
        topic = build(NoticeTopic, named, document, key)
        if topic is not None:
            topics[key] = topic
    each_once(document, {key: topic.words for key, topic in topics.items()}, below=("words",))
    return topics


def _times(document: Document) -> dict[str, tuple[str, ...]]:
    lists = word_lists(document)
    for name in TIMES:
        if name not in lists:
            document.fault(f"has no list `{name}`", remedy="services read it by this name")
    return {name: lists.get(name, ("",)) for name in TIMES}
