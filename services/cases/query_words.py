"""Query words: six digits that, with the code, show how a case is going."""

import hmac
import re

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case, CaseTry
from db.repositories.case_parts import CasePartRepository
from db.repositories.case_tries import CaseTryRepository
from db.repositories.cases import CaseRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError
from kit.text import bare, normalise
from services import vault
from services.cases.limits import (
    QUERY_WORD_DIGITS,
    TRIES_OF_CASE,
    TRIES_OF_CASE_WINDOW,
    TRIES_OF_WORKER,
    TRIES_OF_WORKER_WINDOW,
)
from services.cases.reading import progress_of
from services.cases.values import Progress

# As it is printed, and as it is read aloud: in fours, or each character by itself.
_DASH = r"[\s\-\u2010-\u2015_.\u00b7\u2022]"
_OF_CODE = f"[{ids.CODE_ALPHABET}]"
_CODE = re.compile(
    rf"(?<![0-9A-Z])(?:{_OF_CODE}{{4}}{_DASH}{{0,3}}{_OF_CODE}{{4}}"
    rf"|{_OF_CODE}(?:{_DASH}{{1,3}}{_OF_CODE}){{7}})(?![0-9A-Z])"
)
_WORD = re.compile(rf"(?<!\d)\d(?:[\s-]?\d){{{QUERY_WORD_DIGITS - 1}}}(?!\d)")
# What a code looks like in which a character was taken for another.
_SIGN = "[0-9A-Z]"
_MISREAD = re.compile(
    rf"(?<![0-9A-Z])(?=[^A-Z]{{0,28}}[A-Z])(?:(?=\D{{0,10}}\d|.{{4}}-){_SIGN}{{4}}{_DASH}{{0,3}}{_SIGN}{{4}}"
    rf"|(?=\D{{0,28}}\d){_SIGN}(?:{_DASH}{{1,3}}{_SIGN}){{7}})(?![0-9A-Z])"
)
# More words around a code are about something else, and what looks like one is none.
AROUND_MOST = 12


class Refused(AppError):
    """Why nothing is shown. A wrong try was counted: catch this inside the transaction."""

    key = "cases.no_such_query"
    status = 404


def said(text: str) -> tuple[str | None, str | None]:
    """The code and the query word in a message that asks for a case; None what it lacks."""
    plain = normalise(text).upper()
    found = next((m for m in _CODE.finditer(plain) if ids.read_code(m[0])), None)
    if found is None:
        return None, None
    around = plain[: found.start()] + " " + plain[found.end() :]
    word = _WORD.search(around)
    if len(_WORD.sub("", around).strip()) > AROUND_MOST:
        return None, None
    return ids.read_code(found[0]), _digits(word[0]) if word else None


def _digits(word: str) -> str:
    return "".join(ch for ch in word if ch.isdigit())


def is_misread(text: str) -> bool:
    """Whether little was said but what looks like a code and is none."""
    plain = normalise(text).upper()
    found = _MISREAD.search(plain)
    return found is not None and len(plain) - len(found[0]) <= AROUND_MOST


def give(session: AsyncSession, case: Case) -> str:
    """The query word of a case, always the same; only its digest is stored."""
    word = vault.digits(session, f"query word:{case.id}", QUERY_WORD_DIGITS)
    case.query_digest = _digest(case.id, word)
    return word


async def look_up(
    session: AsyncSession,
    clock: Clock,
    worker_id: str,
    code: str,
    *,
    query_word: str | None = None,
) -> Progress:
    """How a case is going: for its author and who stands behind it by the code alone, for
    others by its query word too.

    Raises Refused, in the same words whether the code or the word is wrong.
    """
    read = ids.read_code(code)
    case = await CaseRepository(session).by_code(read) if read else None
    if case is not None and case.worker_id == worker_id:
        return progress_of(case, own=True)
    if case is not None and await CasePartRepository(session).is_supporter(case.id, worker_id):
        return progress_of(case, own=False)
    await _refuse_guessers(session, clock, worker_id, case)
    word = bare(query_word or "").replace(" ", "").replace("-", "")
    if case is None or not _is_word_of(case, word):
        await _count(session, clock, worker_id, case)
        raise Refused
    return progress_of(case, own=False)


def _is_word_of(case: Case, word: str) -> bool:
    if case.query_digest is None:
        return False
    return hmac.compare_digest(case.query_digest, _digest(case.id, word))


def _digest(case_id: str, word: str) -> str:
    return ids.digest(f"{case_id}:{word}")


async def _refuse_guessers(
    session: AsyncSession, clock: Clock, worker_id: str, case: Case | None
) -> None:
    tries, now = CaseTryRepository(session), clock()
    await tries.one_at_a_time()
    of_worker = await tries.count(now - TRIES_OF_WORKER_WINDOW, worker_id=worker_id)
    of_case = 0
    if case is not None:
        of_case = await tries.count(now - TRIES_OF_CASE_WINDOW, case_id=case.id)
    if of_worker >= TRIES_OF_WORKER or of_case >= TRIES_OF_CASE:
        raise Refused("cases.too_many_queries")


async def _count(session: AsyncSession, clock: Clock, worker_id: str, case: Case | None) -> None:
    tries, now = CaseTryRepository(session), clock()
    await tries.tidy(now - TRIES_OF_CASE_WINDOW)
    case_id = case.id if case else None
    tries.add(CaseTry(id=ids.new_id(), worker_id=worker_id, case_id=case_id, at=now))
    await session.flush()
