"""The limits of cases in force: the shipped ones, and what staff changed of them, with history.

A change is a revision of kind `parameter`, written by one and approved by another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import CaseLimits
from content.library import Library
from db.repositories.library import LibraryRepository
from kit.clock import Clock
from kit.errors import BadInput
from services import changes
from services.changes import Changes
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

KIND, KEY = "parameter", "case_limits"
CHANGED = "changed"  # names of what differed from the shipped limits, within a whole set


@dataclass(frozen=True)
class Limits:
    """The limits as they hold, as they were shipped, and their changes."""

    now: CaseLimits
    shipped: CaseLimits
    changes: Changes


async def in_force(session: AsyncSession, library: Library, clock: Clock) -> CaseLimits:
    """The limits of this moment."""
    newest = await LibraryRepository(session).in_force(KIND, KEY, clock())
    return _held(library.case_limits, newest.body if newest else {})


async def days_to_answer(
    session: AsyncSession, library: Library, clock: Clock, category: str | None
) -> int:
    """Working days within which a case of this category is answered."""
    limits = await in_force(session, library, clock)
    known = library.categories.get(category or "")
    return limits.complex_answer_days if known and known.complex else limits.answer_days


async def show(session: AsyncSession, library: Library, clock: Clock, actor: Actor) -> Limits:
    """The limits with what waits for a yes and their history."""
    need(actor, Permission.EDIT_CONTENT)
    found = await changes.of(session, clock, KIND, KEY)
    return Limits(_held(library.case_limits, found.holds or {}), library.case_limits, found)


async def propose(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    *,
    values: Mapping[str, int],
    reason: str,
    seen: str,
) -> str:
    """Write a change down for another's approval; gives its id. `values` replace those in force.

    Raises BadInput for limits that do not fit together, change nothing or have no reason, and
    Stale where another was faster: it would bring old ones back.
    """
    shown = await show(session, library, clock, actor)
    merged = _merged(shown.now, values)
    if merged == shown.now:
        raise BadInput("texts.unchanged")
    body, shipped = merged.model_dump(), shown.shipped.model_dump()
    body[CHANGED] = sorted(name for name in shipped if body[name] != shipped[name])
    return await changes.propose(
        session, clock, actor, KIND, KEY, body=body, reason=reason, seen=seen
    )


async def approve(session: AsyncSession, clock: Clock, actor: Actor, revision_id: str) -> None:
    """Bring a change into force from now on; nobody approves his own."""
    await changes.approve(session, clock, actor, KIND, revision_id)


async def decline(session: AsyncSession, actor: Actor, revision_id: str) -> None:
    """Say no to a change, or take one's own back."""
    await changes.decline(session, actor, KIND, revision_id)


def _held(shipped: CaseLimits, body: Mapping[str, Any]) -> CaseLimits:
    """The shipped limits but for what was changed. Where these no longer fit together, the whole
    set that two people agreed on; of older changes nobody knows which were meant.
    """
    whole = {name: value for name, value in body.items() if name != CHANGED}
    try:
        return _merged(shipped, {name: body[name] for name in body.get(CHANGED, whole)})
    except BadInput:
        return _merged(shipped, whole)


def _merged(limits: CaseLimits, values: Mapping[str, object]) -> CaseLimits:
    try:
        return CaseLimits.model_validate({**limits.model_dump(), **values})
    except ValidationError as error:
        raise BadInput("case_steps.bad_limits") from error
