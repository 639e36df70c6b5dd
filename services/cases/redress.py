"""Whether a sentence is a claim to be handed over at once, and to whom. Pure.

Precision first: an idea that is sent away is lost, a claim that is taken in is seen by a reviewer.
So whatever wishes something for everybody stays an idea (personal claims do not belong among
suggestions, says art. 10 of Shanghai's rules). A claim needs a phrase that is one by itself, or
words that open a complaint, or a first person, what was done to him and what it is about.

Urgent words are the desk's: `services.urgency` comes before.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from content.case_schema import Redress
from content.library import Library
from kit.text import normalise

COMPLAINT = "complaint"  # where a complaint goes that is about nothing more special


def where_to(library: Library, text: str, *, freely: bool = False) -> Redress | None:
    """Where the sentence goes that is no idea and no hazard; None when it is one of those.

    `freely`: it is not before a form that would take it in, so an accusation is enough.
    """
    words = _words_of(library, text)
    is_begged = _has(words, library.case_cues["claim_pleas"])
    is_meant = _opens_claim(library, words) or _wants_his_own(library, words)
    if _has(words, library.case_cues["idea_marks"]) and not is_meant:
        return None
    alone = _longest(words, {key: one.alone for key, one in library.redress.items()})
    about = _longest(words, {key: one.words for key, one in library.redress.items()})
    if alone is not None:
        return library.redress[alone]
    if _opens_claim(library, words) or _names_accused(library, words):
        return library.redress[about or COMPLAINT]
    is_claim = is_begged or is_meant or _is_own(library, words)
    if about is not None and (is_claim or (freely and _accuses(library, words))):
        return library.redress[about]
    return None


def is_wish(library: Library, text: str) -> bool:
    """Whether something in it marks an idea or a wish for everybody."""
    return _has(_words_of(library, text), library.case_cues["idea_marks"])


def _words_of(library: Library, text: str) -> str:
    return _without(normalise(text), library.case_cues["claim_exceptions"])


def _opens_claim(library: Library, words: str) -> bool:
    """ "I want to complain", anywhere."""
    return _has(words, library.case_cues["claim_openers"])


def _wants_his_own(library: Library, words: str) -> bool:
    """ "I hope they pay me": a wish for himself alone, however it is worded."""
    cues = library.case_cues
    return _has(_without(words, cues["claim_of_all"]), cues["claim_own_wishes"])


def _accuses(library: Library, words: str) -> bool:
    """Somebody, and what he did, without a first person."""
    cues = library.case_cues
    return _has(words, cues["claim_parties"]) and _has(words, cues["claim_wrongs"])


def _names_accused(library: Library, words: str) -> bool:
    """A bare "complain" at the beginning with somebody named behind it."""
    begins = any(words.startswith(mark) for mark in library.case_cues["claim_marks"])
    return begins and _has(words, library.case_cues["claim_parties"])


def _is_own(library: Library, words: str) -> bool:
    """A first person, and what was done to him."""
    cues = library.case_cues
    return _has(words, cues["claim_selves"]) and _has(words, cues["claim_wrongs"])


def _has(words: str, cues: Iterable[str]) -> bool:
    return any(cue in words for cue in cues)


def _without(words: str, cues: Iterable[str]) -> str:
    for cue in cues:
        words = words.replace(cue, "\n")
    return words


def _longest(words: str, lists: Mapping[str, Iterable[str]]) -> str | None:
    """The key whose longest word stands in the text; the first of equals."""
    found = chain.from_iterable(
        ((len(word), key) for word in cues if word in words) for key, cues in lists.items()
    )
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]
