"""The numbers of cases: how many are taken at once, how long answers take.

One place until `library.case_limits` (content/cases/) takes over: swap the body of `limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from content.library import Library


@dataclass(frozen=True)
class CaseLimits:
    """Counts, seconds, and working days."""

    cases_a_day: int = 5
    seconds_between: int = 120
    accept_days: int = 3
    answer_days: int = 5
    answer_days_complex: int = 15
    additions: int = 20
    photos: int = 9
    tries_of_worker: int = 5
    tries_of_case: int = 20


# In which wrong query words count, for a worker and for a case; and the day of the limits above.
TRIES_OF_WORKER_WINDOW = timedelta(minutes=10)
TRIES_OF_CASE_WINDOW = DAY = timedelta(days=1)
QUERY_WORD_DIGITS = 6
LEAST_REASON = 4


def limits(_library: Library) -> CaseLimits:
    """The limits in force."""
    return CaseLimits()


def answer_days(library: Library, category: str | None) -> int:
    """Working days within which a case of this category is answered."""
    known = getattr(library, "categories", {}).get(category or "")
    is_complex = bool(getattr(known, "complex", False))
    numbers = limits(library)
    return numbers.answer_days_complex if is_complex else numbers.answer_days


def questions_asked(
    library: Library, category: str | None, extras: Mapping[str, object]
) -> dict[str, str]:
    """Answers by what was asked; by the question's id where content does not know it."""
    known = getattr(library, "categories", {}).get(category or "")
    asked = {each.id: str(each.ask) for each in getattr(known, "questions", ())}
    return {asked.get(each, each): str(answer) for each, answer in extras.items()}


def category_name(library: Library, category: str | None) -> str | None:
    """What people call a category; its id where content does not know it."""
    known = getattr(library, "categories", {}).get(category or "")
    return str(known.name) if known is not None else category
