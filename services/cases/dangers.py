"""Danger now: what a worker answered to a hazard's questions, judged once when it comes in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.inbox import InboxRepository

AT_ONCE = 500


def is_danger(library: Library, kind: str, extras: Mapping[str, Any]) -> bool:
    """Whether an answer says that somebody is in danger; whatever the category is by now."""
    said = set(extras.items())
    return kind == "hazard" and any(
        (question.id, question.danger) in said
        for category in library.categories.values()
        for question in category.questions
        if question.danger is not None
    )


async def judge_older(session: AsyncSession, library: Library) -> int:
    """Judge some hazards that came in before this was done at once; 0 when all are."""
    rows = await InboxRepository(session).not_judged(AT_ONCE)
    for case in rows:
        case.danger = is_danger(library, case.kind, case.extras)
    await session.flush()
    return len(rows)
