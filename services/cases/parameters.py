"""The limits of cases in force: the shipped ones, and what staff changed of them, with history.

A change is a revision of kind `parameter`, written by one and approved by another.
"""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import CaseLimits
from content.library import Library
from db.models import Revision
from db.repositories.library import LibraryRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed, NotFound
from kit.text import tidy
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

KIND, KEY = "parameter", "case_limits"
SHOWN = 100


async def in_force(session: AsyncSession, library: Library, clock: Clock) -> CaseLimits:
    """The limits of this moment."""
    newest = await LibraryRepository(session).in_force(KIND, KEY, clock())
    return _merged(library.case_limits, newest.body if newest else {})


async def days_to_answer(
    session: AsyncSession, library: Library, clock: Clock, category: str | None
) -> int:
    """Working days within which a case of this category is answered."""
    limits = await in_force(session, library, clock)
    known = library.categories.get(category or "")
    return limits.complex_answer_days if known and known.complex else limits.answer_days


async def propose(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    *,
    values: Mapping[str, int],
    reason: str,
) -> str:
    """Write a change down for another's approval; gives its id. `values` replace those in force.

    Raises BadInput for limits that do not fit together, or without a reason.
    """
    need(actor, Permission.EDIT_CONTENT)
    why = tidy(reason)
    if not why:
        raise BadInput("case_steps.needs_note")
    now_in_force = await in_force(session, library, clock)
    merged = _merged(now_in_force, values)
    revision = Revision(
        id=ids.new_id(),
        kind=KIND,
        key=KEY,
        body=merged.model_dump(),
        reason=why,
        author=actor.id,
        created_at=clock(),
    )
    LibraryRepository(session).add(revision)
    await session.flush()
    return revision.id


async def approve(session: AsyncSession, clock: Clock, actor: Actor, revision_id: str) -> None:
    """Bring a change into force from now on; nobody approves his own."""
    need(actor, Permission.EDIT_CONTENT)
    revision = await session.get(Revision, revision_id, with_for_update=True)
    if revision is None or (revision.kind, revision.key) != (KIND, KEY) or revision.approver:
        raise NotFound
    if revision.author == actor.id:
        raise NotAllowed("case_steps.own_change")
    revision.approver, revision.valid_from = actor.id, clock()


async def history(session: AsyncSession) -> Sequence[Revision]:
    """What was changed or proposed, newest first."""
    return await LibraryRepository(session).revisions(KIND, KEY, SHOWN)


def _merged(limits: CaseLimits, values: Mapping[str, object]) -> CaseLimits:
    try:
        return CaseLimits.model_validate({**limits.model_dump(), **values})
    except ValidationError as error:
        raise BadInput("case_steps.bad_limits") from error
