"""Why a case waits for a person before it is taken in: nothing is refused, nothing is lost."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.cases import CaseRepository
from kit.clock import Clock
from kit.text import normalise
from services.cases import parameters
from services.cases.limits import DAY
from services.cases.sealing import Written

TOO_MANY, TOO_FAST, SAME_TEXT, ABUSIVE = "too_many", "too_fast", "same_text", "abusive"
# What is put between two characters of a word so that no list knows it.
_BETWEEN = re.compile(r"[\s*._\-+|/#@~^&=]+")
REASONS = (TOO_MANY, TOO_FAST, SAME_TEXT, ABUSIVE)
ABUSIVE_WORDS = "abusive"  # the list in content/words.yml


@dataclass(frozen=True)
class Held:
    """Why, and onto which case it is folded."""

    reason: str
    folded_into: str | None = None


async def why(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    worker_id: str,
    words: Written,
    *,
    digest: str,
) -> Held | None:
    """Why this should wait; None where it may be taken in."""
    cases, now = CaseRepository(session), clock()
    if is_abusive(library, words):
        return Held(ABUSIVE)
    await cases.one_text_at_a_time(digest)
    first = await cases.first_alike(digest, worker_id, now - DAY)
    if first is not None:
        return Held(SAME_TEXT, first)
    numbers = await parameters.in_force(session, library, clock)
    if await cases.count_since(worker_id, now - DAY) >= numbers.cases_a_day:
        return Held(TOO_MANY)
    if await cases.count_since(worker_id, now - timedelta(seconds=numbers.seconds_between)):
        return Held(TOO_FAST)
    return None


def is_abusive(library: Library, words: Written) -> bool:
    """Whether any of the words is one that nobody has to read unwarned."""
    said = (words.subject, words.place, words.remedy, *words.extras.values())
    text = _BETWEEN.sub("", normalise(" ".join(part for part in said if part)))
    return any(normalise(word) in text for word in library.words[ABUSIVE_WORDS])
