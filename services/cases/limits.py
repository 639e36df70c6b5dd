"""The numbers of cases: what is promised and taken is content, what guards them stands here."""

from collections.abc import Mapping
from datetime import timedelta

from content.library import Library

ADDITIONS_MOST = 20  # to one case by one worker
PHOTOS_MOST, RECORDINGS_MOST = 9, 9  # of one case, with all that is added to it
JOINED_MOST = 60  # of either of one case, with what others bring along who join it
TRIES_OF_WORKER, TRIES_OF_CASE = 5, 20
# In which wrong query words count, for a worker and for a case; and the day of the limits above.
TRIES_OF_WORKER_WINDOW = timedelta(minutes=10)
TRIES_OF_CASE_WINDOW = DAY = timedelta(days=1)
QUERY_WORD_DIGITS = 6
LEAST_REASON = 4


def questions_asked(
    library: Library, category: str | None, extras: Mapping[str, object]
) -> dict[str, str]:
    """Answers by what was asked; by the question's id where content does not know it."""
    known = library.categories.get(category or "")
    asked = {each.id: each.ask for each in known.questions} if known else {}
    return {asked.get(each, each): str(answer) for each, answer in extras.items()}


def category_name(library: Library, category: str | None) -> str | None:
    """What people call a category; its id where content does not know it."""
    known = library.categories.get(category or "")
    return known.name if known else category
