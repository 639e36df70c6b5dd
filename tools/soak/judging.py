"""Whether all that was acknowledged is in the draft or the case, and no case is there twice."""

import base64
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Row, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.session import MASTER_KEY, Beside
from kit.settings import Settings
from services import accounts, vault
from services.masking import masker
from tools.soak.worker import ALL, Book, Page

# Where a first sentence stands that was not understood at once, until its worker says what it is.
WAITING = ("said", "pending")
Values = Mapping[str, str]
# Read beside the models, as a second pair of eyes.
STATE = text("SELECT answers, drafts FROM dialogues WHERE worker_id = :worker").columns(
    answers=JSON, drafts=JSON
)
CASES = text(
    "SELECT code, category, subject, original, contact, caller, lat, lon, held_reason,"
    " (SELECT count(*) FROM case_photos WHERE case_id = cases.id) AS photos"
    " FROM cases WHERE worker_id = :worker ORDER BY created_at"
)
ADDED = text("SELECT original FROM case_additions WHERE worker_id = :worker")
BEHIND = text(
    "SELECT code FROM cases JOIN case_supporters ON case_id = cases.id"
    " WHERE case_supporters.worker_id = :worker"
)
HELD = text("SELECT code FROM cases WHERE held_reason IS NOT NULL")


@dataclass(frozen=True)
class Stored:
    """What the database holds of one worker; drafts, cases and additions as values by field."""

    drafts: tuple[Values, ...]
    cases: tuple[Values, ...]
    additions: tuple[str, ...]
    codes: tuple[str, ...]
    stands_behind: tuple[str, ...]
    unmasked: tuple[str, ...]

    def holds(self, name: str, value: str) -> bool:
        """Whether an answer is anywhere where it belongs."""
        if any(_holds(place, name, value) for place in (*self.drafts, *self.cases)):
            return True
        return any(value in words for words in self.additions)


class Judge:
    """Reads beside the running programs, and waits for none of them."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self._beside = Beside(make_url(settings.database))
        self._key = vault.master_key(settings)
        self._library = library

    async def faults(self, books: Sequence[Book]) -> list[str]:
        """What is missing or too much of what these workers were told, in words."""
        found = []
        for book in books:
            before = book.page
            there = await self._stored(book.token)
            found += [f"{book.script}: {fault}" for fault in judge(before, there, book.page)]
        return found

    async def held(self, books: Sequence[Book]) -> int:
        """How many of the cases wait for a person."""
        told = {book.page.code for book in books}
        async with self._reading() as session:
            return len(told.intersection((await session.scalars(HELD)).all()))

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AsyncSession]:
        async with self._beside.reading() as connection:
            yield AsyncSession(bind=connection, info={MASTER_KEY: self._key})

    async def _stored(self, token: str) -> Stored:
        async with self._reading() as session:
            worker = (await accounts.by_token(session, token)).worker_id
            own = {"worker": worker}
            state = (await session.execute(STATE, own)).one_or_none()
            cases = (await session.execute(CASES, own)).all()
            added = (await session.scalars(ADDED, own)).all()
            behind = (await session.scalars(BEHIND, own)).all()
            values = [await _of_case(session, worker, case) for case in cases]
            hide = masker(self._library)
            return Stored(
                drafts=tuple([await _of_draft(session, worker, each) for each in _drafts(state)]),
                cases=tuple(values),
                additions=tuple([await vault.unseal(session, worker, s) or "" for s in added]),
                codes=tuple(case.code for case in cases),
                stands_behind=tuple(behind),
                unmasked=tuple(
                    case.code
                    for case, words in zip(cases, values, strict=True)
                    if hide(words["subject"]) != case.subject
                ),
            )


def judge(before: Page, there: Stored, after: Page) -> list[str]:
    """The faults of one worker, of whom was read between these two moments.

    What a turn of those moments may have changed is not asked for.
    """
    moving = {before.under_way, after.under_way}
    kept = {} if ALL in moving or after.over > before.over else before.kept
    found = [
        f"{name} {value!r} is neither in the draft nor in the case"
        for name, value in kept.items()
        if name not in moving and after.kept.get(name) == value and not there.holds(name, value)
    ]
    if len(there.codes) > 1:
        found.append(f"a case twice: {there.codes}")
    if there.unmasked:
        found.append(f"not masked as its original: {there.unmasked}")
    return found + (_of_the_end(before, there) if before.over else [])


def _of_the_end(page: Page, there: Stored) -> list[str]:
    """The faults of one who is done: what he was told of, and nothing beside it, is there."""
    told = (page.code,) if page.code else ()
    found = []
    if there.codes != told:
        found.append(f"told of {told}, stored {there.codes}")
    if page.joined and there.stands_behind != (page.joined,):
        found.append(f"joined {page.joined}, stands behind {there.stands_behind}")
    if any(there.drafts):
        found.append("a draft is left")
    return found


def _holds(place: Values, name: str, value: str) -> bool:
    if name == "photos":
        return int(place.get(name, "0")) >= int(value)
    if name == "subject" and any(value in place.get(other, "") for other in WAITING):
        return True
    return value in place.get(name, "")


async def _of_draft(session: AsyncSession, worker: str, answers: Mapping[str, Any]) -> Values:
    values = {name: said for name, said in answers.items() if isinstance(said, str)}
    if spot := answers.get("spot"):
        values["spot"] = _point(*spot)
    if photos := answers.get("photos"):
        values["photos"] = str(len(photos))
    if signed := answers.get("signature"):
        sealed = base64.b64decode(signed["sealed"])
        values["signature"] = await vault.unseal(session, worker, sealed) or ""
    return values


def _drafts(state: Row[Any] | None) -> list[Mapping[str, Any]]:
    if state is None:
        return []
    return [
        state.answers,
        *(each["answers"] for each in state.drafts.values()),
    ]


async def _of_case(session: AsyncSession, worker: str, case: Row[Any]) -> Values:
    words = json.loads(await vault.unseal(session, worker, case.original) or "{}")
    signed = [await vault.unseal(session, worker, each) for each in (case.contact, case.caller)]
    values = {name: words.get(name) or "" for name in ("subject", "place", "remedy")}
    values["extra"] = "\n".join(words.get("extras", {}).values())
    values |= {"category": case.category or "", "photos": str(case.photos)}
    values["signature"] = "\n".join(filter(None, signed))
    if case.lat is not None:
        values["spot"] = _point(case.lat, case.lon)
    return values


def _point(lat: float, lon: float) -> str:
    return f"{lat:.4f} {lon:.4f}"
