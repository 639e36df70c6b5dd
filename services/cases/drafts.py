"""Drafts of answers: kept for each case and author, whatever happens to session, case or browser.

They are an office's own words and meant for a letter, hence stored as typed (db/models/workbench):
masking would hide the telephone number that a worker is to call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Case
from db.repositories.workbench import WorkbenchRepository
from kit.clock import Clock
from kit.text import tidy
from services.cases.given import GRADES, MOST_TEXT
from services.cases.reading import of_code
from services.cases.rules import reach_of
from services.staff.actors import Actor
from services.staff.permissions import Permission


@dataclass(frozen=True)
class Kept:
    """A draft as a page shows it."""

    author: str
    is_own: bool
    text: str = field(repr=False)
    grade: str | None
    is_public: bool
    saved_at: datetime


async def keep(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    code: str,
    *,
    text: str,
    grade: str | None = None,
    is_public: bool = False,
) -> None:
    """Keep what an author has typed so far; nothing typed drops his draft. Raises NotFound.

    Of what is longer than an answer may be the beginning is kept.
    """
    case, rows = await of_code(session, code), WorkbenchRepository(session)
    if not tidy(text):
        await rows.drop_draft(case.id, actor.id)
        return
    values = {
        "text": text[:MOST_TEXT],
        "grade": grade if grade in GRADES else None,
        "is_public": is_public,
        "saved_at": clock(),
    }
    await rows.keep_draft(case.id, actor.id, values)


async def of_case(session: AsyncSession, actor: Actor, code: str) -> Sequence[Kept]:
    """One's own draft, and those of the others for whoever may answer: nobody writes it twice."""
    case = await of_code(session, code)
    if not actor.may_for(Permission.ANSWER_CASES, reach_of(case)):
        return ()
    return [
        Kept(name, row.staff_id == actor.id, row.text, row.grade, row.is_public, row.saved_at)
        for row, name in await WorkbenchRepository(session).drafts(case.id)
    ]


async def drop(session: AsyncSession, case: Case, staff_id: str) -> None:
    """The answer was sent, or is not to be."""
    await WorkbenchRepository(session).drop_draft(case.id, staff_id)
