"""What one spoken sentence holds of a case: its matter, its place, its remedy. Pure.

Nothing that was said is lost: what is not cut off stays in the subject, and where the rest would
read badly the subject is the whole sentence. Only words that open or join (cues.yml) are left out.
"""

from dataclasses import dataclass, field

from content.case_patterns import SentencePatterns
from content.library import Library
from content.schema import Place
from kit.text import tidy
from services.cases import places_said
from services.cases.places_said import Span

PROBLEM_LEAST = 8  # characters before a wish in the same clause; fewer are only what it is about
LONGEST_JOINT = 8  # characters
LEAST = 2  # characters that can be a subject or a remedy


@dataclass(frozen=True)
class Sentence:
    """A sentence read. `place` is part of the tidied text; `place_known` its gazetteer entry."""

    subject: str = field(repr=False)
    place: str | None = field(default=None, repr=False)
    remedy: str | None = field(default=None, repr=False)
    place_known: Place | None = field(default=None, repr=False)


def read(library: Library, text: str) -> Sentence:
    """Subject, place and remedy of one sentence; never fails, and keeps every word."""
    said = tidy(text)
    span = places_said.find(library, said)
    wish = _wish(library, said, span)
    subject = _problem(library, said, span, wish)
    if subject != said and _read_again(library, subject) != subject:
        subject = said  # What would be cut once more was not cut well.
    place = span.of(said) if span else None
    return Sentence(
        subject=subject,
        place=place,
        remedy=_remedy(library.sentence_patterns, said, span, wish[1]) if wish else None,
        place_known=places_said.known(library, place) if place else None,
    )


def _read_again(library: Library, subject: str) -> str:
    span = places_said.find(library, subject)
    return _problem(library, subject, span, _wish(library, subject, span))


def _wish(library: Library, said: str, span: Span | None) -> tuple[int, int] | None:
    """Where the words that open a wish begin, and where the wish does."""
    patterns = library.sentence_patterns
    for found in patterns.opener.finditer(said):
        is_wish = found["wish"] is not None and len(_bare(said[found.end() :])) >= LEAST
        if is_wish and not _within(span, found.start()):
            return found.span()
    for found in patterns.verb.finditer(said):
        start = found.start()
        if start == 0 or not said[start - 1].isalnum() or (span and span.end == start):
            return start, start
    return None


def _remedy(patterns: SentencePatterns, said: str, span: Span | None, start: int) -> str:
    """The wish, without a place that only leads it ("at the station, put up more of them")."""
    if span and start <= span.lead and not _bare(said[start : span.lead]):
        rest = _bare(said[span.end :])
        if len(rest) >= LEAST and not patterns.follower.match(said, span.end):
            return rest
    return _bare(said[start:])


def _problem(library: Library, said: str, span: Span | None, wish: tuple[int, int] | None) -> str:
    """What is said before the wish, without its place; all that is said where that reads badly."""
    patterns = library.sentence_patterns
    end = wish[0] if wish else len(said)
    if wish and 0 < _clause_before(said, end) < PROBLEM_LEAST:
        return said
    if span is None or span.end > end:
        head = said[:end]
    elif patterns.only_leads.fullmatch(said, 0, span.start):
        tied = patterns.follower.match(said, span.end)
        head = said[tied.end() if tied else span.end : end]
    elif not _bare(said[span.end : end]) and not said[span.lead - 1].isalnum():
        head = said[: span.lead]
    else:
        head = said[:end]
    if head == said:
        return said
    head = _without_joints(patterns, head)
    return head if len(head) >= LEAST else said


def _clause_before(said: str, wish: int) -> int:
    """How many characters of the same clause stand before a wish."""
    size = 0
    while size < wish and said[wish - size - 1].isalnum():
        size += 1
    return size


def _without_joints(patterns: SentencePatterns, text: str) -> str:
    text = _bare(patterns.joint_before.sub("", text, count=1))
    while joint := patterns.joint_after.search(text, max(0, len(text) - LONGEST_JOINT)):
        text = _bare(text[: joint.start()])
    return text


def _within(span: Span | None, at: int) -> bool:
    return span is not None and span.start <= at < span.end


def _bare(text: str) -> str:
    """The text without what is neither letter nor digit around it."""
    kept = [i for i, ch in enumerate(text) if ch.isalnum()]
    return text[kept[0] : kept[-1] + 1] if kept else ""
